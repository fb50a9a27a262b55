"""Block prefix and suffix maxima: O(n) time whatever k is, no queue.

M. van Herk, "A fast algorithm for local minimum and maximum filters on rectangular and octagonal kernels",
Pattern Recognition Letters 13 (1992); J. Gil and M. Werman, "Computing 2-D min, median, and max filters",
IEEE TPAMI 15 (1993).
"""

from itertools import accumulate


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    if not nums or k <= 0 or k > len(nums):
        raise ValueError("k must lie between 1 and the number of numbers")
    prefix: list[int] = []  # prefix[i] = max of i's block from the block's start up to i
    suffix: list[int] = []  # suffix[i] = max of i's block from i up to the block's end
    for start in range(0, len(nums), k):
        block = nums[start : start + k]
        prefix += accumulate(block, max)
        suffix += reversed(list(accumulate(reversed(block), max)))
    # A window of length k meets at most two blocks: a suffix of the first, a prefix of the second.
    return list(map(max, suffix, prefix[k - 1 :]))
