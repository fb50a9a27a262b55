"""Own backward: d cos θ / dx = (ŵ - cos θ x̂) / |x| and d cos(θ + m) / d cos θ = sin(θ + m) / sin θ."""

import math
from typing import Any

import torch
from torch import Tensor


class Logits(torch.autograd.Function):
    """Embeddings [B, D] and weight [C, D] in float32 or float64 to the scaled logits [B, C]."""

    @staticmethod
    def forward(
        ctx: Any, embeddings: Tensor, weight: Tensor, labels: Tensor, s: float, m: float, easy: bool
    ) -> Tensor:
        lengths = embeddings.norm(dim=1, keepdim=True), weight.norm(dim=1, keepdim=True)
        x, w = embeddings / lengths[0], weight / lengths[1]
        rows = torch.arange(len(labels))
        logits = x @ w.T
        cosine = logits[rows, labels].clamp(-1, 1)
        angle = torch.acos(cosine)
        if easy:
            kept = cosine > 0
            rest = cosine
        else:
            kept = angle <= math.pi - m
            rest = cosine - m * math.sin(m)
        logits[rows, labels] = torch.where(kept, torch.cos(angle + m), rest)
        # The tip of the cone at angle 0 has no derivative; any finite number will do.
        steepness = torch.sin(angle + m) / torch.sin(angle).clamp_min(1e-4)
        slope = torch.where(kept, steepness, torch.ones_like(angle))
        ctx.save_for_backward(x, w, *lengths, labels, slope)
        ctx.s = s
        return logits * s

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        x, w, x_length, w_length, labels, slope = ctx.saved_tensors
        by_cosine = upstream[0] * ctx.s
        by_cosine[torch.arange(len(labels)), labels] *= slope
        by_x, by_w = by_cosine @ w, by_cosine.T @ x
        return (
            (by_x - (by_x * x).sum(1, keepdim=True) * x) / x_length,
            (by_w - (by_w * w).sum(1, keepdim=True) * w) / w_length,
            None,
            None,
            None,
            None,
        )


def arcface_logits(
    embeddings: Tensor,
    weight: Tensor,
    labels: Tensor,
    s: float = 64.0,
    m: float = 0.5,
    easy_margin: bool = False,
) -> Tensor:
    if not 0 <= m < math.pi / 2:
        raise ValueError(f"m = {m} is no margin")
    if not all(0 <= label < len(weight) for label in labels.tolist()):
        raise ValueError("every label must name a row of weight")
    wide = torch.float64 if embeddings.dtype == torch.float64 else torch.float32
    logits: Tensor = Logits.apply(  # type: ignore[no-untyped-call]
        embeddings.to(wide), weight.to(wide), labels, s, m, easy_margin
    )
    return logits.to(embeddings.dtype)
