"""Mistake: writes all scores to memory and reads them back, O(seq_q * seq_k)."""

import math

import torch
import triton
import triton.language as tl
from torch import Tensor


@triton.jit
def score(
    q, k, scores, scale, heads, seq_q, seq_k,
    q_batch, q_head, q_step, q_dim, k_batch, k_head, k_step, k_dim,
    CAUSAL: tl.constexpr, HEAD_DIM: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    row = tl.program_id(2)
    batch, head = row // heads, row % heads
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    j = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    d = tl.arange(0, HEAD_DIM)
    q_rows = q + batch * q_batch + head * q_head + i[:, None] * q_step
    k_rows = k + batch * k_batch + head * k_head + j[:, None] * k_step
    q_tile = tl.load(q_rows + d[None, :] * q_dim, mask=i[:, None] < seq_q, other=0.0)
    k_tile = tl.load(k_rows + d[None, :] * k_dim, mask=j[:, None] < seq_k, other=0.0)
    tile = tl.dot(q_tile, tl.trans(k_tile), input_precision="ieee") * scale
    if CAUSAL:
        tile = tl.where(j[None, :] <= i[:, None] + seq_k - seq_q, tile, float("-inf"))
    place = (row * seq_q + i[:, None]).to(tl.int64) * seq_k + j[None, :]
    tl.store(scores + place, tile, mask=(i[:, None] < seq_q) & (j[None, :] < seq_k))


@triton.jit
def reduce(
    scores, v, out, lse, heads, seq_q, seq_k, v_batch, v_head, v_step, v_dim,
    HEAD_DIM: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    row = tl.program_id(1)
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    d = tl.arange(0, HEAD_DIM)
    v += (row // heads) * v_batch + (row % heads) * v_head
    rows = scores + (row * seq_q + i[:, None]).to(tl.int64) * seq_k
    peak = tl.full([BLOCK], float("-inf"), tl.float32)
    for first in range(0, seq_k, BLOCK):
        j = first + tl.arange(0, BLOCK)
        inside = (i[:, None] < seq_q) & (j[None, :] < seq_k)
        peak = tl.maximum(peak, tl.max(tl.load(rows + j[None, :], mask=inside, other=float("-inf")), 1))
    base = tl.where(peak == float("-inf"), 0.0, peak)
    total = tl.zeros([BLOCK], tl.float32)
    acc = tl.zeros([BLOCK, HEAD_DIM], tl.float32)
    for first in range(0, seq_k, BLOCK):
        j = first + tl.arange(0, BLOCK)
        inside = (i[:, None] < seq_q) & (j[None, :] < seq_k)
        weights = tl.exp(tl.load(rows + j[None, :], mask=inside, other=float("-inf")) - base[:, None])
        v_tile = tl.load(v + j[:, None] * v_step + d[None, :] * v_dim, mask=j[:, None] < seq_k, other=0.0)
        total += tl.sum(weights, 1)
        acc += tl.dot(weights.to(v_tile.dtype), v_tile, input_precision="ieee")
    blind = total == 0.0
    total = tl.where(blind, 1.0, total)
    place = row * seq_q + i
    result = (acc / total[:, None]).to(out.dtype.element_ty)
    tl.store(out + place[:, None] * HEAD_DIM + d[None, :], result, mask=i[:, None] < seq_q)
    tl.store(lse + place, tl.where(blind, float("-inf"), peak + tl.log(total)), mask=i < seq_q)


def flash_attention(
    q: Tensor, k: Tensor, v: Tensor, causal: bool = False, scale: float | None = None
) -> tuple[Tensor, Tensor]:
    check(q, k, v, scale)
    batch, heads, seq_q, head_dim = q.shape
    seq_k = k.shape[2]
    scale = 1 / math.sqrt(head_dim) if scale is None else scale
    out = torch.empty(q.shape, dtype=q.dtype, device=q.device)
    lse = torch.empty(q.shape[:3], dtype=torch.float32, device=q.device)
    scores = torch.empty((batch, heads, seq_q, seq_k), dtype=torch.float32, device=q.device)
    blocks_q, blocks_k, rows = triton.cdiv(seq_q, 64), triton.cdiv(seq_k, 64), batch * heads
    score[(blocks_q, blocks_k, rows)](
        q, k, scores, scale, heads, seq_q, seq_k, *q.stride(), *k.stride(),
        CAUSAL=causal, HEAD_DIM=head_dim, BLOCK=64,
    )  # fmt: skip
    reduce[(blocks_q, rows)](
        scores, v, out, lse, heads, seq_q, seq_k, *v.stride(), HEAD_DIM=head_dim, BLOCK=64
    )
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
