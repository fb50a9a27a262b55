"""The facts of the note on receptive fields, computed."""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

NOTE = "foundations/receptive_field.md"

Layer = tuple[int, int, int, int]  # kernel, stride, padding, dilation
CONV: Layer = (3, 1, 1, 1)
POOL: Layer = (2, 2, 0, 1)
CONV5_3 = [*2 * [CONV], POOL, *2 * [CONV], POOL, *2 * [*3 * [CONV], POOL], *3 * [CONV]]


@pytest.fixture(scope="module")
def receptive_field(note_function: Callable[[str, str], Any]) -> Any:
    return note_function(NOTE, "receptive_field")


def top_down(layers: Sequence[Layer]) -> int:
    size = 1
    for kernel, stride, _, dilation in reversed(layers):
        size = (size - 1) * stride + dilation * (kernel - 1) + 1
    return size


def seen_pixels(layers: Sequence[Layer], unit: int, pixels: int) -> np.ndarray:
    """Pixels of which the output unit depends, by the gradient through layers of positive weights."""
    x = torch.ones(1, 1, pixels, requires_grad=True)
    y: torch.Tensor = x
    for kernel, stride, padding, dilation in layers:
        y = nn.functional.conv1d(y, torch.ones(1, 1, kernel) / kernel, None, stride, padding, dilation)
    (gradient,) = torch.autograd.grad(y[0, 0, unit], x)
    return np.flatnonzero(gradient[0, 0].numpy())


CHAINS = [
    [CONV, POOL, CONV],
    [(7, 2, 3, 1), (3, 2, 1, 1), CONV, (3, 1, 2, 2)],
    [(1, 2, 0, 1), (5, 1, 0, 1), (2, 2, 0, 1), (3, 1, 4, 4), CONV],
    CONV5_3,
]


@pytest.mark.parametrize("layers", CHAINS, ids=range(len(CHAINS)))
def test_recursions_agree_with_the_gradient(layers: list[Layer], receptive_field: Any) -> None:
    size, jump, start = receptive_field(layers)
    assert size == top_down(layers)
    strides = np.cumprod([1, *(layer[1] for layer in layers)])
    assert size == 1 + sum(d * (k - 1) * j for (k, _, _, d), j in zip(layers, strides[:-1], strict=True))
    assert jump == strides[-1]
    unit = 15
    seen = seen_pixels(layers, unit, 512)
    centre = start + unit * jump
    assert seen[0] >= centre - size / 2
    assert seen[-1] + 1 <= centre + size / 2
    if all(d == 1 for *_, d in layers[1:]) and layers[0][0] > 1:
        assert (seen[0], seen[-1] + 1) == (centre - size / 2, centre + size / 2)


def test_small_example(receptive_field: Any) -> None:
    assert top_down([CONV, POOL, CONV]) == receptive_field([CONV, POOL, CONV])[0] == 8


def test_vgg_and_the_proposal_head(receptive_field: Any) -> None:
    assert receptive_field(CONV5_3) == (196, 16, 8)
    assert receptive_field([*CONV5_3, CONV])[0] == 228
    assert (8 - 196 / 2, 8 + 196 / 2) == (-90, 106)


@pytest.mark.parametrize(("stride_in_first", "size"), [(True, 483), (False, 427)])
def test_resnet_50(stride_in_first: bool, size: int, receptive_field: Any) -> None:
    layers: list[Layer] = [(7, 2, 3, 1), (3, 2, 1, 1)]
    for stage, blocks in enumerate((3, 4, 6, 3)):
        for block in range(blocks):
            stride = 2 if stage and not block else 1
            first, second = (stride, 1) if stride_in_first else (1, stride)
            layers += [(1, first, 0, 1), (3, second, 1, 1), (1, 1, 0, 1)]
    assert receptive_field(layers) == (size, 32, 0.5)
    assert 483 - 427 == 2 * (4 + 8 + 16)
    assert 16 - 0.5 == 15.5


def test_own_stride_does_not_count_and_padding_only_moves(receptive_field: Any) -> None:
    for stride in (1, 2, 5):
        assert receptive_field([CONV, (1, stride, 0, 1)])[0] == 3
    size, _, start = receptive_field([POOL, (3, 1, 0, 1)])
    assert receptive_field([POOL, (3, 1, 1, 1)])[::2] == (size, start - 2)


