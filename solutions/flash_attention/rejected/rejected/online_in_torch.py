"""Mistake: the right algorithm, block by block, with torch's products instead of a kernel."""

import math

import torch
from torch import Tensor


def flash_attention(
    q: Tensor, k: Tensor, v: Tensor, causal: bool = False, scale: float | None = None
) -> tuple[Tensor, Tensor]:
    check(q, k, v, scale)
    scale = 1 / math.sqrt(q.shape[3]) if scale is None else scale
    peak = torch.full(q.shape[:3], -torch.inf)
    total = torch.zeros(q.shape[:3])
    acc = torch.zeros(q.shape)
    i = torch.arange(q.shape[2])[:, None]
    for first in range(0, k.shape[2], 64):
        k_tile, v_tile = k[:, :, first : first + 64].float(), v[:, :, first : first + 64].float()
        scores = torch.einsum("bhid,bhjd->bhij", q.float(), k_tile) * scale
        if causal:
            j = first + torch.arange(k_tile.shape[2])
            scores = scores.masked_fill(j > i + k.shape[2] - q.shape[2], -torch.inf)
        new_peak = torch.maximum(peak, scores.amax(-1))
        base = new_peak.nan_to_num(neginf=0.0)
        weights = (scores - base[..., None]).exp()
        shrink = (peak - base).exp()
        total = total * shrink + weights.sum(-1)
        acc = acc * shrink[..., None] + torch.einsum("bhij,bhjd->bhid", weights, v_tile)
        peak = new_peak
    out = acc / total.where(total > 0, 1.0)[..., None]
    return out.to(q.dtype), peak + total.log()


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
