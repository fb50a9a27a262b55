"""Mistake: returns the one-hot vector itself, which has no gradient."""

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
    u = torch.rand(logits.shape, dtype=logits.dtype, generator=generator).clamp_min(1e-30)
    noise = -torch.log(-torch.log(u))
    soft = torch.softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    return torch.zeros_like(soft).scatter_(dim, soft.argmax(dim, keepdim=True), 1.0)
