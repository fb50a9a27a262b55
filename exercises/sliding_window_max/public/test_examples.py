"""The examples of the prompt."""

from typing import Any

from grader.suite import assert_equal, violation


def test_prompt_example(submission: Any) -> None:
    """The example of the prompt"""
    assert_equal(submission.max_sliding_window([1, 3, -1, -3, 5, 3, 6, 7], 3), [3, 3, 5, 5, 6, 7])


def test_shortest_window(submission: Any) -> None:
    """A window of one number returns the numbers themselves"""
    assert_equal(submission.max_sliding_window([4, 2, 9], 1), [4, 2, 9])


def test_longest_window(submission: Any) -> None:
    """A window as long as the list returns the largest number"""
    assert_equal(submission.max_sliding_window([4, 2, 9, 7], 4), [9])


def test_window_too_long(submission: Any) -> None:
    """A window longer than the list is refused"""
    with violation("k = 3 with two numbers"):
        submission.max_sliding_window([4, 2], 3)
