"""Noise is independent for each entry.

With equal logits, "class a beats class b" happens in half of all rows, independently of what happens in other
rows, between other classes and in other calls. So of two such events all four outcomes have probability 1/4.
False alarms: 6 comparisons of 1e-8 each.
"""

from typing import Any

import torch
from torch import Tensor

from grader.suite import assert_frequencies, assert_tensor

SHAPE = (120, 120, 4)


def draw(submission: Any, generator: torch.Generator) -> Tensor:
    logits = torch.zeros(SHAPE)
    soft = submission.gumbel_softmax(logits, generator=generator)
    assert_tensor(soft, like=logits)
    return soft  # type: ignore[no-any-return]


def first_beats_second(soft: Tensor) -> Tensor:
    return soft[..., 0] > soft[..., 1]


def assert_independent(one: Tensor, other: Tensor, what: str) -> None:
    counts = (2 * one.long() + other.long()).flatten().bincount(minlength=4).tolist()
    assert_frequencies(counts, [0.25] * 4, false_alarm=1e-8, what=what)


def test_classes(submission: Any, torch_rng: torch.Generator) -> None:
    """The classes of a row get independent noise"""
    soft = draw(submission, torch_rng)
    assert_independent(
        first_beats_second(soft), soft[..., 2] > soft[..., 3], "y_0 > y_1 (no, yes) with y_2 > y_3 (no, yes)"
    )


def test_rows(submission: Any, torch_rng: torch.Generator) -> None:
    """The rows of a batch get independent noise"""
    wins = first_beats_second(draw(submission, torch_rng))
    what = "y_0 > y_1 in a row (no, yes) with the same in"
    assert_independent(wins[0::2], wins[1::2], f"{what} the next row along dimension 0")
    assert_independent(wins[:, 0::2], wins[:, 1::2], f"{what} the next row along dimension 1")
    assert_independent(wins[:60], wins[60:], f"{what} the other half of the batch along dimension 0")
    assert_independent(wins[:, :60], wins[:, 60:], f"{what} the other half of the batch along dimension 1")


def test_calls(submission: Any, torch_rng: torch.Generator) -> None:
    """Two calls with one generator get independent noise"""
    wins = [first_beats_second(draw(submission, torch_rng)) for _ in range(2)]
    assert_independent(wins[0], wins[1], "y_0 > y_1 in the first call (no, yes) with the same in the second")
