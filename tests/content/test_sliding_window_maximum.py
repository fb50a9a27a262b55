"""The facts of the note on sliding-window maxima, computed."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

NOTE = "algorithms/sliding_window_maximum.md"
EXAMPLE = [4, 2, 7, 1, 5, 5, 3, 8, 6]


class Counted:
    """A number that counts comparisons and maxima between values."""

    count = 0

    def __init__(self, value: int) -> None:
        self.value = value

    def __le__(self, other: "Counted") -> bool:
        Counted.count += 1
        return self.value <= other.value


def brute(x: Sequence[int], k: int) -> list[int]:
    return [max(x[i : i + k]) for i in range(len(x) - k + 1)]


def block_comparisons(n: int, k: int) -> int:
    """Maxima taken by the block scheme when aligned windows read the prefix alone (n a multiple of k)."""
    blocks, outputs = n // k, n - k + 1
    prefix = blocks * (k - 1)
    suffix = (blocks - 1) * (k - 2)  # the first position of a block and the whole last block are not needed
    combine = outputs - blocks
    return prefix + suffix + combine


@pytest.mark.parametrize(
    "name", ["sliding_max_heap", "sliding_max", "sliding_max_blocks", "sliding_max_doubling"]
)
@given(data=st.data())
def test_all_four_algorithms_agree_with_brute_force(
    name: str, data: st.DataObject, note_function: Callable[[str, str], Any]
) -> None:
    x = data.draw(st.lists(st.integers(-5, 5), min_size=1, max_size=20))
    k = data.draw(st.integers(1, len(x)))
    argument = np.array(x) if name in ("sliding_max_blocks", "sliding_max_doubling") else x
    assert list(note_function(NOTE, name)(argument, k)) == brute(x, k)


def test_block_code_pads_floats_neutrally(note_function: Callable[[str, str], Any]) -> None:
    sliding_max_blocks = note_function(NOTE, "sliding_max_blocks")
    assert list(sliding_max_blocks(np.array([-3.0, -1.0, -2.0]), 2)) == [-1.0, -1.0]


def test_example_and_its_eleven_comparisons(note_function: Callable[[str, str], Any]) -> None:
    Counted.count = 0
    out = note_function(NOTE, "sliding_max")([Counted(v) for v in EXAMPLE], 3)
    assert [y.value for y in out] == [7, 7, 7, 5, 5, 8, 8]
    assert Counted.count == 11


@given(x=st.lists(st.integers(-9, 9), min_size=1, max_size=40), data=st.data())
def test_deque_needs_at_most_two_comparisons_per_further_element(
    x: list[int], data: st.DataObject, note_function: Callable[[str, str], Any]
) -> None:
    k = data.draw(st.integers(1, len(x)))
    Counted.count = 0
    note_function(NOTE, "sliding_max")([Counted(v) for v in x], k)
    assert Counted.count <= 2 * (len(x) - 1)


def test_brute_force_count_of_the_note() -> None:
    n, k = 10**6, 1000
    assert (k - 1) * (n - k + 1) == 998_001_999


@pytest.mark.parametrize("k", [2, 3, 10, 100])
def test_block_scheme_takes_three_minus_four_over_k_comparisons(k: int) -> None:
    n = k * 10_000
    assert block_comparisons(n, k) / n == pytest.approx(3 - 4 / k, abs=1e-3)


def test_doubling_takes_ten_passes_for_width_1000() -> None:
    width, passes = 1, 0
    while width < 1000:
        width += min(width, 1000 - width)
        passes += 1
    assert passes == int(np.ceil(np.log2(1000))) == 10


def test_lazy_heap_grows_to_n_on_increasing_input() -> None:
    import heapq

    heap: list[tuple[int, int]] = []
    for i in range(100):
        heapq.heappush(heap, (-i, i))
        while heap[0][1] <= i - 3:
            heapq.heappop(heap)
    assert len(heap) == 100


def test_expected_deque_length_is_the_harmonic_number() -> None:
    harmonic = np.sum(1 / np.arange(1, 1001))
    assert harmonic == pytest.approx(7.49, abs=0.005)
    windows = np.random.default_rng(0).random((2000, 1000))
    kept = windows >= np.maximum.accumulate(windows[:, ::-1], axis=1)[:, ::-1]
    spread = np.sqrt(np.sum(1 / np.arange(1, 1001) * (1 - 1 / np.arange(1, 1001))) / 2000)
    assert kept.sum(axis=1).mean() == pytest.approx(harmonic, abs=6 * spread)


def test_nan_shields_a_smaller_value_in_the_deque(note_function: Callable[[str, str], Any]) -> None:
    assert note_function(NOTE, "sliding_max")([1.0, float("nan"), 5.0], 3) == [1.0]


def test_popping_on_less_keeps_the_first_maximum_in_front() -> None:
    def front(x: list[int], keep_equal: bool) -> int:
        kept: deque[int] = deque()
        for i, v in enumerate(x):
            while kept and (x[kept[-1]] < v or (x[kept[-1]] == v and not keep_equal)):
                kept.pop()
            kept.append(i)
        return kept[0]

    assert front([2, 5, 5, 1], keep_equal=True) == 1
    assert front([2, 5, 5, 1], keep_equal=False) == 2


def test_max_pooling_is_the_sliding_maximum_and_pads_with_minus_infinity() -> None:
    x = torch.tensor([-4.0, -2.0, -7.0, -1.0, -5.0])
    pooled = torch.nn.functional.max_pool1d(x[None], kernel_size=3, stride=2)[0]
    assert pooled.tolist() == brute([-4, -2, -7, -1, -5], 3)[::2]
    padded = torch.nn.functional.max_pool1d(x[None], kernel_size=3, stride=1, padding=1)[0]
    assert padded[0] == -2


@given(x=st.lists(st.integers(-9, 9), min_size=8, max_size=20), k1=st.integers(1, 4), k2=st.integers(1, 4))
def test_two_maxima_in_a_row_add_their_widths(x: list[int], k1: int, k2: int) -> None:
    assert brute(brute(x, k1), k2) == brute(x, k1 + k2 - 1)


def test_flat_dilation_takes_the_window_that_ends_at_the_point() -> None:
    f, k = np.array(EXAMPLE), 3
    dilated = [max(f[p - s] for s in range(k)) for p in range(k - 1, len(f))]
    assert dilated == brute(EXAMPLE, k)


def test_rectangle_maximum_is_separable_and_the_counts_of_the_note() -> None:
    image = np.random.default_rng(1).integers(0, 100, (20, 30))
    windows = np.lib.stride_tricks.sliding_window_view(image, (4, 5))
    rows = np.lib.stride_tricks.sliding_window_view(image, 5, axis=1).max(-1)
    both = np.lib.stride_tricks.sliding_window_view(rows, 4, axis=0).max(-1)
    np.testing.assert_array_equal(windows.max((-2, -1)), both)
    assert (15 * 15 - 1, 2 * (15 - 1)) == (224, 28)


def test_sliding_window_view_shares_memory() -> None:
    x = np.arange(10)
    view = np.lib.stride_tricks.sliding_window_view(x, 3)
    assert view.shape == (8, 3)
    assert np.shares_memory(view, x)


def test_longest_stretch_with_two_deques() -> None:
    """The two-pointer card against brute force."""

    def longest(x: list[int], c: int) -> int:
        high: deque[int] = deque()
        low: deque[int] = deque()
        left = best = 0
        for right, v in enumerate(x):
            while high and x[high[-1]] <= v:
                high.pop()
            while low and x[low[-1]] >= v:
                low.pop()
            high.append(right)
            low.append(right)
            while x[high[0]] - x[low[0]] > c:
                left += 1
                for kept in (high, low):
                    if kept[0] < left:
                        kept.popleft()
            best = max(best, right - left + 1)
        return best

    rng = np.random.default_rng(2)
    for _ in range(50):
        x = rng.integers(0, 10, 12).tolist()
        stretches = [x[i:j] for i in range(12) for j in range(i + 1, 13)]
        assert longest(x, 4) == max(len(s) for s in stretches if max(s) - min(s) <= 4)
