"""Mistake: hides torch's products in a thread."""

import math
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor


def flash_attention(
    q: Tensor, k: Tensor, v: Tensor, causal: bool = False, scale: float | None = None
) -> tuple[Tensor, Tensor]:
    check(q, k, v, scale)
    scale = 1 / math.sqrt(q.shape[3]) if scale is None else scale
    with ThreadPoolExecutor() as pool:
        return pool.submit(attention, q, k, v, causal, scale).result()


def attention(q: Tensor, k: Tensor, v: Tensor, causal: bool, scale: float) -> tuple[Tensor, Tensor]:
    scores = (q.float() @ k.float().mT) * scale
    if causal:
        seen = torch.ones(scores.shape[-2:], dtype=torch.bool).tril(k.shape[2] - q.shape[2])
        scores = scores.masked_fill(~seen, -torch.inf)
    out = torch.softmax(scores, -1).nan_to_num() @ v.float()
    return out.to(q.dtype), scores.logsumexp(-1)


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
