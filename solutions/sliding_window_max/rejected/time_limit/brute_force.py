"""Mistake: looks at every number of every window, O(n·k)."""


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    if not 1 <= k <= len(nums):
        raise ValueError("k is out of range")
    return [max(nums[i : i + k]) for i in range(len(nums) - k + 1)]
