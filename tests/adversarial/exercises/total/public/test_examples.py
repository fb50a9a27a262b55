"""The sum of a list of integers."""

from typing import Any

from grader.suite import assert_equal


def test_small(submission: Any) -> None:
    """The sum of three numbers"""
    assert_equal(submission.total([1, 2, 3]), 6)
