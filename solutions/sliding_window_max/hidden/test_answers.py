"""Exact values on small lists, against the definition."""

from itertools import product
from random import Random
from typing import Any

import pytest

from grader.suite import assert_equal

LOWEST, HIGHEST = -(2**63), 2**63 - 1


def check(submission: Any, nums: list[int], k: int) -> None:
    expected = [max(nums[i : i + k]) for i in range(len(nums) - k + 1)]
    assert_equal(submission.max_sliding_window(nums, k), expected, given=f"nums = {nums}, k = {k}")


def random_window(rng: Random, n: int) -> int:
    return rng.choice([1, min(2, n), max(1, n // 3), max(1, n - 1), n, rng.randint(1, n)])


def test_short_lists(submission: Any) -> None:
    """Every list of up to four numbers from 1, 2, 3, with windows of every length"""
    for n in range(1, 5):
        for k in range(1, n + 1):
            for nums in product((1, 2, 3), repeat=n):
                check(submission, list(nums), k)


def test_different_numbers(submission: Any, rng: Random) -> None:
    """Lists in which no number occurs twice"""
    for n in range(1, 60):
        check(submission, rng.sample(range(1, 1000), n), rng.randint(1, n))


def test_equal_numbers(submission: Any, rng: Random) -> None:
    """Lists in which many numbers are equal"""
    for n in range(2, 60):
        check(submission, [rng.randint(1, 3) for _ in range(n)], random_window(rng, n))


def test_negative_numbers(submission: Any, rng: Random) -> None:
    """Lists of negative numbers only"""
    for n in range(1, 60):
        check(submission, rng.sample(range(-1000, 0), n), random_window(rng, n))


@pytest.mark.parametrize("sign", [1, -1], ids=["largest", "smallest"])
def test_neighbouring_numbers(submission: Any, rng: Random, sign: int) -> None:
    """64-bit numbers that differ by very little"""
    edge = HIGHEST if sign == 1 else LOWEST
    check(submission, [edge - sign * 2, edge - sign, edge, edge - sign], 2)
    check(submission, [edge] * 5, 3)
    for n in range(2, 30):
        check(submission, [edge - sign * rng.randint(0, 9) for _ in range(n)], random_window(rng, n))


def test_whole_range(submission: Any, rng: Random) -> None:
    """Numbers from the whole 64-bit range"""
    check(submission, [LOWEST, HIGHEST, LOWEST], 1)
    check(submission, [LOWEST, LOWEST, LOWEST, HIGHEST], 2)
    for n in range(2, 30):
        check(submission, [rng.randint(LOWEST, HIGHEST) for _ in range(n)], random_window(rng, n))


def test_shortest_window(submission: Any, rng: Random) -> None:
    """Windows of one number"""
    for n in (1, 2, 7, 40):
        check(submission, [rng.randint(1, 99) for _ in range(n)], 1)


def test_longest_window(submission: Any, rng: Random) -> None:
    """Windows as long as the list"""
    for n in (1, 2, 7, 40):
        check(submission, [rng.randint(1, 99) for _ in range(n)], n)


def test_list(submission: Any) -> None:
    """The result is a list"""
    result = submission.max_sliding_window([5, 4, 6, 1], 2)
    assert type(result) is list, f"the result is a {type(result).__name__}; the contract asks for a list"


def test_python_ints(submission: Any) -> None:
    """The result holds Python ints"""
    result = submission.max_sliding_window([5, 4, 6, 1], 2)
    kinds = sorted({type(value).__name__ for value in result} - {"int"})
    assert not kinds, f"the result holds values of type {', '.join(kinds)}; the contract asks for Python ints"
