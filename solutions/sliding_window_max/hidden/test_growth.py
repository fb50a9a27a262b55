"""Large lists: the CPU limit of a check lets O(n) and O(n log n) pass and stops O(n·k) loops.

Where the numbers are large, a float64 rounds them: its neighbours are 512 apart there.
"""

from itertools import accumulate
from random import Random
from typing import Any

import numpy as np

from grader.suite import assert_equal

N = 100_000
K = 50_000
GIVEN = f"n = {N}, k = {K}"


def check(submission: Any, nums: list[int], expected: list[int]) -> None:
    assert_equal(submission.max_sliding_window(nums, K), expected, given=GIVEN)


def large_number(rng: Random) -> int:
    return rng.randint(2**61, 2**62)


def increasing(rng: Random) -> list[int]:
    steps = (rng.randint(1, 999) for _ in range(N - 1))
    return list(accumulate(steps, initial=large_number(rng)))


def test_sorted(submission: Any, rng: Random) -> None:
    """100,000 numbers in increasing order, a window of half of them"""
    nums = increasing(rng)
    check(submission, nums, nums[K - 1 :])


def test_reversed(submission: Any, rng: Random) -> None:
    """100,000 numbers in decreasing order, a window of half of them"""
    nums = increasing(rng)[::-1]
    check(submission, nums, nums[: N - K + 1])


def test_constant(submission: Any, rng: Random) -> None:
    """100,000 times the same number, a window of half of them"""
    value = rng.randint(1, 10**9)
    check(submission, [value] * N, [value] * (N - K + 1))


def test_sawtooth(submission: Any, rng: Random) -> None:
    """100,000 numbers that rise and fall again and again, a window of half of them"""
    period = rng.choice([101, 257, 499, 997])  # prime to K: a peak never leaves when another enters
    nums = [i % period for i in range(N)]
    check(submission, nums, [period - 1] * (N - K + 1))


def test_random(submission: Any, rng: Random) -> None:
    """100,000 numbers in random order, a window of half of them"""
    smallest = large_number(rng)
    nums = [smallest + rng.randint(0, 10**9) for _ in range(N)]
    nums[rng.randrange(N - K)] = smallest + 10**9 + 1  # the largest of all leaves the window before the end
    blocks = np.array(nums, dtype=np.int64).reshape(N // K, K)
    from_left = np.maximum.accumulate(blocks, axis=1).ravel()
    from_right = np.maximum.accumulate(blocks[:, ::-1], axis=1)[:, ::-1].ravel()
    check(submission, nums, np.maximum(from_right[: N - K + 1], from_left[K - 1 :]).tolist())
