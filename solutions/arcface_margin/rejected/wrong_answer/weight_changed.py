"""Mistake: keeps the class weights at length 1 by writing them back, behind the caller's back."""

import math

import torch
from torch import Tensor
from torch.nn import functional


def arcface_logits(
    embeddings: Tensor,
    weight: Tensor,
    labels: Tensor,
    s: float = 64.0,
    m: float = 0.5,
    easy_margin: bool = False,
) -> Tensor:
    if not 0 <= m < math.pi / 2:
        raise ValueError("m is out of range")
    if ((labels < 0) | (labels >= len(weight))).any():
        raise ValueError("a label is out of range")
    dtype = embeddings.dtype
    working = torch.promote_types(dtype, torch.float32)
    x, w = embeddings.to(working), weight.to(working, copy=True)
    cosine = functional.normalize(x) @ functional.normalize(w).T
    target = cosine.gather(1, labels[:, None])
    sine = (1 - target.square()).clamp_min(torch.finfo(working).tiny).sqrt()
    shifted = target * math.cos(m) - sine * math.sin(m)
    if easy_margin:
        penalised = torch.where(target > 0, shifted, target)
    else:
        penalised = torch.where(target >= -math.cos(m), shifted, target - m * math.sin(m))
    weight.data.copy_(functional.normalize(w))
    return (s * cosine.scatter(1, labels[:, None], penalised)).to(dtype)
