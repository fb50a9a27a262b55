"""Sums of random numbers; several calls in one check, so that a program cannot behave for the first only."""

from random import Random
from typing import Any

import pytest

from grader.suite import assert_equal, violation


def test_random(submission: Any, rng: Random) -> None:
    """Random numbers"""
    for count in (1, 2, 5, 40):
        numbers = [rng.randrange(-1000, 1000) for _ in range(count)]
        assert_equal(submission.total(numbers), sum(numbers), given=f"numbers = {numbers}")


def test_refusal(submission: Any) -> None:
    """None is refused"""
    with violation("numbers = None", "TypeError"):
        submission.total(None)


@pytest.mark.instrumented
def test_unchanged(submission: Any) -> None:
    """The list is left as it was"""
    submission.total([3, 1, 2])
    assert not submission.mutated, "the list was changed by the call"
