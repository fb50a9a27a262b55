"""FlashAttention-2 (Dao 2023, arXiv:2307.08691, algorithm 1): a program owns a block of queries.

First come the keys that all its queries see, without a mask, then the rest.
Exponentials are base 2, as the hardware has them; the factor log2(e) joins the scale.
"""

import math

import torch
import triton
import triton.language as tl
from torch import Tensor

LOG2_E = tl.constexpr(1.4426950408889634)


@triton.jit
def visit_keys(
    acc,  # [BLOCK_Q, HEAD_DIM], the sum of weighted values so far, relative to `peak`
    total,  # [BLOCK_Q], the sum of weights so far, relative to `peak`
    peak,  # [BLOCK_Q], the largest score so far, in base 2
    q_tile,
    k_pointers,  # [HEAD_DIM, BLOCK_K], at key `first`
    v_pointers,  # [BLOCK_K, HEAD_DIM], at key `first`
    k_step,
    v_step,
    last_seen,  # [BLOCK_Q], the last key that each query sees
    base_2_scale,
    first,
    stop,
    BLOCK_K: tl.constexpr,
    MASKED: tl.constexpr,
):
    for start in range(first, stop, BLOCK_K):
        keys = start + tl.arange(0, BLOCK_K)
        if MASKED:
            k_tile = tl.load(k_pointers, mask=keys[None, :] < stop, other=0.0)
            v_tile = tl.load(v_pointers, mask=keys[:, None] < stop, other=0.0)
        else:
            k_tile = tl.load(k_pointers)
            v_tile = tl.load(v_pointers)
        scores = tl.dot(q_tile, k_tile, input_precision="ieee") * base_2_scale
        if MASKED:
            scores = tl.where(keys[None, :] <= last_seen[:, None], scores, float("-inf"))
        new_peak = tl.maximum(peak, tl.max(scores, 1))
        # A row that has seen nothing yet has no peak; 0 in its place keeps inf - inf away.
        base = tl.where(new_peak == float("-inf"), 0.0, new_peak) if MASKED else new_peak
        weights = tl.exp2(scores - base[:, None])
        shrink = tl.exp2(peak - base)
        total = total * shrink + tl.sum(weights, 1)
        acc = acc * shrink[:, None]
        acc += tl.dot(weights.to(v_tile.dtype), v_tile, input_precision="ieee")
        peak = new_peak
        k_pointers += BLOCK_K * k_step
        v_pointers += BLOCK_K * v_step
    return acc, total, peak, k_pointers, v_pointers


