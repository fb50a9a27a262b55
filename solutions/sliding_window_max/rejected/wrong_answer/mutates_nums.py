"""Mistake: saves memory by writing the results into the caller's list."""

from collections import deque


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    n = len(nums)
    if not 1 <= k <= n:
        raise ValueError("k is out of range")
    candidates: deque[tuple[int, int]] = deque()
    for i, number in enumerate(nums):
        while candidates and candidates[-1][0] <= number:
            candidates.pop()
        candidates.append((number, i))
        if candidates[0][1] <= i - k:
            candidates.popleft()
        if i >= k - 1:
            nums[i - k + 1] = candidates[0][0]
    del nums[n - k + 1 :]
    return list(nums)
