"""Mistake: writes all the windows down before it looks at them, O(n·k) memory."""


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    if not 1 <= k <= len(nums):
        raise ValueError("k is out of range")
    windows = [nums[i : i + k] for i in range(len(nums) - k + 1)]
    return [max(window) for window in windows]
