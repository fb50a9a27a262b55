"""Heap with lazy deletion: O(n log n) time, O(n) memory."""

from heapq import heapify, heappop, heappush


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    n = len(nums)
    if k < 1 or k > n:
        raise ValueError(f"no window of length {k} in {n} numbers")
    heap = [(-nums[i], i) for i in range(k - 1)]  # heapq keeps the smallest on top, hence the minus
    heapify(heap)
    result = []
    for last in range(k - 1, n):
        heappush(heap, (-nums[last], last))
        while heap[0][1] <= last - k:  # only a stale *top* can do harm; stale entries below it may wait
            heappop(heap)
        result.append(-heap[0][0])
    return result
