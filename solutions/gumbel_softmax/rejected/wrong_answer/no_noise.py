"""Mistake: no noise at all: a softmax with temperature."""

import torch
from torch import Tensor


def gumbel_softmax(
    logits: Tensor,
    tau: float = 1.0,
    hard: bool = False,
    dim: int = -1,
    generator: torch.Generator | None = None,  # noqa: ARG001
) -> Tensor:
    if tau <= 0:
        raise ValueError(f"tau must be positive; got {tau}")
    soft = torch.softmax(logits / tau, dim)
    if not hard:
        return soft
    one_hot = torch.zeros_like(soft).scatter_(dim, soft.argmax(dim, keepdim=True), 1.0)
    return one_hot + soft - soft.detach()
