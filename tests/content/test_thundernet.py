"""The facts of the note on ThunderNet, computed."""

import math
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

NOTE = Path(__file__).parents[2] / "content" / "detection" / "thundernet.md"
SNETS = {49: (24, 60, 120, 240, 512), 146: (24, 132, 264, 528, 0), 535: (48, 248, 496, 992, 0)}


def snet_multiply_adds(stem: int, *widths: int, kernel: int = 5) -> float:
    """Millions at 224 pixels: ShuffleNet v2 units (4, 8, 4), the first of each stage with stride 2."""
    *stages, conv5 = widths
    total, side, width = 112**2 * 27 * stem, 56, stem
    for out, units in zip(stages, (4, 8, 4), strict=True):
        half, before, side = out // 2, side**2, side // 2
        depthwise = kernel**2 * (width + half)
        total += before * width * half + side**2 * (depthwise + width * half + half**2)
        total += (units - 1) * side**2 * (2 * half**2 + kernel**2 * half)
        width = out
    return (total + side**2 * width * conv5) / 1e6


@pytest.mark.parametrize("name", SNETS)
def test_backbones_have_the_widths_of_the_table_and_roughly_the_cost_of_their_names(name: int) -> None:
    lines = NOTE.read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if line.startswith(f"| SNet{name} "))
    cells = [cell.strip() for cell in row.strip("|").split("|")][1:]
    assert tuple(0 if cell == "none" else int(cell) for cell in cells) == SNETS[name]
    counted = {49: 51, 146: 161, 535: 534}[name]
    assert snet_multiply_adds(*SNETS[name]) == pytest.approx(counted, abs=0.5)
    assert counted == pytest.approx(name, rel=0.11)


def test_heavy_head_beside_a_mobile_backbone() -> None:
    per_roi = 7 * 7 * 256 * 1024 + 1024**2
    backbone = 146 * (320 / 224) ** 2
    assert per_roi / 1e6 == pytest.approx(13.9, abs=0.05)
    assert backbone == pytest.approx(298, abs=0.5)
    assert 200 * per_roi / 1e9 == pytest.approx(2.8, abs=0.05)
    assert 200 * per_roi / 1e6 / backbone == pytest.approx(9, abs=0.5)
    assert per_roi / (245 * 1024) == pytest.approx(55, abs=0.5)


def test_price_of_the_larger_depthwise_kernel() -> None:
    m = 132
    assert (2 * m**2, 9 * m, 25 * m) == (34848, 1188, 3300)
    assert (2 * m**2 + 25 * m) / (2 * m**2 + 9 * m) == pytest.approx(1.06, abs=0.003)


def test_compressed_rpn() -> None:
    dense, light = 400 * 9 * 245 * 256 / 1e6, 400 * (25 * 245 + 245 * 256) / 1e6
    assert dense == pytest.approx(226, abs=0.5)
    assert light == pytest.approx(27.5, abs=0.05)
    assert dense / light == pytest.approx(8.2, abs=0.05)
    total = 470
    assert total + dense - light == pytest.approx(668, abs=0.5)
    assert (dense - light) / (total + dense - light) == pytest.approx(0.30, abs=0.005)
    assert 20 * 20 * 5 * 5 == 10000


def test_thin_position_sensitive_map() -> None:
    assert 5 * 7 * 7 == 245
    assert 10 * 7 * 7 == 490
    assert 490 * 2048 == 4 * 245 * 1024
    assert 7 * 7 * 245 == 12005 == 49 * 245


def test_position_sensitive_pooling_reads_its_own_channels() -> None:
    """A RoI over the whole map: bin (i, j) of output channel a averages map channel (a, i, j)."""
    alpha, p, side = 5, 7, 14

    def pool(x: torch.Tensor) -> torch.Tensor:
        grouped = x.view(alpha, p, p, side, side)
        bins = [F.adaptive_avg_pool2d(grouped[:, i, j], p)[:, i, j] for i in range(p) for j in range(p)]
        return torch.stack(bins, dim=1)

    x = torch.randn(alpha * p * p, side, side, generator=torch.Generator().manual_seed(0))
    changed = x.clone()
    changed[3 * p * p + 2 * p + 6] += 1  # channel of output 3, bin (2, 6)
    difference = pool(changed) - pool(x)
    assert difference.numel() == 245
    assert difference.abs().gt(1e-4).nonzero().tolist() == [[3, 2 * p + 6]]


@pytest.mark.parametrize(("theta", "gated"), [(math.log(3), 1.5), (-math.log(9), 0.2)])
def test_gate_of_the_example(theta: float, gated: float) -> None:
    assert 2 * torch.sigmoid(torch.tensor(theta)).item() == pytest.approx(gated)


def test_gradients_of_spatial_attention() -> None:
    generator = torch.Generator().manual_seed(0)
    f_cem, theta, g = torch.randn(3, 245, 4, 4, generator=generator, dtype=torch.float64)
    f_cem.requires_grad_()
    theta.requires_grad_()
    (f_cem * torch.sigmoid(theta)).backward(g)
    s = torch.sigmoid(theta)
    torch.testing.assert_close(f_cem.grad, g * s)
    torch.testing.assert_close(theta.grad, g * f_cem * s * (1 - s))


def test_shares_of_the_ledger() -> None:
    parts = {"backbone": 298, "CEM": 39, "RPN": 40, "SAM": 25, "head": 68}
    assert sum(parts.values()) == 470
    assert parts["backbone"] / 470 == pytest.approx(0.63, abs=0.005)
    assert sum(parts.values()) - parts["backbone"] < parts["backbone"]
    assert pytest.approx(25, abs=0.1) == 400 * 256 * 245 / 1e6


def test_speeds_on_two_processors() -> None:
    def detector(name: int) -> float:
        """Millions at 320 pixels, as in the ledger of the note."""
        *_, c4, stage4, conv5 = SNETS[name]
        c5 = conv5 or stage4
        context = (400 * c4 + 100 * c5 + c5) * 245 / 1e6
        return name * (320 / 224) ** 2 + context + 40 + 25 + 68

    assert [detector(name) for name in SNETS] == pytest.approx([257, 470, 1298], abs=0.7)
    assert detector(535) / detector(49) == pytest.approx(5, abs=0.1)
    assert pytest.approx(1.25, abs=0.01) == 267 / 214
    assert pytest.approx(4.2, abs=0.05) == 24.1 / 5.8
