"""Mistake: remembers the maximum and looks for a new one when it leaves: O(n·k) when that is always."""


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    if not 1 <= k <= len(nums):
        raise ValueError("k is out of range")
    largest = max(nums[:k])
    result = [largest]
    for i in range(k, len(nums)):
        largest = max(nums[i - k + 1 : i + 1]) if nums[i - k] == largest else max(largest, nums[i])
        result.append(largest)
    return result
