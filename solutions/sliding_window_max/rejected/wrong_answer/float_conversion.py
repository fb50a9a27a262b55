"""Mistake: goes through float64, which has 53 bits for numbers of 64."""

import numpy as np


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    if not 1 <= k <= len(nums):
        raise ValueError("k is out of range")
    maxima = np.array(nums, dtype=float)
    length = 1
    while 2 * length <= k:
        maxima = np.maximum(maxima[:-length], maxima[length:])
        length *= 2
    n_windows, rest = len(nums) - k + 1, k - length
    return [int(x) for x in np.maximum(maxima[:n_windows], maxima[rest : rest + n_windows])]
