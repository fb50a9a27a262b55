"""Mistake: the running maxima start from -sys.maxsize, which is one more than the smallest number."""

import sys


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    n = len(nums)
    if not 1 <= k <= n:
        raise ValueError("k is out of range")
    prefix, suffix = [0] * n, [0] * n
    running = -sys.maxsize
    for i in range(n):
        if i % k == 0:
            running = -sys.maxsize
        prefix[i] = running = max(running, nums[i])
    running = -sys.maxsize
    for i in reversed(range(n)):
        if (i + 1) % k == 0:
            running = -sys.maxsize
        suffix[i] = running = max(running, nums[i])
    return [max(suffix[i], prefix[i + k - 1]) for i in range(n - k + 1)]
