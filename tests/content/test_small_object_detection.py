"""The facts of the note on small objects, computed."""

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

NOTE = "detection/small_object_detection.md"
TEXT = (Path(__file__).parents[2] / "content" / NOTE).read_text(encoding="utf-8")

Box = tuple[float, float, float, float]


def iou(a: Box, b: Box) -> float:
    """Boxes as (x0, y0, x1, y1)."""
    shared = max(min(a[2], b[2]) - max(a[0], b[0]), 0) * max(min(a[3], b[3]) - max(a[1], b[1]), 0)
    area_a, area_b = ((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return shared / (area_a + area_b - shared)


def square(x: float, y: float, side: float) -> Box:
    return x - side / 2, y - side / 2, x + side / 2, y + side / 2


@pytest.mark.parametrize(("side", "shift"), [(8, 1), (16, 5), (80, 11)])
def test_iou_of_a_shifted_box(side: int, shift: int) -> None:
    assert iou(square(0, 0, side), square(shift, 0, side)) == pytest.approx((side - shift) / (side + shift))


@pytest.mark.parametrize(("tau", "part"), [(0.75, 1 / 7), (0.5, 1 / 3)])
def test_largest_shift_for_an_iou(tau: float, part: float) -> None:
    assert (1 - tau) / (1 + tau) == pytest.approx(part)
    assert iou(square(0, 0, 30), square(30 * part, 0, 30)) == pytest.approx(tau)
    assert [round(side / 7) for side in (8, 80)] == [1, 11]


@pytest.mark.parametrize(("side", "stride"), [(16, 16), (16, 8), (16, 4), (64, 16), (12, 2)])
def test_worst_iou_by_trying_all_places(
    side: int, stride: int, note_function: Callable[[str, str], Any]
) -> None:
    places = np.linspace(0, stride, 17)
    anchors = [square(x, y, side) for x in (0, stride) for y in (0, stride)]
    worst = min(max(iou(square(x, y, side), anchor) for anchor in anchors) for x in places for y in places)
    assert note_function(NOTE, "worst_iou")(side, stride) == pytest.approx(worst)


def test_bound_for_stride_and_size(note_function: Callable[[str, str], Any]) -> None:
    worst = note_function(NOTE, "worst_iou")
    for tau in (0.35, 0.5):
        bound = 2 * (1 - math.sqrt(2 * tau / (1 + tau)))
        assert worst(1, bound) == pytest.approx(tau)
    assert bound == pytest.approx(0.37, abs=0.005)
    assert 5 < 16 * bound < 6
    assert math.ceil(16 / bound) == 44
    assert worst(16, 4) == pytest.approx(0.62, abs=0.005)
    assert worst(12, 2) == pytest.approx(0.72, abs=0.005)
    assert (1 - 8 / 32) ** 2 == 0.5625


@pytest.mark.parametrize("smallest", [10, 20, 40])
def test_pyramid_of_mtcnn(smallest: int, note_function: Callable[[str, str], Any]) -> None:
    levels = note_function(NOTE, "scales")(1920, 1080, smallest)
    assert smallest * levels[0] == pytest.approx(12)
    assert 1080 * levels[-1] >= 12 > 1080 * levels[-1] * 0.709
    cost = sum(scale**2 for scale in levels)
    assert cost == pytest.approx(2.01 * levels[0] ** 2, rel=0.005)
    finer = note_function(NOTE, "scales")(1920, 1080, smallest / 2)
    assert sum(scale**2 for scale in finer) == pytest.approx(4 * cost, rel=0.01)


def test_pyramid_factor() -> None:
    area = 0.709**2
    assert area == pytest.approx(0.5, abs=0.005)
    assert 1 / (1 - area) == pytest.approx(2.01, abs=0.005)


def receptive_fields() -> dict[str, tuple[int, int]]:
    """(stride, receptive field) of S3FD's layers with their 3x3 prediction layer, bottom-up."""
    field, jump, found = 1, 1, {}

    def layer(kernel: int, stride: int = 1, times: int = 1) -> None:
        nonlocal field, jump
        for _ in range(times):
            field += (kernel - 1) * jump
            jump *= stride

    def detect(name: str) -> None:
        found[name] = (jump, field + 2 * jump)

    for stage, depth in enumerate((2, 2, 3, 3, 3), start=1):
        layer(3, times=depth)
        if stage > 2:
            detect(f"conv{stage}_3")
        layer(2, stride=2)
    layer(3)
    detect("conv_fc7")
    for name in ("conv6_2", "conv7_2"):
        layer(3, stride=2)
        detect(name)
    return found


def test_table_of_s3fd() -> None:
    rows = re.findall(r"\| (conv\w+) \| (\d+) \| (\d+) \| (\d+) \|", TEXT)
    assert len(rows) == 6
    assert {name: (int(stride), int(field)) for name, stride, _, field in rows} == receptive_fields()
    assert all(int(anchor) == 4 * int(stride) for _, stride, anchor, _ in rows)


def test_anchors_of_s3fd() -> None:
    counts = [(640 // stride) ** 2 for stride in (4, 8, 16, 32, 64, 128)]
    assert (counts[0], sum(counts)) == (25_600, 34_125)
    assert counts[0] / sum(counts) == pytest.approx(0.75, abs=0.005)
    assert counts[0] / sum(counts[1:]) == pytest.approx(3, abs=0.05)


@pytest.mark.parametrize("face", [8, 10, 23, 40])
def test_ious_of_the_note(face: int, note_function: Callable[[str, str], Any]) -> None:
    x, y = 5.5, 18.25
    expected = []
    for size in (16, 32, 64, 128):
        centres = range(-160, 192, size // 4)
        expected += [
            iou(square(x, y, face), square(cx + size / 8, cy + size / 8, size))
            for cy in centres
            for cx in centres
        ]
    np.testing.assert_allclose(note_function(NOTE, "ious")(face, x, y), expected)


def test_tiny_faces_match_nothing_at_the_usual_threshold(note_function: Callable[[str, str], Any]) -> None:
    ious = note_function(NOTE, "ious")
    best = {face: max(ious(face, x, x).max() for x in np.linspace(0, 32, 33)) for face in (8, 10)}
    assert best == pytest.approx({8: 0.25, 10: 100 / 256})
    assert 0.35 < best[10] < 0.5
    assert best[8] < 0.35


def test_max_out_background() -> None:
    background, face = torch.tensor([-1.0, 0.5, -2.0]), torch.tensor(1.0)
    probability = torch.stack([background.max(), face]).softmax(0)[1]
    torch.testing.assert_close(probability, torch.sigmoid(face - background.max()))
    assert probability.item() == pytest.approx(0.62, abs=0.005)
    assert torch.sigmoid(face - background[0]).item() == pytest.approx(0.88, abs=0.005)
    assert probability <= torch.sigmoid(face - background).min()


def test_share_of_oversampled_images() -> None:
    images = [True] * 50 + [False] * 50
    drawn = [small for small in images for _ in range(3 if small else 1)]
    assert sum(drawn) / len(drawn) == 0.75 == 3 * 0.5 / (3 * 0.5 + 1 - 0.5)


@given(length=st.integers(1, 3000), tile=st.integers(20, 700), data=st.data())
def test_tiles_contain_each_object_no_larger_than_the_overlap(
    length: int, tile: int, data: st.DataObject, note_function: Callable[[str, str], Any]
) -> None:
    overlap = data.draw(st.integers(0, tile - 1))
    side = data.draw(st.integers(0, min(overlap, length)))
    begin = data.draw(st.integers(0, length - side))
    found = note_function(NOTE, "starts")(length, tile, overlap)
    assert any(start <= begin and begin + side <= start + tile for start in found)
    assert all(start + tile <= length for start in found) or found == [0]


def test_an_object_larger_than_the_overlap_can_be_cut(note_function: Callable[[str, str], Any]) -> None:
    begin, side = 511, 131
    found = note_function(NOTE, "starts")(4000, 640, 128)
    assert not any(start <= begin and begin + side <= start + 640 for start in found)


def test_numbers_of_the_tiling_example(note_function: Callable[[str, str], Any]) -> None:
    starts = note_function(NOTE, "starts")
    across, down = len(starts(4000, 640, 128)), len(starts(3000, 640, 128))
    assert (across, down) == (math.ceil(3872 / 512), math.ceil(2872 / 512)) == (8, 6)
    assert across * down * 640**2 / 12e6 == pytest.approx(1.64, abs=0.005)
    overhead, shrunk = (640 / 512) ** 2, 20 * 640 / 4000
    assert (overhead, shrunk) == pytest.approx((1.56, 3.2), abs=0.005)


def test_fragment_of_a_cut_object() -> None:
    whole, fragment = (0.0, 0.0, 100.0, 50.0), (0.0, 0.0, 40.0, 50.0)
    assert iou(whole, fragment) == pytest.approx(0.4)
    shared, smaller = 40 * 50, min(100 * 50, 40 * 50)
    assert shared / smaller == 1
