"""Mistake: returns a tuple where a list is asked for."""

from collections import deque
from collections.abc import Iterator


def maxima(nums: list[int], k: int) -> Iterator[int]:
    candidates: deque[int] = deque()
    for i, number in enumerate(nums):
        while candidates and nums[candidates[-1]] <= number:
            candidates.pop()
        candidates.append(i)
        if candidates[0] <= i - k:
            candidates.popleft()
        if i >= k - 1:
            yield nums[candidates[0]]


def max_sliding_window(nums: list[int], k: int) -> tuple[int, ...]:
    if not 1 <= k <= len(nums):
        raise ValueError("k is out of range")
    return tuple(maxima(nums, k))
