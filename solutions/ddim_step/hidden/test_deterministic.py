"""What is not random: steps with eta = 0, which can be run backwards, and where all noise comes from."""

from random import Random
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.suite import assert_close_to_reference, assert_tensor

DTYPES = pytest.mark.parametrize(
    ("dtype", "floor"), [(torch.float32, 1e-4), (torch.float64, 1e-11)], ids=["float32", "float64"]
)
LOWER_OR_HIGHER = pytest.mark.parametrize("higher", [True, False], ids=["to more signal", "to less signal"])


def normal(generator: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=generator)


def two_levels(generator: torch.Generator, higher: bool) -> tuple[Tensor, Tensor]:
    """Signal levels for a batch of 5 samples: those of x_t, and `higher` or lower ones to go to."""
    low, high = torch.tensor([[0.05], [0.55]]) + 0.4 * torch.rand(2, 5, generator=generator)
    return (low.double(), high.double()) if higher else (high.double(), low.double())


def step(x_t: Tensor, eps: Tensor, a_t: Tensor, a_prev: Tensor) -> Tensor:
    """x_{t-1} by the definition with eta = 0."""
    a_t, a_prev = a_t[:, None], a_prev[:, None]
    return a_prev.sqrt() * (x_t - (1 - a_t).sqrt() * eps) / a_t.sqrt() + (1 - a_prev).sqrt() * eps


@LOWER_OR_HIGHER
def test_direction(submission: Any, torch_rng: torch.Generator, higher: bool) -> None:
    """A step may lead to more signal or to less"""
    x_t, eps = normal(torch_rng, 5, 3), normal(torch_rng, 5, 3)
    levels = two_levels(torch_rng, higher)
    expected = step(x_t, eps, *levels)
    x_prev, _ = submission.ddim_step(x_t, eps, *levels)
    assert_close_to_reference(x_prev, expected, expected, floor=1e-12, name="x_(t-1) with eta = 0")


@pytest.mark.parametrize(("eta", "floor"), [(0.0, 1e-12), (1.0, 1e-6)], ids=["eta=0", "eta=1"])
def test_same_level(submission: Any, torch_rng: torch.Generator, eta: float, floor: float) -> None:
    """A step to the level where x_t is already returns x_t"""
    x_t, eps, noise = (normal(torch_rng, 5, 3) for _ in range(3))
    level, _ = two_levels(torch_rng, True)
    x_prev, _ = submission.ddim_step(x_t, eps, level, level, eta, noise)
    # A sigma that rounds to 1e-9 instead of 0 is no mistake.
    assert_close_to_reference(x_prev, x_t, x_t, floor=floor, name="x_(t-1) at the level of x_t")


@LOWER_OR_HIGHER
@DTYPES
def test_inversion(
    submission: Any, torch_rng: torch.Generator, dtype: torch.dtype, floor: float, higher: bool
) -> None:
    """A step and the step back with the same eps give the input back"""
    x_t, eps = normal(torch_rng, 5, 3).to(dtype), normal(torch_rng, 5, 3).to(dtype)
    a_t, a_prev = (each.to(dtype) for each in two_levels(torch_rng, higher))
    there, image = submission.ddim_step(x_t, eps, a_t, a_prev)
    assert_tensor(there, like=x_t, name="x_(t-1)")
    assert_tensor(image, like=x_t, name="predicted x_0")
    back, same_image = submission.ddim_step(there, eps, a_prev, a_t)
    assert_close_to_reference(back, x_t.double(), x_t, floor=floor, name="x_t after a step there and back")
    assert_close_to_reference(
        same_image, image.double(), image, floor=floor, name="predicted x_0 of the step back"
    )


@LOWER_OR_HIGHER
def test_noise_is_ignored(submission: Any, torch_rng: torch.Generator, higher: bool) -> None:
    """A given noise is ignored, whatever it holds"""
    x_t, eps, *levels = (
        each.float()
        for each in (normal(torch_rng, 5, 3), normal(torch_rng, 5, 3), *two_levels(torch_rng, higher))
    )
    expected = step(*(each.double() for each in (x_t, eps, *levels)))
    for noise in (
        normal(torch_rng, 5, 3).float(),
        normal(torch_rng, 5, 3),
        normal(torch_rng, 2, 7).float(),
        torch.full((5, 3), torch.nan),
        torch.full((5, 3), torch.inf),
    ):
        x_prev, _ = submission.ddim_step(x_t, eps, *levels, eta=0.0, noise=noise)
        assert_close_to_reference(
            x_prev, expected, expected.float(), floor=5e-5, name="x_(t-1) with eta = 0 and given noise"
        )


@pytest.mark.instrumented
@pytest.mark.parametrize("eta", [0.0, 1.0], ids=lambda eta: f"eta={eta:g}")
def test_no_random_numbers(
    submission: Any, worker_rng: Any, torch_rng: torch.Generator, rng: Random, eta: float
) -> None:
    """torch's global random state stays as it was"""
    x_t, eps, noise = (normal(torch_rng, 5, 3) for _ in range(3))
    seed = rng.getrandbits(32)
    worker_rng.seed(seed)
    before = worker_rng.draw(8)
    worker_rng.seed(seed)
    submission.ddim_step(x_t, eps, *two_levels(torch_rng, True), eta=eta, noise=noise if eta else None)
    assert torch.equal(before, worker_rng.draw(8)), "the call drew random numbers; all noise is an argument"
