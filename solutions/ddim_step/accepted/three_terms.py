"""Predicted image, direction to x_t, fresh noise: the update as in arXiv:2010.02502, eq. 12 and 16."""

import torch
from torch import Tensor


def check(x_t: Tensor, eps: Tensor, a_t: Tensor, a_prev: Tensor, eta: float, noise: Tensor | None) -> None:
    levels = (torch.Size([]), x_t.shape[:1])
    if eps.shape != x_t.shape or a_t.shape not in levels or a_prev.shape not in levels:
        raise ValueError("eps must have the shape of x_t, the signal levels [] or [B]")
    if min(a_t.min(), a_prev.min()) <= 0 or a_t.max() >= 1 or a_prev.max() > 1:
        raise ValueError("the signal levels must lie in (0, 1) and (0, 1]")
    if eta < 0:
        raise ValueError(f"eta must not be negative; got {eta}")
    if eta > 0 and (noise is None or noise.shape != x_t.shape):
        raise ValueError("eta > 0 needs noise of the shape of x_t")
    if eta > 0 and (a_prev < a_t).any():
        raise ValueError("a step to a lower signal level must have eta = 0")


def ddim_step(
    x_t: Tensor,
    eps: Tensor,
    alpha_bar_t: Tensor,
    alpha_bar_prev: Tensor,
    eta: float = 0.0,
    noise: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    check(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, noise)
    per_sample = (-1, *[1] * (x_t.dim() - 1))
    a_t = alpha_bar_t.to(x_t.dtype).reshape(per_sample)
    a_prev = alpha_bar_prev.to(x_t.dtype).reshape(per_sample)
    x_0 = (x_t - (1 - a_t).sqrt() * eps) / a_t.sqrt()
    if noise is None or eta == 0:
        return a_prev.sqrt() * x_0 + (1 - a_prev).sqrt() * eps, x_0
    sigma = eta * ((1 - a_prev) / (1 - a_t)).sqrt() * (1 - a_t / a_prev).sqrt()
    direction = (1 - a_prev - sigma**2).clamp_min(0).sqrt() * eps
    return a_prev.sqrt() * x_0 + direction + sigma * noise, x_0
