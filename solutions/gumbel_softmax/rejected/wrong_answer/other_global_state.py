"""Mistake: takes fresh noise from NumPy where no generator is given, out of reach of torch.manual_seed."""

import numpy as np
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
    if generator is None:
        generator = torch.Generator().manual_seed(int(np.random.default_rng().integers(2**62)))
    u = torch.rand(logits.shape, dtype=logits.dtype, generator=generator).clamp_min(1e-30)
    noise = -torch.log(-torch.log(u))
    soft = torch.softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    one_hot = torch.zeros_like(soft).scatter_(dim, soft.argmax(dim, keepdim=True), 1.0)
    return one_hot + soft - soft.detach()
