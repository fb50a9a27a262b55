"""Doubling, as in a sparse table, vectorised: O(n log k) time, exact in int64."""

import numpy as np


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    n = len(nums)
    if not 0 < k <= n:
        raise ValueError(f"a window of {k} does not fit {n} numbers")
    maxima = np.array(nums, dtype=np.int64)  # maxima[i] = max of nums[i : i + length]
    length = 1
    while 2 * length <= k:
        maxima = np.maximum(maxima[:-length], maxima[length:])
        length *= 2
    rest = k - length  # two windows of this length, shifted by the rest, overlap and cover k numbers
    result: list[int] = np.maximum(maxima[: n - k + 1], maxima[rest : rest + n - k + 1]).tolist()
    return result