def test_grid_of_a_224_image_is_not_centred(receptive_field: Any) -> None:
    _, jump, start = receptive_field([(7, 2, 3, 1), (3, 2, 1, 1), (3, 2, 1, 1)])
    centres = start + jump * np.arange(224 // jump)
    assert (start, jump, centres.size, centres[-1], centres.mean()) == (0.5, 8, 28, 216.5, 108.5)


def test_dilation(receptive_field: Any) -> None:
    for depth in range(1, 10):
        assert receptive_field([(3, 1, 0, 2**i) for i in range(depth)])[0] == 2 ** (depth + 1) - 1
        assert receptive_field(depth * [CONV])[0] == 2 * depth + 1
    assert 2 * 111 + 1 < 224 <= 2 * 112 + 1
    assert 2**7 - 1 < 224 <= 2**8 - 1 == 255
    assert receptive_field([(2, 1, 0, 2**i) for i in range(10)])[0] == 1024


def test_holes(note_function: Callable[[str, str], Any]) -> None:
    pixels = note_function(NOTE, "pixels")
    for dilations in [
        (1, 2, 4),
        (1, 2, 5),
        (1, 2, 7),
        (1, 3, 9),
        (1, 2, 8),
        (1, 2, 9),
        (2, 3),
        (1, 4),
        (2, 4, 8),
    ]:
        width, whole = 1, True
        for d in dilations:
            whole = whole and d <= width
            width += 2 * d
        assert (len(pixels(dilations)) == width) == whole
    even = pixels((2, 2, 2))
    assert not even & {x + 1 for x in even}
    assert (len(even), max(even) - min(even) + 1) == (7, 13)


def variance(layers: Sequence[Layer], image: int = 1024) -> float:
    """Variance of the offset of the pixels, weighted by the gradient of a central unit; averaging kernels."""
    x = torch.ones(1, 1, image, requires_grad=True, dtype=torch.float64)
    y: torch.Tensor = x
    for kernel, stride, padding, dilation in layers:
        weight = torch.ones(1, 1, kernel, dtype=torch.float64) / kernel
        y = nn.functional.conv1d(y, weight, None, stride, padding, dilation)
    (gradient,) = torch.autograd.grad(y[0, 0, y.shape[-1] // 2], x)
    weights = gradient[0, 0].numpy()
    offsets = np.arange(image)
    mean = (weights * offsets).sum()
    assert weights.sum() == pytest.approx(1)
    return float((weights * (offsets - mean) ** 2).sum())


@pytest.mark.parametrize(("layers", "kernel"), [(5, 3), (20, 3), (4, 7)])
def test_effective_field_of_a_plain_stack(layers: int, kernel: int) -> None:
    plain = layers * [(kernel, 1, kernel // 2, 1)]
    assert variance(plain) == pytest.approx(layers * (kernel**2 - 1) / 12)
    ratio = math.sqrt(layers * (101**2 - 1) / 12) / (layers * 100 + 1)
    assert ratio == pytest.approx(1 / math.sqrt(12 * layers), rel=0.02)


def test_effective_field_of_vgg() -> None:
    by_hand = 8 / 12 * (2 + 2 * 4 + 3 * 16 + 3 * 64 + 3 * 256) + 3 / 12 * (1 + 4 + 16 + 64)
    assert by_hand == pytest.approx(699.9, abs=0.05)
    assert variance(CONV5_3) == pytest.approx(by_hand)
    assert math.sqrt(by_hand) == pytest.approx(26.5, abs=0.05)
    assert 4 * math.sqrt(by_hand) == pytest.approx(106, abs=0.5)


def test_dilation_enters_squared() -> None:
    assert variance([(3, 1, 5, 5)]) == pytest.approx(25 * 8 / 12)


def test_one_large_kernel_or_many_small_ones() -> None:
    assert (31**2 - 1) / 12 == 120 * 8 / 12
    assert math.sqrt(80) == pytest.approx(8.9, abs=0.05)


def test_profile_tends_to_a_gaussian() -> None:
    profile = np.ones(1)
    for _ in range(60):
        profile = np.convolve(profile, np.ones(3) / 3)
    x = np.arange(-60, 61)
    gaussian = np.exp(-(x**2) / 80) / math.sqrt(80 * math.pi)  # variance 60 * 8 / 12 = 40
    np.testing.assert_allclose(profile, gaussian, atol=2e-4)


def test_skips_halve_the_variance() -> None:
    kernel = (np.array([0, 1, 0]) + np.ones(3) / 3) / 2
    assert (kernel * np.array([1, 0, 1])).sum() == pytest.approx(8 / 12 / 2)


def test_squared_gradient_of_random_weights_has_the_same_profile() -> None:
    """Exact over all signs of three kernels of three weights."""
    total, count = np.zeros(7), 0
    for signs in itertools.product((-1.0, 1.0), repeat=9):
        first, second, third = np.reshape(signs, (3, 3)) / math.sqrt(3)
        total += np.convolve(np.convolve(first, second), third) ** 2
        count += 1
    uniform = np.ones(3) / 3
    np.testing.assert_allclose(total / count, np.convolve(np.convolve(uniform, uniform), uniform))


def test_weights_of_stacked_kernels() -> None:
    assert top_down(3 * [CONV]) == top_down([(7, 1, 3, 1)]) == 7
    stack, single = nn.Conv2d(4, 4, 3, bias=False), nn.Conv2d(4, 4, 7, bias=False)
    assert (3 * stack.weight.numel(), single.weight.numel()) == (27 * 16, 49 * 16)


def test_tiles_with_margin_reproduce_the_whole() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv1d(1, 2, 3, padding=1), nn.MaxPool1d(2), nn.Conv1d(2, 1, 3, padding=1))
    x = torch.randn(1, 1, 64)  # field 8, jump 2
    whole = net(x)[0, 0]
    tile = net(x[..., 20:44])[0, 0]
    torch.testing.assert_close(tile[2:-2], whole[12:20])
    shifted = net(x[..., 21:45])[0, 0]
    assert not torch.allclose(shifted[2:-2], whole[12:20])
