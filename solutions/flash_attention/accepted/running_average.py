"""The state is the finished answer for the keys so far, (out, lse); each block of keys is merged into it."""

import math

import torch
import triton
import triton.language as tl
from torch import Tensor


@triton.jit
def attend(
    q, k, v, out, lse, scale, heads, seq_q, seq_k,
    q_batch, q_head, q_step, q_dim, k_batch, k_head, k_step, k_dim, v_batch, v_head, v_step, v_dim,
    CAUSAL: tl.constexpr, HEAD_DIM: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    batch, head = tl.program_id(1).to(tl.int64), tl.program_id(2).to(tl.int64)
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    d = tl.arange(0, HEAD_DIM)[None, :]
    q += batch * q_batch + head * q_head
    k += batch * k_batch + head * k_head
    v += batch * v_batch + head * v_head
    q_tile = tl.load(q + i[:, None] * q_step + d * q_dim, mask=i[:, None] < seq_q, other=0.0)
    average = tl.zeros([BLOCK, HEAD_DIM], tl.float32)
    log_weight = tl.full([BLOCK], float("-inf"), tl.float32)
    for start in range(0, seq_k, BLOCK):
        if (not CAUSAL) or start <= (tl.program_id(0) + 1) * BLOCK - 1 + seq_k - seq_q:
            j = start + tl.arange(0, BLOCK)
            there = j[:, None] < seq_k
            k_tile = tl.load(k + j[:, None] * k_step + d * k_dim, mask=there, other=0.0)
            v_tile = tl.load(v + j[:, None] * v_step + d * v_dim, mask=there, other=0.0)
            scores = tl.dot(q_tile, tl.trans(k_tile), input_precision="ieee") * scale
            # A large negative number where most write -inf: every difference is defined.
            seen = (j < seq_k)[None, :]
            if CAUSAL:
                seen = seen & (j[None, :] <= i[:, None] + (seq_k - seq_q))
            scores = tl.where(seen, scores, -1e30)
            block_max = tl.max(scores, 1)
            weights = tl.where(seen, tl.exp(scores - block_max[:, None]), 0.0)
            block_sum = tl.sum(weights, 1)
            log_block = tl.where(block_sum > 0, block_max + tl.log(block_sum), float("-inf"))
            high = tl.maximum(log_weight, log_block)
            high = tl.where(high > float("-inf"), high, 0.0)
            old, new = tl.exp(log_weight - high), tl.exp(log_block - high)
            both = tl.where(old + new > 0, old + new, 1.0)
            gain = tl.where(block_sum > 0, new / both / tl.where(block_sum > 0, block_sum, 1.0), 0.0)
            block_acc = tl.dot(weights.to(v_tile.dtype), v_tile, input_precision="ieee")
            average = average * (old / both)[:, None] + block_acc * gain[:, None]
            log_weight = tl.where(old + new > 0, high + tl.log(both), float("-inf"))
    place = (batch * heads + head) * seq_q + i
    result = average.to(out.dtype.element_ty)
    tl.store(out + place[:, None] * HEAD_DIM + d, result, mask=i[:, None] < seq_q)
    tl.store(lse + place, log_weight, mask=i < seq_q)


def flash_attention(
    q: Tensor, k: Tensor, v: Tensor, causal: bool = False, scale: float | None = None
) -> tuple[Tensor, Tensor]:
    if not (q.ndim == 4 and k.ndim == 4 and v.shape == k.shape):
        raise ValueError("the shapes do not fit")
    batch, heads, seq_q, head_dim = q.shape
    if k.shape[0] != batch or k.shape[1] != heads or k.shape[3] != head_dim:
        raise ValueError("the shapes do not fit")
    if min(*q.shape, *k.shape) == 0 or head_dim not in (16, 32, 64, 128):
        raise ValueError("a size is not supported")
    if (q.dtype, q.device) != (k.dtype, k.device) or (q.dtype, q.device) != (v.dtype, v.device):
        raise ValueError("dtypes or devices differ")
    if q.dtype not in (torch.float16, torch.float32, torch.bfloat16):
        raise ValueError("dtype not supported")
    if scale is not None and (math.isnan(scale) or math.isinf(scale)):
        raise ValueError("scale must be finite")
    out = torch.zeros(batch, heads, seq_q, head_dim, dtype=q.dtype, device=q.device)
    lse = torch.zeros(batch, heads, seq_q, dtype=torch.float32, device=q.device)
    attend[(triton.cdiv(seq_q, 32), batch, heads)](
        q, k, v, out, lse, head_dim**-0.5 if scale is None else scale, heads, seq_q, k.shape[2],
        *q.stride(), *k.stride(), *v.stride(), CAUSAL=causal, HEAD_DIM=head_dim, BLOCK=32,
    )  # fmt: skip
    return out, lse
