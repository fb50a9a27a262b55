"""What must be refused, and what must be left alone."""

from itertools import product
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.suite import violation

PER_SAMPLE = pytest.mark.parametrize("per_sample", [False, True], ids=["one", "per sample"])
LEVELS = {
    "alpha_bar_t": torch.tensor([0.2, 0.4, 0.6], dtype=torch.float64),
    "alpha_bar_prev": torch.tensor([0.5, 0.7, 0.9], dtype=torch.float64),
}


def samples(generator: torch.Generator, *shape: int) -> list[Tensor]:
    """x_t, eps and noise of this shape."""
    return [torch.randn(shape, dtype=torch.float64, generator=generator) for _ in range(3)]


def with_level(name: str, level: float, per_sample: bool) -> dict[str, Tensor]:
    """The signal levels with this one for the whole batch or (`per_sample`) for its second sample."""
    changed = LEVELS[name].clone() if per_sample else torch.zeros((), dtype=torch.float64)
    changed[1 if per_sample else ...] = level
    return {**LEVELS, name: changed}


def test_negative_eta(submission: Any, torch_rng: torch.Generator) -> None:
    """A negative eta is refused"""
    x_t, eps, noise = samples(torch_rng, 3, 2)
    for eta, given in product((-1e-3, -1.0), (noise, None)):
        with violation(f"eta = {eta:g} {'without' if given is None else 'with'} noise"):
            submission.ddim_step(x_t, eps, **LEVELS, eta=eta, noise=given)


def test_missing_noise(submission: Any, torch_rng: torch.Generator) -> None:
    """A positive eta without noise is refused"""
    x_t, eps, _ = samples(torch_rng, 3, 2)
    for eta in (1e-3, 1.0):
        with violation(f"eta = {eta:g} without noise"):
            submission.ddim_step(x_t, eps, **LEVELS, eta=eta)


@PER_SAMPLE
def test_missing_noise_at_the_last_step(
    submission: Any, torch_rng: torch.Generator, per_sample: bool
) -> None:
    """A positive eta without noise is refused also where alpha_bar_prev is 1"""
    x_t, eps, _ = samples(torch_rng, 3, 2)
    with violation("eta = 1 without noise, alpha_bar_prev = 1,"):
        submission.ddim_step(x_t, eps, **with_level("alpha_bar_prev", 1.0, per_sample), eta=1.0)


@PER_SAMPLE
@pytest.mark.parametrize(
    ("name", "bad"),
    [("alpha_bar_t", (-0.1, 0.0, 1.0, 1.5)), ("alpha_bar_prev", (-0.1, 0.0, 1.5))],
    ids=["alpha_bar_t", "alpha_bar_prev"],
)
def test_level_out_of_range(
    submission: Any, torch_rng: torch.Generator, name: str, bad: tuple[float, ...], per_sample: bool
) -> None:
    """Signal levels outside their range are refused"""
    x_t, eps, _ = samples(torch_rng, 3, 2)
    where = " in one sample" if per_sample else ""
    for level in bad:
        with violation(f"{name} = {level:g}{where}"):
            submission.ddim_step(x_t, eps, **with_level(name, level, per_sample))


@PER_SAMPLE
def test_random_step_to_less_signal(submission: Any, torch_rng: torch.Generator, per_sample: bool) -> None:
    """A positive eta is refused for a step to less signal"""
    x_t, eps, noise = samples(torch_rng, 3, 2)
    where = " in one sample" if per_sample else ""
    with violation(f"alpha_bar_prev = 0.1 below alpha_bar_t{where} with eta = 0.5"):
        submission.ddim_step(x_t, eps, **with_level("alpha_bar_prev", 0.1, per_sample), eta=0.5, noise=noise)


@pytest.mark.parametrize("name", ["eps", "noise"])
def test_shape_of_samples(submission: Any, torch_rng: torch.Generator, name: str) -> None:
    """A prediction or a noise of another shape than x_t is refused"""
    x_t, eps, noise = samples(torch_rng, 3, 2)
    for shape in [(1, 2), (2,), (3, 1), (3, 2, 1), (4, 2)]:
        named = {"eps": eps, "noise": noise, name: torch.ones(shape, dtype=torch.float64)}
        with violation(f"{name} of shape {list(shape)} for x_t of shape [3, 2]"):
            submission.ddim_step(x_t, named["eps"], **LEVELS, eta=0.5, noise=named["noise"])


@pytest.mark.parametrize("name", LEVELS)
def test_shape_of_levels(submission: Any, torch_rng: torch.Generator, name: str) -> None:
    """Signal levels that are neither one number nor one for each sample are refused"""
    x_t, eps, _ = samples(torch_rng, 3, 2)
    for shape in [(2,), (4,), (3, 1), (3, 2)]:
        levels = {**LEVELS, name: torch.full(shape, 0.55, dtype=torch.float64)}
        with violation(f"{name} of shape {list(shape)} for x_t of shape [3, 2]"):
            submission.ddim_step(x_t, eps, **levels)


@pytest.mark.instrumented
def test_arguments_unchanged(submission: Any, torch_rng: torch.Generator) -> None:
    """The arguments are left as they were"""
    one = {name: levels[0] for name, levels in LEVELS.items()}
    for dtype, eta in product((torch.float32, torch.float64), (0.0, 0.5)):
        for shape, levels in product([(3,), (3, 2), (3, 2, 2, 2)], (LEVELS, one)):
            x_t, eps, noise = (each.to(dtype) for each in samples(torch_rng, *shape))
            named = {name: each.to(dtype) for name, each in levels.items()}
            submission.ddim_step(x_t, eps, **named, eta=eta, noise=noise)
            assert not submission.mutated, f"an argument was changed by the call with eta = {eta:g}"


@pytest.mark.instrumented
def test_results_are_new(submission: Any, torch_rng: torch.Generator) -> None:
    """The results share no memory with the arguments"""
    x_t, eps, noise = samples(torch_rng, 3, 2)
    level, higher = LEVELS.values()
    for eta, goal in product((0.0, 1.0), (higher, level, torch.ones_like(level))):
        assert submission.returns_new_tensors(x_t, eps, level, goal, eta, noise), (
            f"a result shares its memory with an argument (eta = {eta:g}, "
            f"alpha_bar_t = {level.tolist()}, alpha_bar_prev = {goal.tolist()})"
        )
