"""The facts of the note on EfficientNet, computed."""

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

NOTE = "vision/efficientnet.md"
ALPHA, BETA, GAMMA = 1.2, 1.1, 1.15
STEP = ALPHA * BETA**2 * GAMMA**2

Finder = Callable[[str, str], Any]


@pytest.fixture(scope="module")
def models(note_function: Finder) -> list[tuple[tuple[float, float, int], tuple[int, int, int]]]:
    """(width, depth, resolution) of B0 to B7, with (blocks, parameters, multiply-adds)."""
    count = note_function(NOTE, "count")
    return [(model, count(*model)) for model in count.__globals__["MODELS"]]


def test_parameters_and_costs_agree_with_the_paper(models: list[Any]) -> None:
    """Table 2 of arXiv:1905.11946."""
    parameters = [5.3, 7.8, 9.2, 12, 19, 30, 43, 66]
    costs = [0.39, 0.70, 1.0, 1.8, 4.2, 9.9, 19, 37]
    for (_, (_, found, cost)), expected, billions in zip(models, parameters, costs, strict=True):
        assert found / 1e6 == pytest.approx(expected, rel=0.025)
        assert cost / 1e9 == pytest.approx(billions, rel=0.05)


def test_table_of_the_note_has_the_paper_s_parameters() -> None:
    text = (Path(__file__).parents[2] / "content" / NOTE).read_text(encoding="utf-8")
    (row,) = re.findall(r"^\| parameters \(M\) \|(.*)\|$", text, re.MULTILINE)
    assert [float(cell) for cell in row.split("|")] == [5.3, 7.8, 9.2, 12, 19, 30, 43, 66]
    assert round(557 / 66, 1) == 8.4


def conv_cost(depth: int, width: int, side: int) -> tuple[int, int, int]:
    """Multiply-adds, weights and activations of a chain of equal 3 x 3 convolutions."""
    weights = depth * torch.nn.Conv2d(width, width, 3, bias=False).weight.numel()
    return weights * side**2, weights, depth * width * side**2


@pytest.mark.parametrize(
    ("scaled", "factors"),
    [((8, 8, 8), (2, 2, 2)), ((4, 16, 8), (4, 4, 2)), ((4, 8, 16), (4, 1, 4))],
)
def test_price_of_each_knob(scaled: tuple[int, int, int], factors: tuple[int, int, int]) -> None:
    base = conv_cost(4, 8, 8)
    assert tuple(new // old for new, old in zip(conv_cost(*scaled), base, strict=True)) == factors


def test_compound_constants() -> None:
    assert pytest.approx(1.92, abs=0.005) == STEP
    assert pytest.approx(96, abs=0.5) == STEP**7
    shares = [math.log(ALPHA), 2 * math.log(BETA), 2 * math.log(GAMMA)]
    assert [round(100 * share / math.log(STEP)) for share in shares] == [28, 29, 43]
    assert pytest.approx([3.58, 1.95], abs=0.005) == [ALPHA**7, BETA**7]
    assert pytest.approx(596, abs=0.5) == 224 * GAMMA**7
    assert pytest.approx(3.4, abs=0.01) == 1.4 * 1.2**2 * 1.3**2


def test_b7_against_b0(models: list[Any]) -> None:
    (_, (_, small, cheap)), ((width, depth, resolution), (_, large, dear)) = models[0], models[-1]
    assert (width, depth, resolution) == (2.0, 3.1, 600)
    assert dear / cheap == pytest.approx(STEP**7, rel=0.03)
    assert depth * width**2 == pytest.approx(12.4)
    assert large / small == pytest.approx(depth * width**2, rel=0.03)
    assert depth * width * (resolution / 224) ** 2 == pytest.approx(44, abs=0.6)
    assert round(37 / 0.39) == 95


def test_search_reward() -> None:
    assert pytest.approx(0.953, abs=5e-4) == 2**-0.07
    assert pytest.approx(1.05, abs=0.001) == 2**0.07


def test_squeeze_and_excite_of_resnet_50() -> None:
    stages = [(3, 256), (4, 512), (6, 1024), (3, 2048)]
    extra = sum(blocks * 2 * c * c // 16 for blocks, c in stages)
    assert extra / 1e6 == pytest.approx(2.5, abs=0.05)
    assert extra / 25.5e6 == pytest.approx(0.10, abs=0.005)
    assert pytest.approx(0.0026, abs=1e-4) == 3.87 / 3.86 - 1


def test_squeeze_and_excite_in_a_block() -> None:
    c, t, k, side = 40, 6, 5, 28
    h, q = t * c, c // 4
    assert (h, q) == (240, 10)
    convolutions = c * h + k * k * h + h * c
    assert 2 * h * q == 4800
    assert convolutions + 2 * h * q == 30000
    assert convolutions * side**2 / 1e6 == pytest.approx(20, abs=0.3)


def test_squeeze_and_excite_broadcast(note_function: Finder) -> None:
    wrong = note_function(NOTE, "squeeze_excite")
    generator = torch.Generator().manual_seed(0)
    fc1, fc2 = torch.nn.Linear(6, 2), torch.nn.Linear(2, 6)
    with pytest.raises(RuntimeError):
        wrong(torch.rand(4, 6, 5, 5, generator=generator), fc1, fc2)
    x = torch.rand(4, 6, 4, 6, generator=generator)  # H = B and W = C: no error
    gates = fc2(fc1(x.mean(dim=(2, 3))).relu()).sigmoid()
    assert wrong(x, fc1, fc2).shape == x.shape
    assert not torch.allclose(wrong(x, fc1, fc2), x * gates[:, :, None, None])


def test_rounding(note_function: Finder, models: list[Any]) -> None:
    round_channels = note_function(NOTE, "round_channels")
    assert (round_channels(16, 1.2), round_channels(24, 1.2)) == (24, 32)
    assert pytest.approx(17.28) == 0.9 * 16 * 1.2
    assert all(round_channels(c, w) % 8 == 0 for c in (16, 24, 40, 112) for w in (1.0, 1.1, 1.6))
    repeats = [1, 2, 2, 3, 3, 4, 1]
    assert [math.ceil(1.1 * n) for n in repeats] == [2, 3, 3, 4, 4, 5, 2]
    assert [blocks for _, (blocks, _, _) in models[:2]] == [sum(repeats), 23] == [16, 23]


def test_resolutions_of_the_stage_table(note_function: Finder) -> None:
    sides = [112]
    for _, _, _, stride, _ in note_function(NOTE, "count").__globals__["STAGES"]:
        sides.append(sides[-1] // stride)
    assert sides == [112, 112, 56, 28, 14, 14, 7, 7]


def test_fused_block_costs_more() -> None:
    c, t = 24, 6
    h = t * c
    separate, fused = c * h + 9 * h + h * c, 9 * c * h + h * c
    assert fused / separate == pytest.approx(4.2, abs=0.05)


def test_speed_ups_of_the_latency_table() -> None:
    assert [round(0.554 / 0.098, 1), round(19.0 / 3.1, 1)] == [5.7, 6.1]
