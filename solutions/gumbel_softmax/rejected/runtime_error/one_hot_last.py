"""Mistake: one_hot appends the classes as the last dimension, wherever dim is."""

import torch
from torch import Tensor
from torch.nn import functional


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
    one_hot = functional.one_hot(soft.argmax(dim), logits.shape[dim]).to(soft.dtype)
    return one_hot + soft - soft.detach()
