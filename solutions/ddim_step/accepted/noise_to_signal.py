"""An Euler step in the noise-to-signal ratio (arXiv:2010.02502, section 4.3), one sample at a time.

In units of its signal, x / sqrt(a) = x_0 + ratio * eps with ratio = sqrt((1 - a) / a), so a step to another
ratio adds the difference of the ratios times eps.
"""

from math import sqrt

import torch
from torch import Tensor


def step(
    x: Tensor, eps: Tensor, a_t: float, a_prev: float, eta: float, z: Tensor | None
) -> tuple[Tensor, Tensor]:
    if not 0 < a_t < 1 or not 0 < a_prev <= 1:
        raise ValueError(f"no signal levels: {a_t}, {a_prev}")
    ratio = sqrt((1 - a_t) / a_t)
    scaled = x / sqrt(a_t)
    if z is None:
        fresh, kept = 0.0, 1 - a_prev
    elif a_prev < a_t:
        raise ValueError("a random step cannot go to a lower signal level")
    else:
        fresh = eta * sqrt((1 - a_prev) * (a_prev - a_t) / (a_prev * (1 - a_t)))
        kept = max(1 - a_prev - fresh**2, 0.0)
    x_prev = sqrt(a_prev) * (scaled + (sqrt(kept / a_prev) - ratio) * eps)
    return x_prev if z is None else x_prev + fresh * z, scaled - ratio * eps


def ddim_step(
    x_t: Tensor,
    eps: Tensor,
    alpha_bar_t: Tensor,
    alpha_bar_prev: Tensor,
    eta: float = 0.0,
    noise: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    if eta < 0 or (eta > 0 and noise is None):
        raise ValueError("eta must be at least 0, and above 0 it needs noise")
    used = noise if eta > 0 else None
    if any(each is not None and each.shape != x_t.shape for each in (eps, used)):
        raise ValueError("the tensors differ in shape")
    size = len(x_t)
    if any(each.shape not in [(), (size,)] for each in (alpha_bar_t, alpha_bar_prev)):
        raise ValueError("the signal levels must be [] or [B]")
    levels, levels_prev = (each.expand(size).tolist() for each in (alpha_bar_t, alpha_bar_prev))
    steps = [
        step(x_t[i], eps[i], levels[i], levels_prev[i], eta, None if used is None else used[i])
        for i in range(size)
    ]
    return torch.stack([x_prev for x_prev, _ in steps]), torch.stack([x_0 for _, x_0 in steps])
