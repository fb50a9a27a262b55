"""All n·k numbers, but in vector operations over a view of the windows: O(n·k) time with a small constant."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    if not nums or k not in range(1, len(nums) + 1):
        raise ValueError(f"k = {k}, and there are {len(nums)} numbers")
    windows = sliding_window_view(np.array(nums, dtype=np.int64), k)  # [n - k + 1, k], without a copy
    result: list[int] = windows.max(axis=1).tolist()
    return result
