"""Flash-decoding: the keys are split among programs, whose partial results a second kernel merges.

The partial results are normalised; with the log-sum-exp of each part, their weights in the whole are
exp(lse_part - lse). There are at most four parts, so memory stays linear in the length.
"""

import math

import torch
import triton
import triton.language as tl
from torch import Tensor

MOST_PARTS = 4


@triton.jit
def attend_part(
    q, k, v, parts_out, parts_lse, scale, heads, seq_q, seq_k, part_keys,
    q_batch, q_head, q_step, q_dim, k_batch, k_head, k_step, k_dim, v_batch, v_head, v_step, v_dim,
    CAUSAL: tl.constexpr, HEAD_DIM: tl.constexpr, BLOCK_Q: tl.constexpr, BLOCK_K: tl.constexpr,
):  # fmt: skip
    row = tl.program_id(1)
    part = tl.program_id(2)
    q += (row // heads).to(tl.int64) * q_batch + (row % heads).to(tl.int64) * q_head
    k += (row // heads).to(tl.int64) * k_batch + (row % heads).to(tl.int64) * k_head
    v += (row // heads).to(tl.int64) * v_batch + (row % heads).to(tl.int64) * v_head
    queries = tl.program_id(0) * BLOCK_Q + tl.arange(0, BLOCK_Q)
    dims = tl.arange(0, HEAD_DIM)
    q_tile = tl.load(
        q + queries[:, None] * q_step + dims[None, :] * q_dim, mask=queries[:, None] < seq_q, other=0.0
    )
    peak = tl.full([BLOCK_Q], float("-inf"), tl.float32)
    total = tl.zeros([BLOCK_Q], tl.float32)
    acc = tl.zeros([BLOCK_Q, HEAD_DIM], tl.float32)
    stop = tl.minimum(seq_k, (part + 1) * part_keys)
    if CAUSAL:
        stop = tl.minimum(stop, (tl.program_id(0) + 1) * BLOCK_Q + seq_k - seq_q)
    for first in range(part * part_keys, stop, BLOCK_K):
        keys = first + tl.arange(0, BLOCK_K)
        there = keys < stop
        k_tile = tl.load(k + keys[:, None] * k_step + dims[None, :] * k_dim, mask=there[:, None], other=0.0)
        v_tile = tl.load(v + keys[:, None] * v_step + dims[None, :] * v_dim, mask=there[:, None], other=0.0)
        seen = there[None, :]
        if CAUSAL:
            seen = seen & (keys[None, :] - queries[:, None] <= seq_k - seq_q)
        scores = scale * tl.dot(q_tile, tl.trans(k_tile), input_precision="ieee")
        scores = tl.where(seen, scores, float("-inf"))
        new_peak = tl.maximum(peak, tl.max(scores, 1))
        started = new_peak > float("-inf")
        weights = tl.where(seen, tl.exp(scores - tl.where(started, new_peak, 0.0)[:, None]), 0.0)
        shrink = tl.where(peak > float("-inf"), tl.exp(peak - new_peak), 0.0)
        total = shrink * total + tl.sum(weights, 1)
        weighted = tl.dot(weights.to(v_tile.dtype), v_tile, input_precision="ieee")
        acc = shrink[:, None] * acc + weighted
        peak = new_peak
    seen_any = total > 0.0
    total = tl.where(seen_any, total, 1.0)
    place = (row * tl.num_programs(2) + part).to(tl.int64) * seq_q + queries
    inside = queries < seq_q
    part_lse = tl.where(seen_any, peak + tl.log(total), float("-inf"))
    tl.store(parts_lse + place, part_lse, mask=inside)
    tl.store(
        parts_out + place[:, None] * HEAD_DIM + dims[None, :], acc / total[:, None], mask=inside[:, None]
    )


@triton.jit
def merge(
    parts_out, parts_lse, out, lse, seq_q,
    PARTS: tl.constexpr, HEAD_DIM: tl.constexpr, BLOCK_Q: tl.constexpr,
):  # fmt: skip
    row = tl.program_id(1).to(tl.int64)
    queries = tl.program_id(0) * BLOCK_Q + tl.arange(0, BLOCK_Q)
    dims = tl.arange(0, HEAD_DIM)
    inside = queries < seq_q
    peak = tl.full([BLOCK_Q], float("-inf"), tl.float32)
    for part in range(PARTS):
        place = (row * PARTS + part) * seq_q + queries
        peak = tl.maximum(peak, tl.load(parts_lse + place, mask=inside, other=float("-inf")))
    base = tl.where(peak > float("-inf"), peak, 0.0)
    total = tl.zeros([BLOCK_Q], tl.float32)
    acc = tl.zeros([BLOCK_Q, HEAD_DIM], tl.float32)
    for part in range(PARTS):
        place = (row * PARTS + part) * seq_q + queries
        share = tl.exp(tl.load(parts_lse + place, mask=inside, other=float("-inf")) - base)
        tile = tl.load(parts_out + place[:, None] * HEAD_DIM + dims[None, :], mask=inside[:, None], other=0.0)
        total += share
        acc += share[:, None] * tile
    total_or_one = tl.where(total > 0.0, total, 1.0)
    place = row * seq_q + queries
    tl.store(lse + place, tl.where(total > 0.0, base + tl.log(total_or_one), float("-inf")), mask=inside)
    tl.store(
        out + place[:, None] * HEAD_DIM + dims[None, :],
        (acc / total_or_one[:, None]).to(out.dtype.element_ty),
        mask=inside[:, None],
    )


def flash_attention(
    q: Tensor, k: Tensor, v: Tensor, causal: bool = False, scale: float | None = None
) -> tuple[Tensor, Tensor]:
    if {x.dim() for x in (q, k, v)} != {4}:
        raise ValueError("four dimensions are needed")
    batch, heads, seq_q, head_dim = q.shape
    seq_k = k.shape[2]
    if k.shape != (batch, heads, seq_k, head_dim) or v.shape != k.shape:
        raise ValueError("q, k and v do not fit together")
    if head_dim not in {16, 32, 64, 128} or not (batch and heads and seq_q and seq_k):
        raise ValueError("a dimension has a size that is not supported")
    if len({x.dtype for x in (q, k, v)}) > 1 or len({x.device for x in (q, k, v)}) > 1:
        raise ValueError("dtype and device must be the same for q, k and v")
    if q.dtype not in {torch.float32, torch.float16, torch.bfloat16}:
        raise ValueError("the dtype is not supported")
    if scale is None:
        scale = head_dim**-0.5
    if not math.isfinite(scale):
        raise ValueError("the scale is not finite")
    rows = batch * heads
    block_q, block_k = 16, 64
    parts = min(MOST_PARTS, triton.cdiv(seq_k, block_k))
    part_keys = block_k * triton.cdiv(seq_k, parts * block_k)
    parts_out = q.new_empty((rows, parts, seq_q, head_dim), dtype=torch.float32)
    parts_lse = q.new_empty((rows, parts, seq_q), dtype=torch.float32)
    out = q.new_empty(q.shape)
    lse = q.new_empty((batch, heads, seq_q), dtype=torch.float32)
    blocks = triton.cdiv(seq_q, block_q)
    attend_part[(blocks, rows, parts)](
        q, k, v, parts_out, parts_lse, scale, heads, seq_q, seq_k, part_keys,
        *q.stride(), *k.stride(), *v.stride(),
        CAUSAL=causal, HEAD_DIM=head_dim, BLOCK_Q=block_q, BLOCK_K=block_k,
    )  # fmt: skip
    merge[(blocks, rows)](
        parts_out, parts_lse, out, lse, seq_q, PARTS=parts, HEAD_DIM=head_dim, BLOCK_Q=block_q
    )
    return out, lse
