"""The facts of the note on R-FCN, computed."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

NOTE = "detection/rfcn.md"
TEXT = (Path(__file__).parents[2] / "content" / NOTE).read_text(encoding="utf-8")

POSITIONS = math.ceil(600 / 16) * math.ceil(1000 / 16)


def cells(start: int, size: int, k: int, index: int) -> range:
    """Bin `index` of k on one axis, by the formula of section 2 of arXiv:1605.06409."""
    return range(start + math.floor(index * size / k), start + math.ceil((index + 1) * size / k))


def votes_by_loops(maps: Tensor, region: tuple[int, int, int, int], k: int) -> Tensor:
    """(C + 1, k, k) pooled responses of maps (C + 1, k, k, H, W), cell by cell."""
    x0, y0, w, h = region
    pooled = torch.zeros(maps.shape[:3], dtype=maps.dtype)
    for c, i, j in torch.cartesian_prod(*map(torch.arange, pooled.shape)).tolist():
        found = [maps[c, i, j, y, x] for y in cells(y0, h, k, i) for x in cells(x0, w, k, j)]
        pooled[c, i, j] = sum(found) / len(found)
    return pooled


@pytest.fixture
def maps() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(3, 3, 3, 9, 11, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("region", [(0, 0, 9, 9), (2, 1, 7, 5), (4, 3, 2, 1)])
def test_pooling_of_the_note(
    maps: Tensor, region: tuple[int, int, int, int], note_function: Callable[[str, str], Any]
) -> None:
    expected = votes_by_loops(maps, region, 3).mean((1, 2))
    torch.testing.assert_close(note_function(NOTE, "ps_roi_pool")(maps.flatten(0, 2), region, 3), expected)


@pytest.mark.parametrize("k", [2, 3, 7])
def test_bins_cover_the_region_and_are_never_empty(k: int) -> None:
    for size in range(1, 40):
        found = [cells(5, size, k, index) for index in range(k)]
        assert set().union(*found) == set(range(5, 5 + size))
        assert all(len(b) >= 1 for b in found)
    assert [tuple(cells(0, 7, 3, i)) for i in range(3)] == [(0, 1, 2), (2, 3, 4), (4, 5, 6)]


def test_average_pooling_and_a_linear_layer_commute_and_maximum_does_not() -> None:
    generator = torch.Generator().manual_seed(1)
    features = torch.randn(5, 9, 11, generator=generator, dtype=torch.float64)
    weight = torch.randn(4, 3, 3, 5, generator=generator, dtype=torch.float64)  # (C + 1, k, k, D)
    region = (2, 1, 7, 6)
    score_maps = torch.einsum("cijd,dyx->cijyx", weight, features)
    same_in_every_bin = features[:, None, None].expand(-1, 3, 3, -1, -1)
    pooled = votes_by_loops(same_in_every_bin, region, 3)  # (D, k, k), ordinary RoI pooling
    linear = torch.einsum("cijd,dij->c", weight, pooled)
    torch.testing.assert_close(votes_by_loops(score_maps, region, 3).sum((1, 2)), linear)
    corner = features[:, 1:3, 2:5]
    w = weight[0, 0, 0]
    assert not torch.isclose((w @ corner.flatten(1)).max(), w @ corner.flatten(1).amax(1))


def test_gradient_reaches_each_map_in_its_own_bin_only(maps: Tensor) -> None:
    maps.requires_grad_()
    region, k = (1, 2, 6, 5), 3
    (found,) = torch.autograd.grad(votes_by_loops(maps, region, k).mean((1, 2))[1], maps)
    expected = torch.zeros_like(maps)
    for i in range(k):
        for j in range(k):
            rows, columns = cells(2, 5, k, i), cells(1, 6, k, j)
            for y in rows:
                for x in columns:
                    expected[1, i, j, y, x] = 1 / (k**2 * len(rows) * len(columns))
    torch.testing.assert_close(found, expected)


def test_channels_and_memory() -> None:
    assert 7 * 7 * (20 + 1) == 1029
    assert (4 * 49, 4 * 49 * 20) == (196, 3920)
    assert 3.5 < 3920 / 1029 < 4
    coco = 7 * 7 * (80 + 1)
    assert coco == 3969
    assert coco * POSITIONS * 4 / 1e6 == pytest.approx(38, abs=0.05)
    lvis = 7 * 7 * (1203 + 1)
    assert lvis == 58_996
    assert lvis * POSITIONS * 4 / 1e6 == pytest.approx(565, abs=0.5)
    assert lvis * 1024 / 1e6 == pytest.approx(60, abs=0.5)
    assert coco * 150 * 250 * 4 / 1e6 == pytest.approx(595, abs=0.5)
    assert 10 * 7 * 7 == 490
    assert f"{lvis:,} maps" in TEXT


def conv_cost(model: torch.nn.Module, size: tuple[int, int, int]) -> int:
    """Multiply-adds of the convolutions of a module, found by running it on the meta device."""
    counted = 0

    def count(module: torch.nn.Conv2d, _: Any, output: Tensor) -> None:
        nonlocal counted
        counted += output[0].numel() * module.weight[0].numel()

    handles = [m.register_forward_hook(count) for m in model.modules() if isinstance(m, torch.nn.Conv2d)]
    model(torch.empty(1, *size, device="meta"))
    for handle in handles:
        handle.remove()
    return counted


class Bottleneck(torch.nn.Module):
    def __init__(self, c_in: int, mid: int, project: bool) -> None:
        super().__init__()
        layers = [(c_in, mid, 1), (mid, mid, 3), (mid, 4 * mid, 1)]
        self.body = torch.nn.Sequential(
            *(torch.nn.Conv2d(a, b, k, padding=k // 2, bias=False, device="meta") for a, b, k in layers)
        )
        self.shortcut = (
            torch.nn.Conv2d(c_in, 4 * mid, 1, bias=False, device="meta") if project else torch.nn.Identity()
        )

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.body(x) + self.shortcut(x)
        return result


def stage(c_in: int, mid: int, blocks: int) -> torch.nn.Sequential:
    rest = [Bottleneck(4 * mid, mid, project=False) for _ in range(blocks - 1)]
    return torch.nn.Sequential(Bottleneck(c_in, mid, project=True), *rest)


def test_costs_of_the_heads() -> None:
    conv5 = stage(1024, 512, 3)
    per_region = conv_cost(conv5, (1024, 7, 7))
    once = conv_cost(conv5, (1024, 38, 63)) + POSITIONS * 1024 * (2048 + 1029 + 196)
    shared = 300 * 500 * 49 * 3 * 64 + conv_cost(stage(64, 64, 3), (64, 150, 250))
    shared += conv_cost(stage(256, 128, 4), (256, 75, 125)) + conv_cost(stage(512, 256, 23), (512, 38, 63))
    assert POSITIONS == 2394
    assert shared / 1e9 == pytest.approx(83.1, abs=0.05)
    assert 300 * per_region / 1e9 == pytest.approx(219.7, abs=0.05)
    assert once / 1e9 == pytest.approx(43.8, abs=0.05)
    assert (shared + 300 * per_region) / (shared + once) == pytest.approx(2.4, abs=0.05)
    measured = 0.42 / 0.17
    assert measured == pytest.approx(2.5, abs=0.05)
    assert once / per_region == pytest.approx(60, abs=0.5)
    pooled = 300 * 49
    assert pooled == 14_700
    assert pooled / POSITIONS == pytest.approx(6, abs=0.2)
    two_layers = 7 * 7 * 256 * 1024 + 1024 * 1024
    assert two_layers / 1e6 == pytest.approx(13.9, abs=0.05)
    assert per_region / two_layers == pytest.approx(53, abs=0.5)
    assert per_region / 1e6 == pytest.approx(732, abs=0.5)


def test_maps_are_dearer_than_a_linear_layer_on_few_regions() -> None:
    maps_cost, regions_cost = POSITIONS * 49 * 1024 * 21, 300 * 49 * 1024 * 21
    assert maps_cost / regions_cost == POSITIONS / 300 > 1


def test_ideal_maps_prefer_the_object(note_function: Callable[[str, str], Any]) -> None:
    score = note_function(NOTE, "score")
    for k in (1, 2, 4):
        assert score(4, 8, k) == 1
    assert (score(6, 10, 2), score(6, 10, 1)) == (0, 0.5)
    assert score(5, 7, 1) == score(5, 7, 2) == 1 > score(5, 7, 4)
    left, right = [0, 0, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 0, 0]  # the cells 2 to 9
    shifted = (sum(left[4:6]) / 2 + sum(right[6:8]) / 2) / 2
    assert shifted == score(6, 10, 2)


def test_numbers_of_the_paper_are_quoted_consistently() -> None:
    for row in ("| naïve Faster R-CNN | 7×7 | 68.9 |", "| R-FCN | 7×7 | 76.6 |", "| R-FCN | 3×3 | 75.5 |"):
        assert row in TEXT
    assert "7.7 points worse" in TEXT
    full, naive, coarse = 76.6, 68.9, 74.0
    assert (full - naive, full - coarse) == pytest.approx((7.7, 2.6))
    assert 112 / 32 == 3.5
