"""Calls a submission where the value that it returns does not tell everything."""

import submission


def returns_new_list(nums: list[int], k: int) -> bool:
    """Whether the result is another list than `nums`."""
    return submission.max_sliding_window(nums, k) is not nums
