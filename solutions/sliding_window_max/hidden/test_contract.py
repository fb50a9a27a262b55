"""What must be refused, and what must be left alone."""

from random import Random
from typing import Any

import pytest

from grader.suite import assert_equal, violation


@pytest.mark.parametrize("k", [0, 1])
def test_empty_list(submission: Any, k: int) -> None:
    """An empty list is refused"""
    with violation(f"nums = [] and k = {k}"):
        submission.max_sliding_window([], k)


@pytest.mark.parametrize("k", [0, -1, -3])
def test_window_too_short(submission: Any, k: int) -> None:
    """A window of less than one number is refused"""
    with violation(f"k = {k}"):
        submission.max_sliding_window([3, 1, 2], k)


@pytest.mark.parametrize("k", [4, 1000])
def test_window_too_long(submission: Any, k: int) -> None:
    """A window longer than the list is refused"""
    with violation(f"k = {k} with three numbers"):
        submission.max_sliding_window([3, 1, 2], k)


@pytest.mark.instrumented
def test_arguments_unchanged(submission: Any, rng: Random) -> None:
    """The list of numbers is left as it was"""
    for n in (1, 2, 9, 50):
        for k in {1, (n + 1) // 2, n}:
            submission.max_sliding_window([rng.randint(-99, 99) for _ in range(n)], k)
            assert not submission.mutated, f"nums was changed by the call with n = {n}, k = {k}"


@pytest.mark.instrumented
def test_result_is_new(submission: Any, rng: Random) -> None:
    """The result is a list of its own, also where it equals the list of numbers"""
    for n in (1, 3):
        nums = [rng.randint(-99, 99) for _ in range(n)]
        assert submission.returns_new_list(nums, 1), (
            f"max_sliding_window({nums}, 1) returned nums itself; the result must be a new list"
        )


def test_calls_are_independent(submission: Any) -> None:
    """A call does not depend on the calls before it"""
    for nums, k, expected in [
        ([9, 8, 7], 2, [9, 8]),
        ([1, 2, 3], 2, [2, 3]),
        ([9, 8, 7], 2, [9, 8]),
        ([5], 1, [5]),
    ]:
        assert_equal(submission.max_sliding_window(nums, k), expected, given=f"nums = {nums}, k = {k}")
