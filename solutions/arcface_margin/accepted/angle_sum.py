"""cos(θ + m) = cos θ cos m - sin θ sin m on the target cosines (Deng et al., arXiv:1801.07698, eq. 3)."""

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
        raise ValueError(f"the margin must lie in [0, π/2); got {m}")
    if ((labels < 0) | (labels >= len(weight))).any():
        raise ValueError(f"labels must lie in 0, ..., {len(weight) - 1}")
    dtype = embeddings.dtype
    if dtype in (torch.float16, torch.bfloat16):
        embeddings, weight = embeddings.float(), weight.float()
    cosine = functional.linear(functional.normalize(embeddings), functional.normalize(weight))  # [B, C]
    index = labels[:, None]
    target = cosine.gather(1, index)  # [B, 1]
    # The bound keeps the root's derivative finite, and its own derivative below the bound is 0.
    sine = (1 - target.square()).clamp_min(torch.finfo(target.dtype).tiny).sqrt()
    shifted = target * math.cos(m) - sine * math.sin(m)
    if easy_margin:
        penalised = torch.where(target > 0, shifted, target)
    else:
        penalised = torch.where(target >= -math.cos(m), shifted, target - m * math.sin(m))
    return (s * cosine.scatter(1, index, penalised)).to(dtype)
