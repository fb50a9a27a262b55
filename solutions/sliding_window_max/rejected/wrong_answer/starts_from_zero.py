"""Mistake: the running maxima start from 0, so that no negative number is ever a maximum."""


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    n = len(nums)
    if not 1 <= k <= n:
        raise ValueError("k is out of range")
    prefix, suffix = [0] * n, [0] * n
    running = 0
    for i in range(n):
        if i % k == 0:
            running = 0
        prefix[i] = running = max(running, nums[i])
    running = 0
    for i in reversed(range(n)):
        if (i + 1) % k == 0:
            running = 0
        suffix[i] = running = max(running, nums[i])
    return [max(suffix[i], prefix[i + k - 1]) for i in range(n - k + 1)]
