"""Mistake: a hand-written backward that forgets the factor 1/tau."""

from typing import Any

import torch
from torch import Tensor


class Softmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, scores: Tensor, tau: float, dim: int) -> Tensor:
        soft = torch.softmax(scores / tau, dim)
        ctx.save_for_backward(soft)
        ctx.dim = dim
        return soft

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        (soft,) = ctx.saved_tensors
        (v,) = upstream
        return soft * (v - (v * soft).sum(ctx.dim, keepdim=True)), None, None


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
    soft: Tensor = Softmax.apply(logits - torch.log(-torch.log(u)), tau, dim)  # type: ignore[no-untyped-call]
    if not hard:
        return soft
    one_hot = torch.zeros_like(soft).scatter_(dim, soft.argmax(dim, keepdim=True), 1.0)
    return one_hot + soft - soft.detach()
