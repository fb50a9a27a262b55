"""Values against equations 12 and 16 of Song, Meng and Ermon (arXiv:2010.02502) in float64.

The signal levels stay away from 0, from 1 and from each other, except in checks that are about that: there a
correct program may lose digits. Everywhere else a mistake costs far more than the floor, rounding far less.
"""

from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor

from grader.suite import assert_close_to_reference, assert_tensor

ETA = pytest.mark.parametrize("eta", [0.0, 0.5, 1.0], ids=lambda eta: f"eta={eta:g}")
DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
FLOORS = {torch.float32: 5e-5, torch.float64: 1e-12}
SHAPES = [(4,), (1, 3), (5, 3), (2, 1, 4), (3, 2, 4, 4), (2, 3, 1, 2, 2)]


class Step(NamedTuple):
    """The tensors of one call."""

    x_t: Tensor
    eps: Tensor
    alpha_bar_t: Tensor
    alpha_bar_prev: Tensor
    noise: Tensor

    def to(self, dtype: torch.dtype) -> "Step":
        return Step(*(each.to(dtype) for each in self))


def normal(generator: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=generator)


def uniform(generator: torch.Generator, low: float, high: float, *shape: int) -> Tensor:
    return low + (high - low) * torch.rand(shape, dtype=torch.float64, generator=generator)


def step_of(generator: torch.Generator, *shape: int, per_sample: bool = False) -> Step:
    """A step for x_t of this shape in float64, with signal levels [] or (`per_sample`) [B]."""
    x_t, eps, noise = (normal(generator, *shape) for _ in range(3))
    size = shape[:1] if per_sample else ()
    return Step(x_t, eps, uniform(generator, 0.05, 0.6, *size), uniform(generator, 0.7, 0.98, *size), noise)


def result(step: Step, eta: float) -> tuple[Tensor, Tensor]:
    """(x_{t-1}, predicted x_0) in the dtype of the step, as defined."""
    shape = (-1, *[1] * (step.x_t.dim() - 1))
    a_t, a_prev = step.alpha_bar_t.reshape(shape), step.alpha_bar_prev.reshape(shape)
    x_0 = (step.x_t - (1 - a_t).sqrt() * step.eps) / a_t.sqrt()
    if eta == 0:
        return a_prev.sqrt() * x_0 + (1 - a_prev).sqrt() * step.eps, x_0
    sigma = eta * ((1 - a_prev) / (1 - a_t)).sqrt() * (1 - a_t / a_prev).sqrt()
    direction = (1 - a_prev - sigma**2).clamp_min(0).sqrt() * step.eps
    return a_prev.sqrt() * x_0 + direction + sigma * step.noise, x_0


def check(
    submission: Any, step: Step, eta: float, *, dtype: torch.dtype | None = None, floor: float | None = None
) -> None:
    """Compare both results of a call; `dtype` is the working precision where x_t has a higher one."""
    dtype = dtype or step.x_t.dtype
    expected, trusted = result(step.to(torch.float64), eta), result(step.to(dtype), eta)
    x_prev, x_0 = submission.ddim_step(*step[:4], eta=eta, noise=step.noise if eta else None)
    for got, place, name in ((x_0, 1, "predicted x_0"), (x_prev, 0, f"x_(t-1) with eta = {eta:g}")):
        assert_tensor(got, like=step.x_t, name=name)
        assert_close_to_reference(
            got.to(dtype), expected[place], trusted[place], floor=floor or FLOORS[dtype], name=name
        )


@DTYPES
def test_predicted_image(submission: Any, torch_rng: torch.Generator, dtype: torch.dtype) -> None:
    """The predicted x_0, the second result"""
    for per_sample in (False, True):
        step = step_of(torch_rng, 5, 3, per_sample=per_sample).to(dtype)
        _, got = submission.ddim_step(*step[:4])
        (_, expected), (_, trusted) = result(step.to(torch.float64), 0.0), result(step, 0.0)
        assert_close_to_reference(got, expected, trusted, floor=FLOORS[dtype], name="predicted x_0")


@DTYPES
@ETA
def test_step(submission: Any, torch_rng: torch.Generator, dtype: torch.dtype, eta: float) -> None:
    """Both results"""
    for shape in [(1, 1), (5, 3), (2, 3, 4, 4)]:
        check(submission, step_of(torch_rng, *shape).to(dtype), eta)


def test_ddpm(submission: Any, torch_rng: torch.Generator) -> None:
    """With eta = 1, the step of DDPM's posterior: its mean, and its standard deviation for the noise"""
    step = step_of(torch_rng, 5, 3)
    alpha = step.alpha_bar_t / step.alpha_bar_prev
    # The two factors of Bayes' rule are Gaussian in x_{t-1}: their precisions add.
    precisions = alpha / (1 - alpha), 1 / (1 - step.alpha_bar_prev)
    _, x_0 = result(step, 1.0)
    means = step.x_t / alpha.sqrt(), step.alpha_bar_prev.sqrt() * x_0
    variance = 1 / (precisions[0] + precisions[1])
    mean = variance * (precisions[0] * means[0] + precisions[1] * means[1])
    for noise in (torch.zeros_like(mean), step.noise):
        expected = mean + variance.sqrt() * noise
        got, _ = submission.ddim_step(*step[:4], 1.0, noise)
        assert_close_to_reference(got, expected, expected, floor=1e-12, name="x_(t-1) with eta = 1")


