"""Mistake: leaves torch for NumPy instead of writing a kernel."""

import math

import numpy as np
import torch
from torch import Tensor


def flash_attention(
    q: Tensor, k: Tensor, v: Tensor, causal: bool = False, scale: float | None = None
) -> tuple[Tensor, Tensor]:
    check(q, k, v, scale)
    scale = 1 / math.sqrt(q.shape[3]) if scale is None else scale
    a, b, c = (x.numpy().astype(np.float32) for x in (q, k, v))
    scores = a @ b.swapaxes(-1, -2) * scale
    if causal:
        seen = np.tril(np.ones(scores.shape[-2:], dtype=bool), k.shape[2] - q.shape[2])
        scores = np.where(seen, scores, -np.inf)
    peak = scores.max(-1, keepdims=True)
    base = np.where(np.isfinite(peak), peak, 0.0)
    weights = np.exp(scores - base)
    total = weights.sum(-1, keepdims=True)
    out = weights @ c / np.where(total > 0, total, 1.0)
    with np.errstate(divide="ignore"):
        lse = (peak + np.log(total))[..., 0]
    return torch.from_numpy(out).to(q.dtype), torch.from_numpy(lse)


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
