"""NumPy's Gumbel numbers, seeded from the torch generator; an autograd function with its own backward."""

from typing import Any

import numpy as np
import torch
from torch import Tensor


class GumbelSoftmax(torch.autograd.Function):
    """Rows of classes are last. Backward: J v = y (v - <y, v>) / tau, with y also for hard samples."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, noise: Tensor, tau: float, hard: bool) -> Tensor:
        soft = torch.log_softmax((logits + noise) / tau, -1).exp()
        ctx.save_for_backward(soft)
        ctx.tau = tau
        if hard:
            return torch.eye(soft.shape[-1], dtype=soft.dtype)[soft.argmax(-1)]
        return soft

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        (soft,) = ctx.saved_tensors
        (v,) = upstream
        return soft * (v - (v * soft).sum(-1, keepdim=True)) / ctx.tau, None, None, None


def gumbel_softmax(
    logits: Tensor,
    tau: float = 1.0,
    hard: bool = False,
    dim: int = -1,
    generator: torch.Generator | None = None,
) -> Tensor:
    if tau <= 0:
        raise ValueError(f"tau = {tau} is not a temperature")
    seed = int(torch.randint(2**62, (), generator=generator))
    rows = logits.movedim(dim, -1)
    noise = torch.from_numpy(np.random.default_rng(seed).gumbel(size=tuple(rows.shape))).to(rows.dtype)
    sample: Tensor = GumbelSoftmax.apply(rows, noise, tau, hard)  # type: ignore[no-untyped-call]
    return sample.movedim(-1, dim)
