"""Mistake: list() of an array holds NumPy integers, not Python ints."""

import numpy as np


def max_sliding_window(nums: list[int], k: int) -> list[np.int64]:
    if not 1 <= k <= len(nums):
        raise ValueError("k is out of range")
    maxima = np.array(nums, dtype=np.int64)
    length = 1
    while 2 * length <= k:
        maxima = np.maximum(maxima[:-length], maxima[length:])
        length *= 2
    n_windows, rest = len(nums) - k + 1, k - length
    return list(np.maximum(maxima[:n_windows], maxima[rest : rest + n_windows]))
