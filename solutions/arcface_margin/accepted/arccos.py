"""The definition itself: the arccosine of a clamped cosine, and the margin as a one-hot matrix."""

import math

import torch
from torch import Tensor


def arcface_logits(
    embeddings: Tensor,
    weight: Tensor,
    labels: Tensor,
    s: float = 64.0,
    m: float = 0.5,
    easy_margin: bool = False,
) -> Tensor:
    classes = weight.shape[0]
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError("a label is out of range")
    if m < 0 or m >= math.pi / 2:
        raise ValueError("m is out of range")
    working = torch.promote_types(embeddings.dtype, torch.float32)
    x, w = embeddings.to(working), weight.to(working)
    cosine = (x @ w.T) / (x.norm(dim=1)[:, None] * w.norm(dim=1))
    inside = 1 - 2 * torch.finfo(working).eps
    angle = torch.acos(cosine.clamp(-inside, inside))
    is_target = torch.arange(classes) == labels[:, None]
    harder = torch.cos(angle + m)
    if easy_margin:
        harder = torch.where(cosine > 0, harder, cosine)
    else:
        harder = torch.where(angle + m <= math.pi, harder, cosine - m * math.sin(math.pi - m))
    return torch.where(is_target, harder, cosine).mul(s).to(embeddings.dtype)
