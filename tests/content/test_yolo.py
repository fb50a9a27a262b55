"""The facts of the note on the YOLO family, computed."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

NOTE = "detection/yolo.md"
TEXT = (Path(__file__).parents[2] / "content" / NOTE).read_text(encoding="utf-8")

Box = Sequence[float]


def iou(a: Box, b: Box) -> float:
    """IoU of two boxes given by their corners (x0, y0, x1, y1)."""
    w, h = (max(0.0, min(a[i + 2], b[i + 2]) - max(a[i], b[i])) for i in (0, 1))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return w * h / (sum(areas) - w * h)


def corners(x: float, y: float, w: float, h: float) -> Box:
    return x - w / 2, y - h / 2, x + w / 2, y + h / 2


def test_output_of_the_first_version() -> None:
    grid, boxes, classes = 7, 2, 20
    assert 5 * boxes + classes == 30
    assert grid**2 * boxes == 98
    cell = 448 / grid
    assert cell == 64
    column, row = 240 / cell, 160 / cell
    assert (divmod(column, 1), divmod(row, 1)) == ((3, 0.75), (2, 0.5))


def test_square_root_makes_errors_of_small_boxes_cost_more() -> None:
    def cost(width: float) -> float:
        return (math.sqrt(width + 0.05) - math.sqrt(width)) ** 2

    small, large = cost(0.1), cost(0.8)
    assert small == pytest.approx(0.0051, abs=5e-5)
    assert large == pytest.approx(0.00076, abs=5e-6)
    assert round(small / large) == 7
    plain = (0.85 - 0.8) ** 2
    assert plain == pytest.approx(0.0025)


def test_loss_of_the_worked_cell() -> None:
    """The five sums of equation 3 of arXiv:1506.02640 for one cell with one object."""
    truth = {"x": 0.75, "y": 0.5, "w": 0.25, "h": 0.36}
    guess = {"x": 0.65, "y": 0.5, "w": 0.36, "h": 0.36}
    centre = 5 * sum((truth[k] - guess[k]) ** 2 for k in "xy")
    size = 5 * sum((math.sqrt(truth[k]) - math.sqrt(guess[k])) ** 2 for k in "wh")
    boxes = [corners((3 + box["x"]) / 7, (2 + box["y"]) / 7, box["w"], box["h"]) for box in (truth, guess)]
    target = iou(*boxes)
    assert target == pytest.approx(0.25 / 0.36)
    assert round(target, 3) == 0.694
    confidence, empty = (target - 0.5) ** 2, 0.5 * 0.2**2
    classes = sum((t - p) ** 2 for t, p in zip((1, 0, 0), (0.7, 0.2, 0.1), strict=True))
    assert (centre, size, empty, classes) == pytest.approx((0.05, 0.05, 0.02, 0.14))
    assert round(confidence, 3) == 0.038
    assert round(centre + size + confidence + empty + classes, 3) == 0.298


def test_empty_boxes_dominate_without_weights() -> None:
    objects = 3
    assert f"With {objects} objects, {7 * 7 * 2 - objects} of 98 boxes" in TEXT


def test_decoding_with_anchors() -> None:
    def decode(t: Box, cell: Box, prior: Box) -> list[float]:
        sigma = [1 / (1 + math.exp(-v)) for v in t[:2]]
        return [*(s + c for s, c in zip(sigma, cell, strict=True))] + [
            p * math.exp(v) for p, v in zip(prior, t[2:], strict=True)
        ]

    box = decode((0, 0, math.log(2), 0), (6, 6), (2, 3))
    assert box == pytest.approx([6.5, 6.5, 4, 3])
    assert [32 * v for v in box] == pytest.approx([208, 208, 128, 96])
    assert math.log(box[2] / 2) == pytest.approx(math.log(2))  # t_w = ln(b_w / p_w)
    far = [decode((t, 0, 0, 0), (6, 6), (2, 3))[0] for t in (-20, 20)]
    assert 6 < far[0] < far[1] < 7  # never leaves the cell, never reaches its border


def test_iou_distance_of_shapes_does_not_depend_on_scale() -> None:
    def distance(scale: float) -> float:
        return 1 - iou(corners(0, 0, 2 * scale, 4 * scale), corners(0, 0, 4 * scale, 2 * scale))

    assert distance(1) == pytest.approx(2 / 3)
    assert distance(10) == pytest.approx(distance(1))


def test_sizes_of_multi_scale_training_are_multiples_of_the_stride() -> None:
    sizes = range(320, 609, 32)
    assert (sizes[0], sizes[1], sizes[-1]) == (320, 352, 608)
    assert 416 // 32 == 13


def test_counts_of_predictions() -> None:
    grids = [416 // stride for stride in (32, 16, 8)]
    assert grids == [13, 26, 52]
    assert 3 * sum(grid**2 for grid in grids) == 10647
    assert 5 * grids[0] ** 2 == 845
    assert 3 * (4 + 1 + 80) == 255
    assert sum((640 // stride) ** 2 for stride in (8, 16, 32)) == 8400
    assert 2 * 15 * 32 == 960


def test_ladder_of_the_note_agrees_with_its_text() -> None:
    steps = [float(line.split("|")[2]) for line in TEXT.splitlines() if line.startswith(("| YOLOv3", "| + "))]
    assert steps == [38.5, 39.6, 42.0, 42.9, 45.0, 47.3]
    gains = np.round(np.diff(steps), 1).tolist()
    assert gains == [1.1, 2.4, 0.9, 2.1, 2.3]  # as in the paper's table 2
    assert f"gains {gains[0]} AP for {11.6 - 10.5:.1f} ms" in TEXT.replace("\n", " ")
    for before, after in ((2, 3), (3, 4)):
        assert f"{steps[before]} → {steps[after]} AP" in TEXT.replace("\n", " ")


def test_mean_over_bins_expresses_fractions_and_is_bounded() -> None:
    bins = np.arange(16)
    two_neighbours = np.zeros(16)
    two_neighbours[[4, 5]] = 0.7, 0.3
    assert two_neighbours @ bins == pytest.approx(4.3)
    weights = np.random.default_rng(0).dirichlet(np.ones(16), 100)
    assert (weights @ bins).max() <= 15


def test_nms_example(note_function: Callable[[str, str], Any]) -> None:
    boxes = [(0, 0, 10, 10), (2, 0, 12, 10), (5, 0, 15, 10)]
    overlaps = iou(boxes[0], boxes[1]), iou(boxes[1], boxes[2]), iou(boxes[0], boxes[2])
    assert [round(value, 2) for value in overlaps] == [0.67, 0.54, 0.33]
    nms = note_function(NOTE, "nms")
    assert nms(boxes, [0.9, 0.8, 0.7], 0.5) == [0, 2]
    horse_and_rider = iou((0, 0, 10, 20), (0, 4, 10, 20))
    assert horse_and_rider == pytest.approx(0.8)


coordinate = st.integers(0, 8)
box = st.tuples(coordinate, coordinate, st.integers(1, 6), st.integers(1, 6)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)


@given(boxes=st.lists(box, max_size=8), threshold=st.sampled_from([0.2, 0.5, 0.8]), seed=st.integers(0, 99))
def test_nms_keeps_what_no_better_kept_box_overlaps(
    boxes: list[Box], threshold: float, seed: int, note_function: Callable[[str, str], Any]
) -> None:
    scores = np.random.default_rng(seed).permutation(len(boxes)).tolist()
    kept = note_function(NOTE, "nms")(boxes, scores, threshold)
    assert [scores[i] for i in kept] == sorted((scores[i] for i in kept), reverse=True)
    for i in range(len(boxes)):
        rivals = [j for j in kept if scores[j] > scores[i] and iou(boxes[i], boxes[j]) > threshold]
        assert (i in kept) == (not rivals)
