"""Both results as combinations of x_t, eps and noise, with coefficients in float64.

DDPM's posterior adds the precisions of q(x_t | x_prev) and q(x_prev | x_0), both Gaussian in x_prev.
"""

import torch
from torch import Tensor


def ddim_step(
    x_t: Tensor,
    eps: Tensor,
    alpha_bar_t: Tensor,
    alpha_bar_prev: Tensor,
    eta: float = 0.0,
    noise: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    batch = x_t.shape[0]
    for levels in (alpha_bar_t, alpha_bar_prev):
        if levels.dim() > 0 and levels.shape != (batch,):
            raise ValueError(f"signal levels of shape {tuple(levels.shape)} for a batch of {batch}")
    signal = alpha_bar_t.double().expand(batch)
    signal_prev = alpha_bar_prev.double().expand(batch)
    if bool((signal <= 0).any() or (signal >= 1).any()):
        raise ValueError("alpha_bar_t must lie between 0 and 1")
    if bool((signal_prev <= 0).any() or (signal_prev > 1).any()):
        raise ValueError("alpha_bar_prev must be positive and at most 1")
    if eta < 0:
        raise ValueError("eta must be 0 or larger")
    if eps.shape != x_t.shape:
        raise ValueError("eps must have the shape of x_t")

    variance = torch.zeros_like(signal)
    if eta > 0:
        if noise is None or noise.shape != x_t.shape:
            raise ValueError("noise of the shape of x_t is needed")
        if bool((signal > signal_prev).any()):
            raise ValueError("fresh noise makes sense only on the way to a higher signal level")
        step = signal / signal_prev
        # 1 / (1 / (1 - signal_prev) + step / (1 - step)), without dividing by what may be 0
        posterior = (1 - signal_prev) * (1 - step) / (1 - step + step * (1 - signal_prev))
        variance = eta**2 * posterior

    def combine(of_x: Tensor, of_eps: Tensor, of_noise: Tensor | None = None) -> Tensor:
        shape = [batch] + [1] * (x_t.dim() - 1)
        total = of_x.view(shape) * x_t.double() + of_eps.view(shape) * eps.double()
        if of_noise is not None and noise is not None:
            total = total + of_noise.view(shape) * noise.double()
        return total.to(x_t.dtype)

    gain = (signal_prev / signal).sqrt()
    kept = torch.clamp(1 - signal_prev - variance, min=0).sqrt()
    x_prev = combine(gain, kept - gain * (1 - signal).sqrt(), variance.sqrt() if eta > 0 else None)
    return x_prev, combine(1 / signal.sqrt(), -((1 - signal) / signal).sqrt())
