"""Mistake: a window longer than the list gives an empty result instead of an error."""

from collections import deque


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    if not nums or k < 1:
        raise ValueError("nothing to look at")
    candidates: deque[int] = deque()
    result = []
    for i, number in enumerate(nums):
        while candidates and nums[candidates[-1]] <= number:
            candidates.pop()
        candidates.append(i)
        if candidates[0] <= i - k:
            candidates.popleft()
        if i >= k - 1:
            result.append(nums[candidates[0]])
    return result
