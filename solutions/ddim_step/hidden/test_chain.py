"""Twenty steps from noise to data with the ideal prediction for Gaussian data.

For x_0 ~ N(m, s²) every step is affine in x_t, so mean and variance follow an exact recursion. The batch is
made so that x_T and the noise of all steps have exactly the mean 0, the variance 1 and no correlation: then
the mean and variance of the batch follow the recursion too, up to rounding and without any chance.
"""

from itertools import pairwise
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor

from grader.suite import assert_close_to_reference, assert_tensor

STEPS = 20
SHAPE = (64, 4)


class Gaussian(NamedTuple):
    """The distribution of the data."""

    mean: float
    std: float

    def variance_at(self, a: Tensor) -> Tensor:
        """The variance of sqrt(a) x_0 + sqrt(1 - a) eps."""
        return a * self.std**2 + 1 - a

    def noise_in(self, x: Tensor, a: Tensor) -> Tensor:
        """E[eps | x], what an ideal network predicts."""
        return (1 - a).sqrt() * (x - a.sqrt() * self.mean) / self.variance_at(a)


def whitened(generator: torch.Generator, count: int) -> list[Tensor]:
    """Tensors of `SHAPE` with the mean 0 and the variance 1, and no correlation between any two."""
    columns = torch.randn(SHAPE[0] * SHAPE[1], count, dtype=torch.float64, generator=generator)
    basis, _ = torch.linalg.qr(columns - columns.mean(0))
    return [(len(columns) ** 0.5 * column).reshape(SHAPE) for column in basis.T]


def signal_levels(generator: torch.Generator) -> Tensor:
    """alpha-bar from 0.01 to 1 in rising, irregular steps."""
    gaps = 0.2 + torch.rand(STEPS, dtype=torch.float64, generator=generator)
    return torch.cat([torch.zeros(1), gaps.cumsum(0) / gaps.sum()]) * 0.99 + 0.01


def next_moments(data: Gaussian, mean: Tensor, variance: Tensor, a: Tensor, b: Tensor, eta: float) -> Any:
    """Mean and variance after a step from level a to level b."""
    fresh = eta**2 * (1 - b) / (1 - a) * (1 - a / b)
    of_image = b.sqrt() * a.sqrt() * data.std**2
    of_noise = ((1 - b - fresh).clamp_min(0) * (1 - a)).sqrt()
    gain = (of_image + of_noise) / data.variance_at(a)
    return b.sqrt() * data.mean + gain * (mean - a.sqrt() * data.mean), gain**2 * variance + fresh


@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0], ids=lambda eta: f"eta={eta:g}")
def test_gaussian(submission: Any, torch_rng: torch.Generator, eta: float) -> None:
    """20 steps with the ideal prediction for Gaussian data have the right mean and variance"""
    data = Gaussian(*(torch.tensor([2.0, 0.3]) + 0.4 * torch.rand(2, generator=torch_rng)).tolist())
    levels = signal_levels(torch_rng)
    levels[-1] = 1.0
    x, *noises = whitened(torch_rng, STEPS + 1)
    mean, variance = x.new_zeros(()), x.new_ones(())
    for number, ((a, b), noise) in enumerate(zip(pairwise(levels), noises, strict=True), 1):
        mean, variance = next_moments(data, mean, variance, a, b, eta)
        x, _ = submission.ddim_step(x, data.noise_in(x, a), a, b, eta, noise)
        assert_tensor(x, like=noise, name=f"x_(t-1) of step {number}")
        for got, expected, name in ((x.mean(), mean, "mean"), (x.var(correction=0), variance, "variance")):
            assert_close_to_reference(
                got, expected, expected, floor=1e-9, name=f"{name} of the batch after step {number}"
            )
