"""What must be refused, and what must be left alone."""

from typing import Any

import pytest
import torch

from grader.suite import violation


@pytest.mark.parametrize("hard", [False, True], ids=["soft", "hard"])
def test_zero_temperature(submission: Any, hard: bool) -> None:
    """A temperature of 0 is refused"""
    with violation("tau = 0"):
        submission.gumbel_softmax(torch.zeros(2, 3), tau=0.0, hard=hard)


@pytest.mark.parametrize("hard", [False, True], ids=["soft", "hard"])
def test_negative_temperature(submission: Any, hard: bool) -> None:
    """A negative temperature is refused"""
    for tau in (-1e-3, -1.0):
        with violation(f"tau = {tau:g}"):
            submission.gumbel_softmax(torch.zeros(2, 3), tau=tau, hard=hard)


@pytest.mark.instrumented
@pytest.mark.parametrize("hard", [False, True], ids=["soft", "hard"])
def test_logits_unchanged(submission: Any, torch_rng: torch.Generator, hard: bool) -> None:
    """The logits are left as they were"""
    for dtype in (torch.float32, torch.float64):
        for shape in [(3,), (4, 3), (2, 3, 4)]:
            submission.gumbel_softmax(
                torch.randn(shape, dtype=dtype, generator=torch_rng), tau=0.5, hard=hard
            )
            assert not submission.mutated, f"logits of shape {shape} were changed by the call"