@ETA
def test_shapes(submission: Any, torch_rng: torch.Generator, eta: float) -> None:
    """Samples with one to five dimensions, signal levels for the whole batch or for each sample"""
    for shape in SHAPES:
        for per_sample in (False, True):
            check(submission, step_of(torch_rng, *shape, per_sample=per_sample), eta)


@ETA
def test_levels_of_samples(submission: Any, torch_rng: torch.Generator, eta: float) -> None:
    """Signal levels belong to the samples, also when all dimensions have the same size"""
    for shape in [(3, 3), (4, 4, 4), (3, 3, 3, 3)]:
        step = step_of(torch_rng, *shape, per_sample=True)
        check(submission, step, eta)
        check(submission, step._replace(alpha_bar_t=step.alpha_bar_t[0]), eta)
        check(submission, step._replace(alpha_bar_prev=step.alpha_bar_prev[0]), eta)


@pytest.mark.parametrize("per_sample", [False, True], ids=["one", "per sample"])
def test_precise_levels(submission: Any, torch_rng: torch.Generator, per_sample: bool) -> None:
    """float32 samples with signal levels in float64 give float32 results"""
    for eta in (0.0, 0.5):
        step = step_of(torch_rng, 5, 3, per_sample=per_sample)
        single = step.to(torch.float32)
        levels = {"alpha_bar_t": step.alpha_bar_t, "alpha_bar_prev": step.alpha_bar_prev}
        check(submission, single._replace(**levels), eta)


@pytest.mark.parametrize("per_sample", [False, True], ids=["one", "per sample"])
def test_coarse_levels(submission: Any, torch_rng: torch.Generator, per_sample: bool) -> None:
    """float64 samples with signal levels in float32 give float64 results"""
    for eta in (0.0, 0.5):
        step = step_of(torch_rng, 5, 3, per_sample=per_sample)
        single = step.to(torch.float32)
        levels = {"alpha_bar_t": single.alpha_bar_t, "alpha_bar_prev": single.alpha_bar_prev}
        check(submission, step._replace(**levels), eta, dtype=torch.float32)


@ETA
def test_strided_samples(submission: Any, torch_rng: torch.Generator, eta: float) -> None:
    """Samples, predictions and noise that are not contiguous in memory"""
    step = step_of(torch_rng, 3, 4, per_sample=True)
    wide = normal(torch_rng, 3, 8)
    views = {"x_t": normal(torch_rng, 4, 3).t(), "eps": wide[:, ::2], "noise": wide[:, 4:]}
    check(submission, step._replace(**views), eta)


@ETA
def test_last_step(submission: Any, torch_rng: torch.Generator, eta: float) -> None:
    """Where alpha_bar_prev is 1 the result is the predicted x_0, whatever the noise"""
    for shape, per_sample in [((1, 1), False), ((4, 3), False), ((4, 3), True)]:
        step = step_of(torch_rng, *shape, per_sample=per_sample)
        check(submission, step._replace(alpha_bar_prev=torch.ones_like(step.alpha_bar_prev)), eta)


@ETA
def test_last_step_of_one_sample(submission: Any, torch_rng: torch.Generator, eta: float) -> None:
    """Some samples of a batch may be at their last step"""
    step = step_of(torch_rng, 4, 3, per_sample=True)
    levels = step.alpha_bar_prev.clone()
    levels[2] = 1.0
    check(submission, step._replace(alpha_bar_prev=levels), eta)


def test_large_eta(submission: Any, torch_rng: torch.Generator) -> None:
    """An eta above the limit where fresh noise exceeds all that is wanted: nothing of eps is kept"""
    for factor in (1.1, 4.0):
        step = step_of(torch_rng, 5, 3)
        limit = ((1 - step.alpha_bar_t) / (1 - step.alpha_bar_t / step.alpha_bar_prev)).sqrt()
        check(submission, step, factor * float(limit))


@DTYPES
def test_rounding(submission: Any, torch_rng: torch.Generator, dtype: torch.dtype) -> None:
    """From almost pure noise to almost no noise with eta = 1: finite, although differences round below 0"""
    low, high = (1e-5, 1e-3) if dtype == torch.float32 else (1e-10, 1e-8)
    step = step_of(torch_rng, 300, 2)
    levels = {
        "alpha_bar_t": uniform(torch_rng, low, 2 * low, 300),
        "alpha_bar_prev": 1 - uniform(torch_rng, high / 10, high, 300),
    }
    x_0, signal = normal(torch_rng, 300, 2), levels["alpha_bar_t"][:, None]
    x_t = signal.sqrt() * x_0 + (1 - signal).sqrt() * step.eps
    check(submission, step._replace(x_t=x_t, **levels).to(dtype), 1.0, floor=1e-2)
