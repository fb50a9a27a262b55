"""Mistake: adds the margin to the angle of every class; a handicap that all have is none."""

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
    x, w = embeddings.to(working), weight.to(working)
    cosine = functional.normalize(x) @ functional.normalize(w).T
    sine = (1 - cosine.square()).clamp_min(torch.finfo(working).tiny).sqrt()
    shifted = cosine * math.cos(m) - sine * math.sin(m)
    if easy_margin:
        logits = torch.where(cosine > 0, shifted, cosine)
    else:
        logits = torch.where(cosine >= -math.cos(m), shifted, cosine - m * math.sin(m))
    return (s * logits).to(dtype)
