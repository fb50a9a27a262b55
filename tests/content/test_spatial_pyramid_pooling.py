"""The facts of the note on spatial pyramid pooling, computed."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

NOTE = "detection/spatial_pyramid_pooling.md"
SCALES = (480, 576, 688, 864, 1200)


def bins(cells: int, n: int) -> list[range]:
    """The bins of the appendix of arXiv:1406.4729, counted from 0."""
    return [range(math.floor(i * cells / n), math.ceil((i + 1) * cells / n)) for i in range(n)]


def test_sizes_before_the_fully_connected_layer() -> None:
    assert 256 * 6 * 6 == 9216
    assert pytest.approx(37.7, abs=0.05) == 9216 * 4096 / 1e6
    assert pytest.approx(1.5, abs=0.05) == 91.44 - 89.91
    assert 256 * (1 + 4 + 16) == 5376
    assert 256 * (1 + 4 + 9 + 36) == 12800
    assert 1 + 4 + 9 + 16 == 30 < 36


@pytest.mark.parametrize("size", [(13, 13), (10, 17), (7, 5), (3, 2), (1, 1)])
@pytest.mark.parametrize("levels", [(1, 2, 4), (1, 2, 3, 6)])
def test_layer_of_the_note_is_adaptive_pooling(
    size: tuple[int, int], levels: tuple[int, ...], note_function: Callable[[str, str], Any]
) -> None:
    x = torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(0))
    pooled = [F.adaptive_max_pool2d(x, n).flatten(2).transpose(1, 2).flatten(1) for n in levels]
    torch.testing.assert_close(note_function(NOTE, "spp")(x, levels), torch.cat(pooled, dim=1))


@pytest.mark.parametrize("n", range(1, 9))
def test_bins_cover_every_cell_and_none_is_empty(n: int) -> None:
    for cells in range(1, 30):
        found = bins(cells, n)
        assert min(len(b) for b in found) >= 1
        assert set().union(*found) == set(range(cells))


def test_bins_of_the_example() -> None:
    assert bins(7, 3) == [range(3), range(2, 5), range(4, 7)]


def test_window_and_stride_recipe() -> None:
    def outputs(cells: int, n: int) -> int:
        window, stride = math.ceil(cells / n), cells // n
        return (cells - window) // stride + 1

    assert [outputs(13, n) for n in (1, 2, 3, 6)] == [1, 2, 3, 6]
    assert outputs(10, 6) == 9


def test_gradients_of_all_levels_add_up(note_function: Callable[[str, str], Any]) -> None:
    x = torch.zeros(1, 1, 8, 8)
    x[..., 3, 3] = 1.0
    x.requires_grad_()
    note_function(NOTE, "spp")(x).sum().backward()
    assert x.grad is not None
    assert x.grad[0, 0, 3, 3] == 3


def test_costs_and_times_against_rcnn() -> None:
    windows = 2000 * 227**2
    assert windows / (4 / 3 * 688**2) == pytest.approx(163, abs=0.5)
    assert windows / (4 / 3 * sum(s**2 for s in SCALES)) == pytest.approx(24, abs=0.5)
    fc = 0.089
    assert 14.37 + fc == pytest.approx(14.46, abs=0.005)
    for convolutions, total, speed_up in [(0.293, 0.382, 38), (0.053, 0.142, 102)]:
        assert convolutions + fc == pytest.approx(total)
        assert (14.37 + fc) / total == pytest.approx(speed_up, abs=0.5)
    assert pytest.approx(270, abs=2) == 14.37 / 0.053
    assert fc / 0.142 == pytest.approx(0.63, abs=0.005)
    assert pytest.approx(5.5) == 66.9 - 61.4


def test_scale_of_the_example_window() -> None:
    areas = {s: 100 * 80 * (s / 375) ** 2 for s in SCALES}
    assert (round(areas[480]), round(areas[864]), round(areas[1200])) == (13107, 42467, 81920)
    assert min(SCALES, key=lambda s: abs(areas[s] - 224**2)) == 864
    assert 224**2 == 50176


@pytest.mark.parametrize(("left", "right"), [(100, 260), (96, 256), (100, 110), (3, 500)])
def test_projected_window_holds_the_cells_with_centres_strictly_inside(left: int, right: int) -> None:
    stride = 16
    inside = [cell for cell in range(40) if left < stride * cell < right]
    assert list(range(left // stride + 1, -(-right // stride) - 1 + 1)) == inside
    if (left, right) == (100, 260):
        assert (inside[0], inside[-1]) == (7, 16)
    if (left, right) == (100, 110):
        assert inside == []


@pytest.mark.parametrize(("a", "b", "cells"), [(5, 5, 20), (9, 5, 20), (3, 7, 20), (3, 3, 4)])
def test_chained_maxima_unite_their_windows(a: int, b: int, cells: int) -> None:
    x = torch.randn(1, 2, cells, cells, generator=torch.Generator().manual_seed(0)) - 5  # all negative
    whole = a + b - 1
    chained = F.max_pool2d(F.max_pool2d(x, a, 1, a // 2), b, 1, b // 2)
    torch.testing.assert_close(chained, F.max_pool2d(x, whole, 1, whole // 2))


def test_sppf_numbers() -> None:
    assert [k**2 - 1 for k in (5, 9, 13)] == [24, 80, 168]
    assert 24 + 80 + 168 == 272
    assert pytest.approx(0.25, abs=0.02) == 72 / 272
    assert (13 - 1) * 32 == 384
    np.testing.assert_allclose(np.convolve(np.ones(3) / 3, np.ones(3) / 3), np.array([1, 2, 3, 2, 1]) / 9)


@pytest.mark.parametrize(("rate", "expected"), [(6, 7.0), (12, 5.2), (18, 3.6), (33, 1.0), (40, 1.0)])
def test_mean_number_of_valid_weights(rate: int, expected: float) -> None:
    cells = 33
    taps = F.conv2d(torch.ones(1, 1, cells, cells), torch.ones(1, 1, 3, 3), padding=rate, dilation=rate)
    assert taps.mean().item() == pytest.approx((1 + 2 * max(cells - rate, 0) / cells) ** 2, rel=1e-5)
    assert taps.mean().item() == pytest.approx(expected, abs=0.05)
    assert cells == (513 - 1) // 16 + 1


def test_weights_and_channels_in_segmentation() -> None:
    assert pytest.approx(4.7, abs=0.05) == 9 * 2048 * 256 / 1e6
    channels = 2048
    assert channels + 4 * (channels // 4) == 2 * channels
