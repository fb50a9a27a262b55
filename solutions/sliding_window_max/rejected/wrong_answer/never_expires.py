"""Mistake: a heap from which numbers that have left the window are never removed."""

from heapq import heappush


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    if not 1 <= k <= len(nums):
        raise ValueError("k is out of range")
    heap: list[int] = []
    result = []
    for i, number in enumerate(nums):
        heappush(heap, -number)
        if i >= k - 1:
            result.append(-heap[0])
    return result
