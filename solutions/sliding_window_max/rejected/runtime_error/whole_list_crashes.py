"""Mistake: slides at least once; with k = n there is nothing behind the first window."""

from heapq import heapify, heappop, heappush


def max_sliding_window(nums: list[int], k: int) -> list[int]:
    n = len(nums)
    if not 1 <= k <= n:
        raise ValueError("k is out of range")
    heap = [(-nums[i], i) for i in range(k)]
    heapify(heap)
    result = [-heap[0][0]]
    last = k
    while True:
        heappush(heap, (-nums[last], last))
        while heap[0][1] <= last - k:
            heappop(heap)
        result.append(-heap[0][0])
        last += 1
        if last == n:
            return result
