"""Row by row in float64: sin θ is the length of what the unit embedding has beside its class's direction."""

import cmath
import math

import torch
from torch import Tensor


def penalised(row: Tensor, direction: Tensor, m: float, easy_margin: bool) -> Tensor:
    """The target's value for one unit embedding [D] and the unit weight [D] of its class."""
    cosine = row @ direction
    sine = torch.linalg.vector_norm(row - cosine * direction)  # its derivative at 0 is 0 in torch
    if easy_margin and cosine <= 0:
        return cosine
    turn = cmath.exp(1j * m)
    angle = math.atan2(sine.item(), cosine.item())
    if not easy_margin and angle > math.pi - m:
        return cosine - m * turn.imag
    return cosine * turn.real - sine * turn.imag


def arcface_logits(
    embeddings: Tensor,
    weight: Tensor,
    labels: Tensor,
    s: float = 64.0,
    m: float = 0.5,
    easy_margin: bool = False,
) -> Tensor:
    if m < 0 or m >= math.pi / 2:
        raise ValueError("the margin must be at least 0 and less than π/2")
    directions = [row / row.norm() for row in weight.double()]
    table = torch.stack(directions)
    rows = []
    for embedding, label in zip(embeddings.double(), labels.tolist(), strict=True):
        if label not in range(len(directions)):
            raise ValueError(f"there is no class {label}")
        row = embedding / embedding.norm()
        value = penalised(row, directions[label], m, easy_margin)
        chosen = torch.arange(len(directions)) == label
        rows.append(torch.where(chosen, value, table @ row))
    return (s * torch.stack(rows)).to(embeddings.dtype)
