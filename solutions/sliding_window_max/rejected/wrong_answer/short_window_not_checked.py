"""Mistake: checks only that the window is not too long; with k < 1 a heap of old numbers answers."""

from heapq import heapify, heappop, heappush


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    n = len(nums)
    if not nums or k > n:
        raise ValueError("the window does not fit")
    heap = [(-nums[i], i) for i in range(k - 1)]
    heapify(heap)
    result = []
    for last in range(k - 1, n):
        heappush(heap, (-nums[last], last))
        while len(heap) > 1 and heap[0][1] <= last - k:
            heappop(heap)
        result.append(-heap[0][0])
    return result
