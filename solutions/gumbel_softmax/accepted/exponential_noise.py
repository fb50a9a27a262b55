"""If E is exponential with rate 1, -log E is Gumbel. Noise in float64, then in place on an own copy."""

import torch
from torch import Tensor


def gumbel_softmax(
    logits: Tensor,
    tau: float = 1.0,
    hard: bool = False,
    dim: int = -1,
    generator: torch.Generator | None = None,
) -> Tensor:
    if not tau > 0:
        raise ValueError("the temperature must be positive")
    waiting = torch.empty(logits.shape, dtype=torch.float64, device=logits.device)
    waiting.exponential_(generator=generator)
    scores = logits.clone().sub_(waiting.log_().to(logits.dtype)).div_(tau)
    soft = scores.softmax(dim)
    if not hard:
        return soft
    with torch.no_grad():
        correction = -soft
        correction.scatter_add_(dim, scores.argmax(dim, keepdim=True), torch.ones_like(soft))
    return soft + correction
