"""Mistake: writes [:-rest] for "all but the last rest"; for k a power of two, rest is 0: nothing is left."""

import numpy as np


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    if not 1 <= k <= len(nums):
        raise ValueError("k is out of range")
    maxima = np.array(nums, dtype=np.int64)
    length = 1
    while 2 * length <= k:
        maxima = np.maximum(maxima[:-length], maxima[length:])
        length *= 2
    rest = k - length
    result: list[int] = np.maximum(maxima[:-rest], maxima[rest:]).tolist()
    return result
