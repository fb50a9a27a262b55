"""The facts of the note on lightweight networks, computed."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import conv2d, hardswish, silu

NOTE = "vision/lightweight_networks.md"


def weights_of(*layers: tuple[int, int, int]) -> int:
    """Weights of dense convolutions given as (kernel, inputs, outputs)."""
    return sum(torch.nn.Conv2d(m, n, k, bias=False).weight.numel() for k, m, n in layers)


def test_inception_3a() -> None:
    assert weights_of((5, 192, 32)) == 153600
    assert weights_of((1, 192, 16), (5, 16, 32)) == 15872
    direct = weights_of((1, 192, 64), (3, 192, 128), (5, 192, 32))
    assert round(direct * 28**2 / 1e6) == 303
    assert 64 + 128 + 32 + 192 == 416
    reduced = [(1, 192, 64), (1, 192, 96), (3, 96, 128), (1, 192, 16), (5, 16, 32), (1, 192, 32)]
    assert weights_of(*reduced) == 163328
    assert round(weights_of(*reduced) * 28**2 / 1e6) == 128
    assert 64 + 128 + 32 + 32 == 256
    assert weights_of((3, 8, 8), (3, 8, 8)) / weights_of((5, 8, 8)) == pytest.approx(0.72)


@pytest.mark.parametrize("groups", [1, 2, 8])
def test_grouped_weights(groups: int) -> None:
    assert torch.nn.Conv2d(16, 32, 3, groups=groups, bias=False).weight.numel() == 9 * 16 * 32 // groups


def test_separable_ratio_and_example() -> None:
    m = n = 512
    side = 14
    depthwise = torch.nn.Conv2d(m, m, 3, groups=m, bias=False).weight.numel()
    dense = weights_of((3, m, n))
    assert (depthwise + m * n) / dense == pytest.approx(1 / n + 1 / 9)
    assert round(dense * side**2 / 1e6) == 462
    assert (depthwise + m * n) * side**2 / 1e6 == pytest.approx(52.3, abs=0.05)
    assert dense / (depthwise + m * n) == pytest.approx(8.8, abs=0.05)
    assert m * n / (depthwise + m * n) == pytest.approx(n / (9 + n)) == pytest.approx(0.98, abs=0.005)
    assert (25 + n) / (9 + n) == pytest.approx(1.03, abs=0.005)


@pytest.mark.parametrize("multiplier", [1, 3, 9])
def test_depth_multiplier_is_the_rank_that_a_separable_layer_reaches(multiplier: int) -> None:
    """k^2 = 9 unit impulses per channel, mixed by the dense weights, give any dense layer exactly."""
    generator = torch.Generator().manual_seed(0)
    dense = torch.randn(10, 4, 3, 3, generator=generator)
    x = torch.randn(2, 4, 7, 7, generator=generator)
    left, values, right = torch.linalg.svd(dense.permute(1, 0, 2, 3).reshape(4, 10, 9), full_matrices=False)
    depthwise = right[:, :multiplier].reshape(4 * multiplier, 1, 3, 3)
    pointwise = (left * values[:, None])[..., :multiplier].permute(1, 0, 2).reshape(10, 4 * multiplier, 1, 1)
    found = conv2d(conv2d(x, depthwise, groups=4), pointwise)
    assert torch.allclose(found, conv2d(x, dense), atol=1e-4) == (multiplier == 9)
    k, m, n = 3, 4, 10
    assert (pointwise.numel() + depthwise.numel() > dense.numel()) == (multiplier == 9)
    assert multiplier * (k * k * m + m * n) == pointwise.numel() + depthwise.numel()


def test_mobilenet_v1_counts(note_function: Callable[[str, str], Any]) -> None:
    count = note_function(NOTE, "mobilenet_v1")
    cost, weights = count()
    assert 100 * cost["1x1"] / sum(cost.values()) == pytest.approx(94.86, abs=0.005)
    assert weights + 1000 == pytest.approx(4.2e6, rel=0.005)
    layers = count.__globals__["LAYERS"]
    assert len(layers) == 13
    assert sum(m * n for m, n, _ in layers) / weights == pytest.approx(0.7459, abs=5e-4)
    assert 1024 * 1000 / weights == pytest.approx(0.2433, abs=5e-4)
    side, dense, dense_weights = 112, 27 * 32 * 112**2 + 1024000, 27 * 32 + 1024000
    for m, n, stride in layers:
        side //= stride
        dense += 9 * m * n * side**2
        dense_weights += 9 * m * n
    assert side == 7
    assert dense / 1e9 == pytest.approx(4.87, abs=0.005)
    assert dense_weights / 1e6 == pytest.approx(29.3, abs=0.05)
    assert dense / sum(cost.values()) == pytest.approx(8.6, abs=0.05)
    assert dense_weights / weights == pytest.approx(7, abs=0.05)
    assert sum(count(0.75)[0].values()) / 1e6 == pytest.approx(325, abs=1)
    half_cost, half_weights = count(0.5)
    assert sum(half_cost.values()) / sum(cost.values()) == pytest.approx(0.25, abs=0.03)
    assert half_weights < weights / 3
    high_cost, high_weights = count(1.0, 448)
    assert high_weights == weights
    assert high_cost["1x1"] == 4 * cost["1x1"]


def inverted_residual_cost(d: int, d_out: int, t: int, positions: int) -> int:
    return positions * (weights_of((1, d, t * d), (1, t * d, d_out)) + 9 * t * d)


def test_inverted_residual_cost() -> None:
    assert inverted_residual_cost(64, 64, 6, 14**2) == 14**2 * 6 * 64 * (64 + 9 + 64)
    assert inverted_residual_cost(64, 64, 6, 14**2) / 1e6 == pytest.approx(10.3, abs=0.05)
    assert weights_of((3, 64, 64)) * 14**2 / 1e6 == pytest.approx(7.2, abs=0.05)
    assert 6 * 64 == 384


def test_mobilenet_v2_counts() -> None:
    """Table 2 of arXiv:1801.04381; batch normalisation adds two numbers per channel."""
    blocks = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2)]
    side, d, cost, weights = 112, 32, 27 * 32 * 112**2, 27 * 32
    for t, width, repeats, stride in [*blocks, (6, 320, 1, 1)]:
        for i in range(repeats):
            expand = d * t * d if t > 1 else 0
            cost += expand * side**2
            side //= stride if i == 0 else 1
            cost += (9 * t * d + t * d * width) * side**2
            weights += expand + 9 * t * d + t * d * width
            d = width
    cost += 320 * 1280 * side**2 + 1280 * 1000
    weights += 320 * 1280 + 1280 * 1000
    assert cost / 1e6 == pytest.approx(300, abs=1)
    assert weights / 1e6 == pytest.approx(3.5, abs=0.05)


def test_wide_tensor_can_be_computed_in_slices() -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(1, 4, 6, 6, generator=generator)
    expand, depthwise = (
        torch.randn(24, 4, 1, 1, generator=generator),
        torch.randn(24, 1, 3, 3, generator=generator),
    )
    project = torch.randn(4, 24, 1, 1, generator=generator)

    def part(rows: slice) -> torch.Tensor:
        wide = conv2d(x, expand[rows]).clamp(0, 6)
        filtered = conv2d(wide, depthwise[rows], padding=1, groups=len(wide[0])).clamp(0, 6)
        return conv2d(filtered, project[:, rows])

    slices = sum(part(slice(i, i + 6)) for i in range(0, 24, 6))
    torch.testing.assert_close(slices, part(slice(None)), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("n", "lost"), [(2, 0.75), (3, 0.5), (15, 0.0005)])
def test_information_lost_by_a_relu(n: int, lost: float) -> None:
    assert sum(math.comb(n, i) for i in range(2)) / 2**n == pytest.approx(lost, rel=0.03)
    rng = np.random.default_rng(0)
    rows, x = rng.standard_normal((20000, n, 2)), rng.standard_normal((20000, 2, 1))
    active = rows * (rows @ x > 0)
    share = (np.linalg.matrix_rank(active) < 2).mean()
    assert share == pytest.approx(lost, abs=0.015)


def test_relu_on_the_expanded_and_on_the_narrow_tensor() -> None:
    d, n = 24, 6 * 24
    assert sum(math.comb(n, i) for i in range(d)) / 2**n < 1e-10
    assert 1 - sum(math.comb(d, i) for i in range(d)) / 2**d == pytest.approx(2.0**-d)


def test_h_swish_is_close_to_swish() -> None:
    x = torch.linspace(-10, 10, 200001, dtype=torch.float64)
    torch.testing.assert_close(hardswish(x), x * (x + 3).clamp(0, 6) / 6)
    difference = (hardswish(x) - silu(x)).abs()
    assert float(difference.max()) == pytest.approx(0.14, abs=0.005)
    assert abs(float(x[difference.argmax()])) == pytest.approx(3, abs=1e-3)


def test_last_stage_of_mobilenet_v3() -> None:
    layer = weights_of((1, 960, 1280))
    assert layer / 1e6 == pytest.approx(1.2, abs=0.05)
    assert layer * 49 / 1e6 == pytest.approx(60, abs=0.5)
    before = (weights_of((1, 960, 320), (1, 320, 1280)) + 9 * 960) * 49
    assert (before - layer) / 1e6 == pytest.approx(30, abs=5)


def test_shufflenet_unit_costs() -> None:
    c, m, g = 480, 120, 3
    assert (2 * c * m + 9 * m**2, 2 * c * m + 9 * m**2 // g) == (244800, 158400)
    grouped = sum(
        torch.nn.Conv2d(inputs, outputs, kernel, groups=groups, bias=False).weight.numel()
        for inputs, outputs, kernel, groups in [(c, m, 1, g), (m, m, 3, m), (m, c, 1, g)]
    )
    assert grouped == 2 * c * m // g + 9 * m == 39480


@pytest.mark.parametrize(
    ("groups", "n", "connected"), [(2, 3, True), (4, 4, True), (3, 6, True), (4, 2, False)]
)
def test_shuffle_connects_the_groups(
    groups: int, n: int, connected: bool, note_function: Callable[[str, str], Any]
) -> None:
    shuffle = note_function(NOTE, "channel_shuffle")
    channels = groups * n
    x = torch.arange(channels).view(1, channels, 1, 1)
    order = shuffle(x, groups).flatten().tolist()
    assert all(order[j * groups + i] == i * n + j for i in range(groups) for j in range(n))
    assert shuffle(shuffle(x, groups), n).flatten().tolist() == x.flatten().tolist()
    seen = [{channel // n for channel in order[s * n : (s + 1) * n]} for s in range(groups)]
    assert all(len(group) == groups for group in seen) == connected == (n >= groups)


def test_view_after_transpose_fails() -> None:
    x = torch.zeros(1, 6, 2, 2)
    with pytest.raises(RuntimeError):
        x.view(1, 2, 3, 2, 2).transpose(1, 2).view(1, 6, 2, 2)


def test_arithmetic_per_number_moved() -> None:
    positions, width = 14**2, 512
    for weights, expected in [(9 * width, 4.4), (width**2, 111), (9 * width**2, 181)]:
        moved = 2 * width * positions + weights
        assert weights * positions / moved == pytest.approx(expected, rel=0.005)
    assert 9 * width * positions / 1e6 == pytest.approx(0.90, abs=0.005)
    assert (2 * width * positions + 9 * width) / 1e6 == pytest.approx(0.21, abs=0.005)
    assert width**2 / (9 * width) == pytest.approx(57, abs=0.2)


def test_memory_access_bound_and_groups() -> None:
    positions, b = 28**2, 28**2 * 128 * 128
    traffic = {c1: positions * (c1 + 128**2 / c1) + 128**2 for c1 in (32, 64, 128, 256, 512)}
    bound = 2 * math.sqrt(positions * b) + b / positions
    assert min(traffic, key=traffic.__getitem__) == 128
    assert traffic[128] == pytest.approx(bound)
    grouped = []
    for g in (1, 2, 4, 8):
        c1, c2 = 128, b * g / (positions * 128)
        grouped.append(positions * (c1 + c2) + c1 * c2 / g)
        assert grouped[-1] == pytest.approx(positions * c1 + b * g / c1 + b / positions)
    assert grouped == sorted(grouped)
