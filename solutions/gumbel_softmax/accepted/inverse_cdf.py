"""Gumbel noise by inverting its distribution function (Jang, Gu and Poole, arXiv:1611.01144, section 2)."""

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
    u = torch.rand(logits.shape, dtype=logits.dtype, device=logits.device, generator=generator)
    u = u.clamp_min(torch.finfo(u.dtype).tiny)  # torch.rand can return 0, never 1
    noise = -torch.log(-torch.log(u))
    soft = torch.softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    winner = soft.argmax(dim, keepdim=True)
    one_hot = torch.zeros_like(soft).scatter_(dim, winner, 1.0)
    return one_hot + (soft - soft.detach())
