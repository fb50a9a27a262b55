"""Mistake: the deque holds values, and equal ones are popped; the newer twin leaves with the older."""

from collections import deque


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    if not 1 <= k <= len(nums):
        raise ValueError("k is out of range")
    candidates: deque[int] = deque()
    result = []
    for i, number in enumerate(nums):
        if i >= k and candidates[0] == nums[i - k]:
            candidates.popleft()
        while candidates and candidates[-1] <= number:
            candidates.pop()
        candidates.append(number)
        if i >= k - 1:
            result.append(candidates[0])
    return result
