"""Values, gradients and the state of the generator."""

from random import Random
from typing import Any

import pytest
import torch

from grader.suite import assert_close_to_reference


@pytest.mark.parametrize("dtype", [torch.float32, torch.complex64], ids=["float32", "complex64"])
def test_random(submission: Any, torch_rng: torch.Generator, rng: Random, dtype: torch.dtype) -> None:
    """Random numbers"""
    for shape in [(5,), (2, 3)]:
        x, factor = torch.randn(shape, dtype=dtype, generator=torch_rng), 1.0 + rng.random()
        wide = torch.complex128 if dtype.is_complex else torch.float64
        assert_close_to_reference(submission.scale(x, factor), factor * x.to(wide), factor * x)


def test_gradient(submission: Any, torch_rng: torch.Generator) -> None:
    """The gradient is the factor"""
    x = torch.randn(4, dtype=torch.float64, generator=torch_rng).requires_grad_()
    result = submission.scale(x, 3.0)
    assert_close_to_reference(result.detach(), 3 * x.detach(), 3 * x.detach())
    assert result.requires_grad, "the result carries no gradient"
    (gradient,) = torch.autograd.grad(result.sum(), x)
    assert_close_to_reference(gradient, torch.full_like(x, 3.0), torch.full_like(x, 3.0))


def test_generator(submission: Any, rng: Random) -> None:
    """The generator gives the noise, and moves on"""
    seed = rng.getrandbits(60)
    ours, theirs = torch.Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
    for count in (3, 700, 5):
        expected = torch.rand(count, generator=ours)
        assert_close_to_reference(submission.noise(count, theirs), expected.double(), expected, floor=0.0)
    expected, drawn = torch.rand(700, generator=ours), torch.rand(700, generator=theirs)
    assert torch.equal(drawn, expected), (
        "the generator was left in another state than after drawing the noise"
    )
