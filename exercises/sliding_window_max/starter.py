"""Sliding-window maximum: the largest number in every window of k neighbours."""


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    """Return the maximum of each of the n - k + 1 windows of length k, from left to right.

    nums: n ints in the signed 64-bit range; it is not changed.
    k: the length of the window.
    Raises ValueError if nums is empty or k is not one of 1, ..., n.
    """
    raise NotImplementedError
