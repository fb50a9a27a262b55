"""All n·k numbers, but in vector operations over a view of the windows: O(n·k) time with a small constant.

A bad k needs no check: sliding_window_view raises ValueError for k < 0 and k > n, max for windows of nothing.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    windows = sliding_window_view(np.array(nums, dtype=np.int64), k)  # [n - k + 1, k], without a copy
    result: list[int] = windows.max(axis=1).tolist()
    return result
