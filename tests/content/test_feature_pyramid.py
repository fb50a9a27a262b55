"""The facts of the note on image and feature pyramids, computed."""

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn.functional import conv2d, interpolate, max_pool2d

TEXT = (Path(__file__).parents[2] / "content/detection/feature_pyramid.md").read_text(encoding="utf-8")

HEIGHT, WIDTH = 800, 1216
CELLS = {level: HEIGHT * WIDTH // 4**level for level in (2, 3, 4, 5)}  # stride 2**level
CHANNELS = {2: 256, 3: 512, 4: 1024, 5: 2048}  # ResNet's C_2 to C_5


def level(w: float, h: float) -> int:
    """Equation 1 of arXiv:1612.03144, clipped."""
    return min(max(math.floor(4 + math.log2(math.sqrt(w * h) / 224)), 2), 5)


def test_convolution_is_equivariant_to_shifts_and_not_to_scale() -> None:
    torch.manual_seed(0)
    x, w = torch.zeros(1, 1, 32, 32), torch.randn(1, 1, 5, 5)
    x[..., 8:13, 8:13] = w  # the filter's favourite pattern
    response = conv2d(x, w, padding=2)
    moved = conv2d(x.roll((6, 3), (2, 3)), w, padding=2)
    torch.testing.assert_close(moved, response.roll((6, 3), (2, 3)))
    enlarged = interpolate(x, scale_factor=2, mode="bilinear")
    assert conv2d(enlarged, w, padding=2).max() < 0.7 * response.max()


def test_costs_of_image_pyramids() -> None:
    assert sum(s * s for s in (0.5, 0.75, 1, 1.25, 1.5)) == 5.625
    three = [s * s for s in (0.5, 1, 2)]
    assert sum(three) == 5.25
    assert three[-1] / sum(three) == pytest.approx(0.75, abs=0.02)
    assert sum(0.25**i for i in range(40)) == pytest.approx(4 / 3)


def test_objects_of_the_snip_example_train_where_they_fit() -> None:
    ranges = {1400: (0, 80), 800: (40, 160), 480: (120, math.inf)}

    def seen(size: float) -> dict[int, float]:
        """Valid resolutions, with the object's size in an image of 480 pixels resized to them."""
        return {side: size * side / 480 for side, (low, high) in ranges.items() if low <= size <= high}

    assert [list(seen(size)) for size in (60, 100, 200)] == [[1400, 800], [800], [480]]
    sizes = [shown for size in (60, 100, 200) for shown in seen(size).values()]
    assert max(sizes) / min(sizes) < 200 / 60
    assert all(seen(size) for size in range(1, 400))


def fpn(maps: dict[int, Tensor], lateral: dict[int, Tensor], output: dict[int, Tensor]) -> dict[int, Tensor]:
    merged = {5: conv2d(maps[5], lateral[5])}
    for k in (4, 3, 2):
        merged[k] = conv2d(maps[k], lateral[k]) + interpolate(merged[k + 1], scale_factor=2, mode="nearest")
    return {k: conv2d(m, output[k], padding=1) for k, m in merged.items()}


def test_shapes_of_the_levels_and_the_way_of_meaning() -> None:
    """Channels and sides divided by 16 and 8; P_2 depends on C_5, P_5 not on C_2."""
    generator = torch.Generator().manual_seed(0)
    maps = {
        k: torch.randn(1, CHANNELS[k] // 16, 96 // 2**k, 64 // 2**k, generator=generator).requires_grad_()
        for k in CHANNELS
    }
    lateral = {k: torch.randn(16, CHANNELS[k] // 16, 1, 1, generator=generator) for k in CHANNELS}
    output = {k: torch.randn(16, 16, 3, 3, generator=generator) for k in CHANNELS}
    levels = fpn(maps, lateral, output)
    for k, p in levels.items():
        assert p.shape == (1, 16, 96 // 2**k, 64 // 2**k)
    down, up = (
        torch.autograd.grad(levels[to].sum(), maps[start], allow_unused=True, retain_graph=True)[0]
        for to, start in ((2, 5), (5, 2))
    )
    assert (down != 0).any()
    assert up is None


def test_shapes_of_the_text() -> None:
    assert f"`(256, {HEIGHT // 4}, {WIDTH // 4})`" in TEXT
    assert f"`(2048, {HEIGHT // 32}, {WIDTH // 32})`" in TEXT


def test_costs_of_the_extra_layers() -> None:
    lateral = sum(CELLS[k] * CHANNELS[k] * 256 for k in CELLS)
    output = {k: CELLS[k] * 9 * 256 * 256 for k in CELLS}
    assert f"${lateral / 1e9:.1f} \\cdot 10^9$" in TEXT
    assert f"${sum(output.values()) / 1e9:.1f} \\cdot 10^9$" in TEXT
    assert output[2] / sum(output.values()) == pytest.approx(3 / 4, abs=0.01)
    assert sum(CELLS.values()) / CELLS[2] == pytest.approx(4 / 3, abs=0.01)


def test_regions_to_levels() -> None:
    assert [level(448, 448), level(224, 224), level(112, 112), level(100, 50)] == [5, 4, 3, 2]
    assert round(math.sqrt(100 * 50), 1) == 70.7
    assert round(4 + math.log2(math.sqrt(5000) / 224), 2) == 2.34
    for size in range(56, 448):
        assert 14 <= size / 2 ** level(size, size) < 28
    assert [level(28, 28), level(900, 900)] == [2, 5]


def test_recall_table_supports_its_reading() -> None:
    rows = {cells[1].strip(): cells for line in TEXT.splitlines() if len(cells := line.split("|")) == 7}
    recall = {
        name: float(cells[4]) for name, cells in rows.items() if cells[4].strip().replace(".", "").isdigit()
    }
    assert recall["FPN"] == max(recall.values())
    assert recall["without lateral"] < recall["$C_4$ only"] < recall["without top-down"]
    assert recall["without top-down"] - recall["$C_4$ only"] < 1.5 < recall["FPN"] - recall["only $P_2$"]
    assert f"from {recall['FPN']} to {recall['without lateral']}" in " ".join(TEXT.split())


def test_upsampling_an_odd_level_by_two() -> None:
    assert max_pool2d(torch.zeros(1, 1, 25, 38), 3, stride=2, padding=1).shape[2:] == (13, 19)
    assert interpolate(torch.zeros(1, 1, 13, 19), size=(25, 38)).shape[2:] == (25, 38)


def receptive_field(dilation: int, count: int, stride: int) -> int:
    """Pixels between the outermost inputs of `count` 3x3 convolutions, by their reach in cells."""
    return stride * count * 2 * dilation


@pytest.mark.parametrize(("dilation", "growth"), [(2, 320), (3, 640)])
def test_growth_of_the_receptive_field(dilation: int, growth: int) -> None:
    n, s = 10, 16
    assert 2 * (dilation - 1) * s * n == growth
    assert receptive_field(dilation, n, s) - receptive_field(1, n, s) == growth


@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_reach_of_stacked_dilated_convolutions(dilation: int) -> None:
    x = torch.zeros(1, 1, 1, 61, requires_grad=True)
    y = x
    for _ in range(3):
        y = conv2d(y, torch.ones(1, 1, 1, 3), padding=(0, dilation), dilation=(1, dilation))
    (slope,) = torch.autograd.grad(y[0, 0, 0, 30], x)
    touched = slope.flatten().nonzero().flatten()
    assert touched[-1] - touched[0] == receptive_field(dilation, 3, 1)


@pytest.mark.parametrize("dilation", [2, 3])
def test_dilation_is_the_plain_filter_on_the_subsampled_map(dilation: int) -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(1, 2, 24, 24, dtype=torch.float64, generator=generator)
    w = torch.randn(3, 2, 3, 3, dtype=torch.float64, generator=generator)
    for offset in range(dilation):  # the same holds for each phase of the subsampling
        phase = x[..., offset::dilation, offset::dilation]
        dilated = conv2d(x, w, dilation=dilation)[..., offset::dilation, offset::dilation]
        plain = conv2d(phase, w)
        torch.testing.assert_close(dilated, plain[..., : dilated.shape[2], : dilated.shape[3]])
