"""Mistake: the hard sample marks the winner of a second, independent draw."""

import torch
from torch import Tensor


def draw(logits: Tensor, tau: float, dim: int, generator: torch.Generator | None) -> Tensor:
    u = torch.rand(logits.shape, dtype=logits.dtype, generator=generator).clamp_min(1e-30)
    return torch.softmax((logits - torch.log(-torch.log(u))) / tau, dim)


def gumbel_softmax(
    logits: Tensor,
    tau: float = 1.0,
    hard: bool = False,
    dim: int = -1,
    generator: torch.Generator | None = None,
) -> Tensor:
    if tau <= 0:
        raise ValueError(f"tau must be positive; got {tau}")
    soft = draw(logits, tau, dim, generator)
    if not hard:
        return soft
    winner = draw(logits, tau, dim, generator).argmax(dim, keepdim=True)
    one_hot = torch.zeros_like(soft).scatter_(dim, winner, 1.0)
    return one_hot + soft - soft.detach()