@triton.jit
def attend(
    q,
    k,
    v,
    out,
    lse,
    scale,
    heads,
    seq_q,
    seq_k,
    q_batch,
    q_head,
    q_step,
    q_dim,
    k_batch,
    k_head,
    k_step,
    k_dim,
    v_batch,
    v_head,
    v_step,
    v_dim,
    CAUSAL: tl.constexpr,
    HEAD_DIM: tl.constexpr,
    BLOCK_Q: tl.constexpr,
    BLOCK_K: tl.constexpr,
):
    blocks = tl.cdiv(seq_q, BLOCK_Q)
    # With a causal mask the last queries have the most work: begin with them.
    first = (blocks - 1 - tl.program_id(0) % blocks) * BLOCK_Q
    row = (tl.program_id(0) // blocks).to(tl.int64)
    batch, head = row // heads, row % heads
    queries = first + tl.arange(0, BLOCK_Q)
    dims = tl.arange(0, HEAD_DIM)
    keys = tl.arange(0, BLOCK_K)
    inside = queries < seq_q

    rows = queries.to(tl.int64)
    q_pointers = q + batch * q_batch + head * q_head + rows[:, None] * q_step + dims[None, :] * q_dim
    k_pointers = k + batch * k_batch + head * k_head + keys[None, :] * k_step + dims[:, None] * k_dim
    v_pointers = v + batch * v_batch + head * v_head + keys[:, None] * v_step + dims[None, :] * v_dim
    q_tile = tl.load(q_pointers, mask=inside[:, None], other=0.0)

    # Keys before `common` are seen by all queries of the block, keys from `stop` on by none.
    last_seen = tl.zeros([BLOCK_Q], tl.int32) + (seq_k - 1)
    common, stop = seq_k, seq_k
    if CAUSAL:
        shift = seq_k - seq_q
        last_seen = tl.minimum(last_seen, queries + shift)
        common = tl.maximum(tl.minimum(seq_k, first + shift + 1), 0)
        stop = tl.maximum(tl.minimum(seq_k, first + shift + BLOCK_Q), 0)
    common = common // BLOCK_K * BLOCK_K

    acc = tl.zeros([BLOCK_Q, HEAD_DIM], tl.float32)
    total = tl.zeros([BLOCK_Q], tl.float32)
    peak = tl.full([BLOCK_Q], float("-inf"), tl.float32)
    base_2_scale = scale * LOG2_E
    acc, total, peak, k_pointers, v_pointers = visit_keys(
        acc, total, peak, q_tile, k_pointers, v_pointers, k_step, v_step, last_seen, base_2_scale,
        0, common, BLOCK_K, False,
    )  # fmt: skip
    acc, total, peak, k_pointers, v_pointers = visit_keys(
        acc, total, peak, q_tile, k_pointers, v_pointers, k_step, v_step, last_seen, base_2_scale,
        common, stop, BLOCK_K, True,
    )  # fmt: skip

    seen = total > 0.0
    total = tl.where(seen, total, 1.0)
    result = (acc / total[:, None]).to(out.dtype.element_ty)
    log_total = tl.where(seen, (peak + tl.log2(total)) / LOG2_E, float("-inf"))
    place = row * seq_q + rows
    tl.store(out + place[:, None] * HEAD_DIM + dims[None, :], result, mask=inside[:, None])
    tl.store(lse + place, log_total, mask=inside)


def flash_attention(
    q: Tensor, k: Tensor, v: Tensor, causal: bool = False, scale: float | None = None
) -> tuple[Tensor, Tensor]:
    check(q, k, v, scale)
    batch, heads, seq_q, head_dim = q.shape
    seq_k = k.shape[2]
    scale = 1 / math.sqrt(head_dim) if scale is None else scale
    out = torch.empty(q.shape, dtype=q.dtype, device=q.device)
    lse = torch.empty(q.shape[:3], dtype=torch.float32, device=q.device)
    block_q, block_k, warps, stages = tiling(q, causal)
    attend[(batch * heads * triton.cdiv(seq_q, block_q),)](
        q,
        k,
        v,
        out,
        lse,
        scale,
        heads,
        seq_q,
        seq_k,
        *q.stride(),
        *k.stride(),
        *v.stride(),
        CAUSAL=causal,
        HEAD_DIM=head_dim,
        BLOCK_Q=block_q,
        BLOCK_K=block_k,
        num_warps=warps,
        num_stages=stages,
    )
    return out, lse


def tiling(q: Tensor, causal: bool) -> tuple[int, int, int, int]:
    """Block sizes, warps and pipeline stages; float32 tiles take twice the shared memory."""
    if q.dtype == torch.float32:
        return 64, 32 if q.shape[3] == 128 else 64, 4, 2
    if q.shape[3] == 128:
        return 128, 64, 8, 3
    return 128, 64 if causal else 128, 4 if q.shape[3] < 64 else 8, 3


def check(q: Tensor, k: Tensor, v: Tensor, scale: float | None) -> None:
    if not q.dim() == k.dim() == v.dim() == 4:
        raise ValueError("q, k and v must have four dimensions")
    if q.shape[:2] != k.shape[:2] or q.shape[3] != k.shape[3] or k.shape != v.shape:
        raise ValueError(f"the shapes {tuple(q.shape)}, {tuple(k.shape)}, {tuple(v.shape)} do not fit")
    if 0 in q.shape or 0 in k.shape:
        raise ValueError("a dimension is 0")
    if q.shape[3] not in (16, 32, 64, 128):
        raise ValueError(f"head_dim is {q.shape[3]}; it must be 16, 32, 64 or 128")
    if not q.dtype == k.dtype == v.dtype or not q.device == k.device == v.device:
        raise ValueError("q, k and v must share dtype and device")
    if q.dtype not in (torch.float32, torch.float16, torch.bfloat16):
        raise ValueError(f"{q.dtype} is not supported")
    if scale is not None and not math.isfinite(scale):
        raise ValueError(f"the scale is {scale}")
