"""The facts of the note on anchor-free detection, computed."""

import itertools
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
import torch

NOTE = "detection/anchor_free.md"
TEXT = (Path(__file__).parents[2] / "content" / NOTE).read_text(encoding="utf-8")
STRIDES = (8, 16, 32, 64, 128)
BOX = (100, 60, 260, 140)

Box = tuple[float, float, float, float]


def iou(a: Box, b: Box) -> float:
    w, h = (max(0.0, min(a[i + 2], b[i + 2]) - max(a[i], b[i])) for i in (0, 1))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return w * h / (sum(areas) - w * h)


def distances(x: float, y: float, box: Box) -> Box:
    """FCOS's l, t, r, b."""
    return x - box[0], y - box[1], box[2] - x, box[3] - y


def centerness(left: float, top: float, right: float, bottom: float) -> float:
    """Equation 3 of arXiv:1904.01355."""
    return math.sqrt(min(left, right) / max(left, right) * min(top, bottom) / max(top, bottom))


def ranges() -> dict[int, tuple[float, float]]:
    """The level ranges of the note's table, by stride."""
    line = next(line for line in TEXT.splitlines() if line.startswith("| range"))
    cells = [cell.strip().replace("∞", "inf").split("–") for cell in line.split("|")[2:-1]]
    return {stride: (float(low), float(high)) for stride, (low, high) in zip(STRIDES, cells, strict=True)}


