"""Values of straight-through samples.

False alarms: 2 comparisons of 1e-8 each. A near-tie cannot raise one: a winner within 1e-4 of the largest
entry of the soft sample is taken.
"""

from random import Random
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.suite import assert_frequencies, assert_tensor

SHAPES = [((6,), 0), ((40, 3), -1), ((3, 40), 0), ((8, 5, 4), 1), ((4, 2, 8, 3), -3)]
TAUS = [0.7, 0.1, 5.0, 1.0, 0.3]


def assert_one_hot(hard: Any, like: Tensor, dim: int) -> None:
    assert_tensor(hard, like=like)
    ones = hard > 0.5
    assert (ones.sum(dim) == 1).all(), f"a row along dim={dim} holds not exactly one 1"
    error = (hard - ones.to(hard.dtype)).abs().max()
    assert error <= 1e-5, f"a hard sample holds values up to {error:.3g} away from 0 and 1"


def test_one_hot(submission: Any, torch_rng: torch.Generator) -> None:
    """A hard sample holds one 1 in each row, and 0 otherwise"""
    for shape, dim in SHAPES:
        logits = torch.randn(shape, generator=torch_rng)
        assert_one_hot(submission.gumbel_softmax(logits, tau=0.7, hard=True, dim=dim), logits, dim)


def test_argmax_of_soft_sample(submission: Any, torch_rng: torch.Generator, rng: Random) -> None:
    """The 1 stands where the soft sample from the same random state is largest"""
    for (shape, dim), tau in zip(SHAPES, TAUS, strict=True):
        logits = torch.randn(shape, generator=torch_rng)
        seed = rng.getrandbits(32)
        soft, hard = (
            submission.gumbel_softmax(
                logits, tau=tau, hard=hard, dim=dim, generator=torch.Generator().manual_seed(seed)
            )
            for hard in (False, True)
        )
        assert_one_hot(hard, logits, dim)
        lost = soft.amax(dim) - (soft * hard).sum(dim)
        rows = int((lost > 1e-4).sum())
        assert rows == 0, (
            f"logits of shape {shape}, tau = {tau:g}, dim={dim}: in {rows} of {lost.numel()} rows the 1 does "
            "not stand at the largest entry of the soft sample"
        )


def test_ties(submission: Any) -> None:
    """A row holds one 1 also where large logits round the noise, so that two entries may be equal"""
    logits = torch.full((25_000, 4), 1e4)
    assert_one_hot(submission.gumbel_softmax(logits, hard=True), logits, -1)


@pytest.mark.parametrize("tau", [0.1, 10.0], ids=lambda tau: f"tau={tau:g}")
def test_frequencies(submission: Any, torch_rng: torch.Generator, tau: float) -> None:
    """Each class wins with its probability, at every temperature"""
    spread = 0.8 * torch.randperm(4, generator=torch_rng) - 1.2
    logits = spread + 0.2 * torch.rand(4, dtype=torch.float64, generator=torch_rng)
    batch = logits.expand(50_000, 4).contiguous()
    hard = submission.gumbel_softmax(batch, tau=tau, hard=True, generator=torch_rng)
    assert_one_hot(hard, batch, -1)
    assert_frequencies(
        hard.argmax(-1).bincount(minlength=4).tolist(),
        logits.softmax(-1).tolist(),
        false_alarm=1e-8,
        what=f"winner among logits {[round(x, 3) for x in logits.tolist()]}",
    )
