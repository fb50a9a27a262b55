"""Mistake: subtracts the largest score of all rows; in a row far below it every exponential is 0."""

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
    scores = (logits + noise) / tau
    weights = torch.exp(scores - scores.max())
    soft = weights / weights.sum(dim, keepdim=True)
    if not hard:
        return soft
    one_hot = torch.zeros_like(soft).scatter_(dim, soft.argmax(dim, keepdim=True), 1.0)
    return one_hot + soft - soft.detach()
