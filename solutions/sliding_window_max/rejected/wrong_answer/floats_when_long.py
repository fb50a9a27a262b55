"""Mistake: a fast path for long lists goes through float64."""

import numpy as np


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    if not 1 <= k <= len(nums):
        raise ValueError("k is out of range")
    n_windows = len(nums) - k + 1
    if len(nums) < 1000:
        return [max(nums[i : i + k]) for i in range(n_windows)]
    maxima = np.array(nums, dtype=float)
    length = 1
    while 2 * length <= k:
        maxima = np.maximum(maxima[:-length], maxima[length:])
        length *= 2
    rest = k - length
    return [int(x) for x in np.maximum(maxima[:n_windows], maxima[rest : rest + n_windows])]
