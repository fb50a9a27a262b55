"""Mistake: visits whole blocks of keys only; the rest behind them is lost."""

import math

import torch
import triton
import triton.language as tl
from torch import Tensor


@triton.jit
def attend(
    q, k, v, out, lse, scale, heads, seq_q, seq_k,
    q_batch, q_head, q_step, q_dim, k_batch, k_head, k_step, k_dim, v_batch, v_head, v_step, v_dim,
    CAUSAL: tl.constexpr, HEAD_DIM: tl.constexpr, BLOCK_Q: tl.constexpr, BLOCK_K: tl.constexpr,
):  # fmt: skip
    row = tl.program_id(1)
    batch, head = row // heads, row % heads
    i = tl.program_id(0) * BLOCK_Q + tl.arange(0, BLOCK_Q)
    d = tl.arange(0, HEAD_DIM)
    q_rows = q + batch * q_batch + head * q_head + i[:, None] * q_step
    q_tile = tl.load(q_rows + d[None, :] * q_dim, mask=i[:, None] < seq_q, other=0.0)
    peak = tl.full([BLOCK_Q], float("-inf"), tl.float32)
    total = tl.zeros([BLOCK_Q], tl.float32)
    acc = tl.zeros([BLOCK_Q, HEAD_DIM], tl.float32)
    for first in range(0, seq_k // BLOCK_K * BLOCK_K, BLOCK_K):
        j = first + tl.arange(0, BLOCK_K)
        k_rows = k + batch * k_batch + head * k_head + j[:, None] * k_step
        v_rows = v + batch * v_batch + head * v_head + j[:, None] * v_step
        k_tile = tl.load(k_rows + d[None, :] * k_dim, mask=j[:, None] < seq_k, other=0.0)
        v_tile = tl.load(v_rows + d[None, :] * v_dim, mask=j[:, None] < seq_k, other=0.0)
        scores = tl.dot(q_tile, tl.trans(k_tile), input_precision="ieee") * scale
        seen = j[None, :] < seq_k
        if CAUSAL:
            seen = seen & (j[None, :] <= i[:, None] + seq_k - seq_q)
        scores = tl.where(seen, scores, float("-inf"))
        new_peak = tl.maximum(peak, tl.max(scores, 1))
        base = tl.where(new_peak == float("-inf"), 0.0, new_peak)
        weights = tl.exp(scores - base[:, None])
        shrink = tl.exp(peak - base)
        total = total * shrink + tl.sum(weights, 1)
        weighted = tl.dot(weights.to(v_tile.dtype), v_tile, input_precision="ieee")
        acc = acc * shrink[:, None] + weighted
        peak = new_peak
    blind = total == 0.0
    total = tl.where(blind, 1.0, total)
    acc = acc / total[:, None]
    log_total = tl.where(blind, float("-inf"), peak + tl.log(total))
    place = row * seq_q + i
    tl.store(
        out + place[:, None] * HEAD_DIM + d[None, :], acc.to(out.dtype.element_ty), mask=i[:, None] < seq_q
    )
    tl.store(lse + place, log_total, mask=i < seq_q)


def flash_attention(
    q: Tensor, k: Tensor, v: Tensor, causal: bool = False, scale: float | None = None
) -> tuple[Tensor, Tensor]:
    check(q, k, v, scale)
    batch, heads, seq_q, head_dim = q.shape
    seq_k = k.shape[2]
    scale = 1 / math.sqrt(head_dim) if scale is None else scale
    out = torch.empty(q.shape, dtype=q.dtype, device=q.device)
    lse = torch.empty(q.shape[:3], dtype=torch.float32, device=q.device)
    attend[(triton.cdiv(seq_q, 64), batch * heads)](
        q, k, v, out, lse, scale, heads, seq_q, seq_k, *q.stride(), *k.stride(), *v.stride(),
        CAUSAL=causal, HEAD_DIM=head_dim, BLOCK_Q=64, BLOCK_K=64,
    )  # fmt: skip
    return out, lse


def check(q: Tensor, k: Tensor, v: Tensor, scale: float | None) -> None:
    if not q.dim() == k.dim() == v.dim() == 4:
        raise ValueError("q, k and v must have four dimensions")
    if q.shape[:2] != k.shape[:2] or q.shape[3] != k.shape[3] or k.shape != v.shape:
        raise ValueError("the shapes do not fit")
    if 0 in q.shape or 0 in k.shape or q.shape[3] not in (16, 32, 64, 128):
        raise ValueError("a size is not supported")
    if not q.dtype == k.dtype == v.dtype or not q.device == k.device == v.device:
        raise ValueError("dtypes or devices differ")
    if q.dtype not in (torch.float32, torch.float16, torch.bfloat16):
        raise ValueError("the dtype is not supported")
    if scale is not None and not math.isfinite(scale):
        raise ValueError("the scale must be finite")
