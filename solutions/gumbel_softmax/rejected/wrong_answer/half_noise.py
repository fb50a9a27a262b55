"""Mistake: the noise is drawn and computed in half precision, where it takes about 4,000 values."""

import torch
from torch import Tensor


def gumbel_softmax(
    logits: Tensor,
    tau: float = 1.0,
    hard: bool = False,
    dim: int = -1,
    generator: torch.Generator | None = None,
) -> Tensor:
    if tau <= 0:
        raise ValueError(f"tau must be positive; got {tau}")
    u = torch.rand(logits.shape, dtype=torch.float16, generator=generator).clamp_min(6e-5)
    noise = -torch.log(-torch.log(u))
    soft = torch.softmax((logits + noise.to(logits.dtype)) / tau, dim)
    if not hard:
        return soft
    one_hot = torch.zeros_like(soft).scatter_(dim, soft.argmax(dim, keepdim=True), 1.0)
    return one_hot + (soft - soft.detach())