def positives(box: Box) -> Iterator[tuple[int, float, float]]:
    """Stride and point of FCOS's positives for the only object in an image of 512 by 512."""
    for stride, (low, high) in ranges().items():
        for i, j in itertools.product(range(512 // stride), repeat=2):
            x, y = stride / 2 + stride * i, stride / 2 + stride * j
            found = distances(x, y, box)
            if min(found) > 0 and low <= max(found) <= high:
                yield stride, x, y


def test_numbers_of_positions_and_outputs() -> None:
    positions = sum(math.ceil(800 / s) * math.ceil(1024 / s) for s in STRIDES)
    assert (positions, 9 * positions) == (17064, 153576)
    assert (9 * (80 + 4), 80 + 4 + 1) == (756, 85)
    assert round(756 / 85) == 9


def test_level_ranges_cover_all_sizes_once() -> None:
    limits = list(ranges().values())
    assert limits[0][0] == 0
    assert limits[-1][1] == math.inf
    assert all(high == low for (_, high), (low, _) in itertools.pairwise(limits))
    assert [high for _, high in limits[:-1]] == [8 * stride for stride in STRIDES[:-1]]


def test_example_object_has_positives_on_two_levels() -> None:
    found = set(positives(BOX))
    assert {stride for stride, _, _ in found} == {16, 32}
    assert (16, 184, 104) in found
    assert (16, 120, 72) not in found
    assert (32, 112, 80) in found
    assert distances(184, 104, BOX) == (84, 44, 76, 36)
    assert distances(120, 72, BOX) == (20, 12, 140, 68)
    assert distances(112, 80, BOX) == (12, 20, 148, 60)


def test_largest_distance_grows_from_half_the_longer_side_to_the_whole() -> None:
    assert max(distances(180, 100, BOX)) == 80
    assert max(distances(100, 100, BOX)) == 160


def test_intersection_by_minima() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        x, y = rng.uniform(20, 30, 2)
        a, b = (tuple(rng.uniform(1, 20, 4)) for _ in range(2))
        boxes = [(x - d[0], y - d[1], x + d[2], y + d[3]) for d in (a, b)]
        w, h = (min(a[i], b[i]) + min(a[i + 2], b[i + 2]) for i in (0, 1))
        areas = [(d[0] + d[2]) * (d[1] + d[3]) for d in (a, b)]
        assert iou(*boxes) == pytest.approx(w * h / (sum(areas) - w * h))
    assert iou((-4, -4, 4, 4), (-2, -4, 4, 4)) == 0.75


def test_centerness() -> None:
    assert round(centerness(*distances(184, 104, BOX)), 3) == 0.860
    assert round(centerness(*distances(112, 80, BOX)), 3) == 0.164
    assert centerness(20, 10, 80, 10) == pytest.approx(0.5)
    assert centerness(5, 7, 5, 7) == 1
    assert centerness(0, 3, 9, 3) == 0


def radius(w: float, h: float, threshold: float) -> float:
    """The smallest positive root of the note's three conditions with equality, from polynomials in rho."""
    conditions = [
        [4, -2 * (w + h), (1 - threshold) * w * h],
        [4 * threshold, 2 * threshold * (w + h), (threshold - 1) * w * h],
        [1 + threshold, -(1 + threshold) * (w + h), (1 - threshold) * w * h],
    ]
    return min(root for c in conditions for root in np.roots(c) if root > 0)


@pytest.mark.parametrize(("w", "h"), [(30, 30), (60, 20), (10, 90)])
@pytest.mark.parametrize("threshold", [0.3, 0.7])
def test_radius_is_the_largest_that_keeps_the_iou(w: float, h: float, threshold: float) -> None:
    rho = radius(w, h, threshold)
    worst = min(
        iou((0, 0, w, h), (dx0, dy0, max(w + dx1, dx0), max(h + dy1, dy0)))
        for dx0, dy0, dx1, dy1 in itertools.product((-rho, 0, rho), repeat=4)
    )
    assert worst == pytest.approx(threshold)


def test_wrong_roots_of_copied_code() -> None:
    w = h = 30
    assert radius(w, h, 0.7) == pytest.approx(2.45, abs=5e-3)
    roots = []
    for a, b, c in [
        (1, w + h, w * h * (1 - 0.7) / (1 + 0.7)),
        (4, 2 * (w + h), (1 - 0.7) * w * h),
        (4 * 0.7, -2 * 0.7 * (w + h), (0.7 - 1) * w * h),
    ]:
        roots.append((b + math.sqrt(b * b - 4 * a * c)) / 2)
    assert min(roots) == pytest.approx(8.2, abs=0.05)


def test_reduced_penalty() -> None:
    assert round((1 - 0.8) ** 4, 4) == 0.0016
    logits = torch.tensor([0.3], requires_grad=True)
    y, prediction = 0.8, torch.sigmoid(logits)
    loss = -((1 - y) ** 4) * prediction**2 * torch.log(1 - prediction)
    (slope,) = torch.autograd.grad(loss, logits)
    assert slope > 0  # descent lowers the prediction although the Gaussian is 0.8


def test_cell_and_offset_of_a_centre() -> None:
    cell = [math.floor(v / 4) for v in (97, 54)]
    assert cell == [24, 13]
    assert [v / 4 - c for v, c in zip((97, 54), cell, strict=True)] == [0.25, 0.5]
    assert [4 * c for c in cell] == [96, 52]
    moved = iou((0, 0, 16, 16), (2, 2, 18, 18))
    assert moved == pytest.approx(14**2 / (2 * 16**2 - 14**2))
    assert round(moved, 2) == 0.62


def test_share_of_colliding_centres() -> None:
    assert 100 * 614 / 860_001 < 0.1


def test_corner_pooling_brings_edges_to_the_corner() -> None:
    """A box's top edge (map 1) and left edge (map 2) meet at its corner only after pooling."""
    top, left = torch.zeros(6, 6), torch.zeros(6, 6)
    top[1, 4], left[5, 2] = 1, 1  # evidence somewhere on the edge; the corner is (row 1, column 2)
    right_to_left = top.flip(1).cummax(1).values.flip(1)
    bottom_to_top = left.flip(0).cummax(0).values.flip(0)
    pooled = right_to_left + bottom_to_top
    assert pooled[1, 2] == 2
    assert (pooled[2:] < 2).all()
    assert (pooled[:, 3:] < 2).all()


def test_threshold_adapts_to_the_object(note_function: Callable[[str, str], Any]) -> None:
    chosen = note_function(NOTE, "positives")
    one_level = [0.05, 0.06, 0.04, 0.60, 0.66, 0.55, 0.15, 0.14, 0.16]
    threshold, found = chosen(one_level)
    assert found == one_level[3:6]
    lower, found = chosen([0.5 * v for v in one_level])
    assert (lower, len(found)) == (pytest.approx(threshold / 2, abs=0.01), 3)
    assert round(100 * (1 - NormalDist().cdf(1))) == 16


def test_rows_differ_and_columns_do_not() -> None:
    rows = [line.split("|")[2:4] for line in TEXT.splitlines() if line.startswith(("| IoU", "| being"))]
    (iou_box, iou_point), (fcos_box, fcos_point) = ([float(cell) for cell in row] for row in rows)
    assert abs(iou_box - iou_point) <= 0.1 + 1e-9
    assert fcos_box == fcos_point
    assert min(fcos_box - iou_box, fcos_point - iou_point) >= 0.8 - 1e-9
