"""Mistake: eta scales the variance of the fresh noise, not its standard deviation."""

import torch
from torch import Tensor


def check(x_t: Tensor, eps: Tensor, a_t: Tensor, a_prev: Tensor, eta: float, noise: Tensor | None) -> None:
    sizes = (torch.Size([]), x_t.shape[:1])
    if eps.shape != x_t.shape or a_t.shape not in sizes or a_prev.shape not in sizes:
        raise ValueError("the shapes do not fit")
    if a_t.min() <= 0 or a_t.max() >= 1 or a_prev.min() <= 0 or a_prev.max() > 1:
        raise ValueError("a signal level is out of range")
    if eta < 0:
        raise ValueError("eta is negative")
    if eta > 0 and (noise is None or noise.shape != x_t.shape):
        raise ValueError("noise of the shape of x_t is needed")
    if eta > 0 and (a_prev < a_t).any():
        raise ValueError("a random step cannot lead to less signal")


def ddim_step(
    x_t: Tensor,
    eps: Tensor,
    alpha_bar_t: Tensor,
    alpha_bar_prev: Tensor,
    eta: float = 0.0,
    noise: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    check(x_t, eps, alpha_bar_t, alpha_bar_prev, eta, noise)
    shape = (-1, *[1] * (x_t.dim() - 1))
    a_t = alpha_bar_t.to(x_t.dtype).reshape(shape)
    a_prev = alpha_bar_prev.to(x_t.dtype).reshape(shape)
    x_0 = (x_t - (1 - a_t).sqrt() * eps) / a_t.sqrt()
    if eta == 0 or noise is None:
        return a_prev.sqrt() * x_0 + (1 - a_prev).sqrt() * eps, x_0
    sigma = (eta * (1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt()
    direction = (1 - a_prev - sigma**2).clamp_min(0).sqrt() * eps
    return a_prev.sqrt() * x_0 + direction + sigma * noise, x_0
