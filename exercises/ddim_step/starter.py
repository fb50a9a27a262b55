"""One step of DDIM sampling: from a noisy sample and its predicted noise to a less noisy sample."""

from torch import Tensor


def ddim_step(
    x_t: Tensor,
    eps: Tensor,
    alpha_bar_t: Tensor,
    alpha_bar_prev: Tensor,
    eta: float = 0.0,
    noise: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Return (x_{t-1}, predicted x_0), both with the shape and dtype of x_t.

    x_t: the noisy samples [B, ...], float32 or float64. No argument is changed.
    eps: the predicted noise in x_t, [B, ...].
    alpha_bar_t, alpha_bar_prev: signal levels of x_t, in (0, 1), and of the result, in (0, 1]; [] or [B].
    eta: how random the step is, >= 0: 0 is deterministic, 1 is DDPM.
    noise: standard normal numbers [B, ...]; needed if eta > 0, ignored if eta = 0.
    Raises ValueError if one of these does not hold, and if eta > 0 for a step to a lower signal level.
    """
    raise NotImplementedError
