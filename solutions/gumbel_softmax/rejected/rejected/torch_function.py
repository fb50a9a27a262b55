"""Mistake: calls the function that is to be written."""

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
    if generator is None:
        return functional.gumbel_softmax(logits, tau, hard, dim=dim)
    with torch.random.fork_rng():
        torch.set_rng_state(generator.get_state())
        sample = functional.gumbel_softmax(logits, tau, hard, dim=dim)
        generator.set_state(torch.get_rng_state())
    return sample
