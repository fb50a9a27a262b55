"""Mistake: refuses bad arguments with assertions."""

import torch
from torch import Tensor


def check(x_t: Tensor, eps: Tensor, a_t: Tensor, a_prev: Tensor, eta: float, noise: Tensor | None) -> None:
    sizes = (torch.Size([]), x_t.shape[:1])
    assert eps.shape == x_t.shape
    assert a_t.shape in sizes
    assert a_prev.shape in sizes
    assert a_t.min() > 0
    assert a_t.max() < 1
    assert a_prev.min() > 0
    assert a_prev.max() <= 1
    assert eta >= 0
    if eta > 0:
        assert noise is not None
        assert noise.shape == x_t.shape
        assert (a_prev >= a_t).all()


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
    sigma = eta * ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt()
    direction = (1 - a_prev - sigma**2).clamp_min(0).sqrt() * eps
    return a_prev.sqrt() * x_0 + direction + sigma * noise, x_0
