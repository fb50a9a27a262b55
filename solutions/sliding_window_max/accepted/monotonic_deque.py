"""Monotonic deque: O(n) time, O(k) memory."""

from collections import deque


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    if not 1 <= k <= len(nums):
        raise ValueError(f"k must be between 1 and {len(nums)}, the length of nums; got {k}")
    candidates: deque[int] = deque()  # indices inside the window; their numbers decrease from front to back
    result = []
    for i, number in enumerate(nums):
        while candidates and nums[candidates[-1]] <= number:
            candidates.pop()
        candidates.append(i)
        if candidates[0] == i - k:
            candidates.popleft()
        if i >= k - 1:
            result.append(nums[candidates[0]])
    return result
