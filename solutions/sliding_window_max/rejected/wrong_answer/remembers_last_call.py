"""Mistake: the deque lives in the module; what one call leaves in it counts in the next."""

from collections import deque

candidates: deque[tuple[int, int]] = deque()


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    if not 1 <= k <= len(nums):
        raise ValueError("k is out of range")
    result = []
    for i, number in enumerate(nums):
        while candidates and candidates[-1][0] <= number:
            candidates.pop()
        candidates.append((number, i))
        if candidates[0][1] <= i - k:
            candidates.popleft()
        if i >= k - 1:
            result.append(candidates[0][0])
    return result
