"""The facts of the note on upsampling, computed; PyTorch is asked for its conventions."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.nn.functional import (
    conv2d,
    conv_transpose1d,
    conv_transpose2d,
    interpolate,
    max_pool2d,
    max_unpool2d,
    pixel_shuffle,
)

NOTE = "vision/upsampling.md"

Finder = Callable[[str, str], Any]


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def linear(x: torch.Tensor, size: int, align_corners: bool) -> torch.Tensor:
    return interpolate(x[None, None], size=size, mode="linear", align_corners=align_corners)[0, 0]


@pytest.mark.parametrize("align_corners", [False, True])
@pytest.mark.parametrize(("n", "m"), [(4, 8), (5, 15), (7, 4), (10, 13), (2, 9)])
def test_resize_of_the_note_is_pytorch_s(
    n: int, m: int, align_corners: bool, note_function: Finder, generator: torch.Generator
) -> None:
    x = torch.randn(n, generator=generator)
    found = note_function(NOTE, "resize")(x, m, align_corners)
    torch.testing.assert_close(found, linear(x, m, align_corners))


@pytest.mark.parametrize("s", [2, 3, 5])
def test_aligned_corners_stretch_the_content(s: int) -> None:
    """A ramp shows where each output pixel looks; compare with the half-pixel position, unclamped."""
    n = 6
    seen = linear(torch.arange(float(n)), s * n, align_corners=True)
    true = (torch.arange(float(s * n)) + 0.5) / s - 0.5
    shift = seen - true
    assert float(shift[0]) == pytest.approx((s - 1) / (2 * s))
    assert float(shift[-1]) == pytest.approx(-(s - 1) / (2 * s), abs=1e-5)
    assert float((seen[1:] - seen[:-1]).max()) == pytest.approx((n - 1) / (s * n - 1), abs=1e-5)


def test_linear_ramps_are_exact_away_from_the_border() -> None:
    seen = linear(torch.arange(8.0), 16, align_corners=False)
    torch.testing.assert_close(seen[1:-1], (torch.arange(1.0, 15.0) + 0.5) / 2 - 0.5)


def test_bilinear_example() -> None:
    image = torch.tensor([[0.0, 10.0], [20.0, 30.0]])
    rows = image @ torch.tensor([0.75, 0.25])
    assert rows.tolist() == [2.5, 22.5]
    assert float(rows.mean()) == 12.5
    found = interpolate(image[None, None], size=(3, 4), mode="bilinear", align_corners=False)
    assert float(found[0, 0, 1, 1]) == pytest.approx(
        12.5
    )  # row (1 + 1/2) 2/3 - 1/2, column (1 + 1/2)/2 - 1/2


def test_bilinear_downsampling_skips_pixels() -> None:
    x = torch.arange(16.0)
    for position in range(16):
        changed = x.clone()
        changed[position] += 100
        moved = not torch.equal(linear(changed, 4, False), linear(x, 4, False))
        assert moved == (position % 4 in (1, 2))
        smooth = [
            interpolate(y.view(1, 1, 1, 16), size=(1, 4), mode="bilinear", antialias=True)
            for y in (x, changed)
        ]
        assert not torch.equal(*smooth)


def test_nearest_conventions() -> None:
    x = torch.arange(10.0).view(1, 1, 10)
    assert interpolate(x, size=4, mode="nearest")[0, 0].tolist() == [0, 2, 5, 7]
    assert interpolate(x, size=4, mode="nearest-exact")[0, 0].tolist() == [1, 3, 6, 8]
    doubled = interpolate(x, scale_factor=2, mode="nearest")[0, 0]
    assert doubled.tolist() == [i // 2 for i in range(20)]


@pytest.mark.parametrize(("n", "k", "s", "p"), [(4, 3, 2, 1), (5, 4, 2, 1), (3, 5, 3, 0), (6, 2, 2, 0)])
def test_transposed_convolution(n: int, k: int, s: int, p: int, generator: torch.Generator) -> None:
    x, w = torch.randn(1, 2, n, n, generator=generator), torch.randn(2, 3, k, k, generator=generator)
    y = conv_transpose2d(x, w, stride=s, padding=p)
    m = (n - 1) * s - 2 * p + k
    assert y.shape == (1, 3, m, m)
    image = torch.zeros(1, 3, m, m, requires_grad=True)
    (gradient,) = torch.autograd.grad(conv2d(image, w, stride=s, padding=p), image, x)
    torch.testing.assert_close(y, gradient, rtol=1e-4, atol=1e-4)
    spread = torch.zeros(1, 2, (n - 1) * s + 1, (n - 1) * s + 1)
    spread[..., ::s, ::s] = x
    flipped = w.flip(2, 3).transpose(0, 1)
    torch.testing.assert_close(y, conv2d(spread, flipped, padding=k - 1 - p), rtol=1e-4, atol=1e-4)


def test_painting_formula(generator: torch.Generator) -> None:
    n, k, s, p = 5, 4, 3, 1
    x, w = torch.randn(n, generator=generator), torch.randn(k, generator=generator)
    y = conv_transpose1d(x[None, None], w[None, None], stride=s, padding=p)[0, 0]
    for j, value in enumerate(y.tolist()):
        taps = [(i, j - i * s + p) for i in range(n) if 0 <= j - i * s + p < k]
        assert all(t % s == (j + p) % s for _, t in taps)
        assert value == pytest.approx(sum(float(x[i] * w[t]) for i, t in taps), abs=1e-5)


def test_several_sizes_share_an_output_size() -> None:
    sizes = [(m + 2 - 3) // 2 + 1 for m in (6, 7, 8, 9)]
    assert sizes == [3, 4, 4, 5]
    layer = torch.nn.ConvTranspose2d(64, 32, kernel_size=4, stride=2)
    assert tuple(layer.weight.shape) == (64, 32, 4, 4)


def test_checkerboard_counts() -> None:
    y = conv_transpose2d(torch.ones(1, 1, 6, 6), torch.ones(1, 1, 3, 3), stride=2)[0, 0, 4:6, 4:6]
    assert sorted(y.flatten().tolist()) == [1, 2, 2, 4]
    uneven = conv_transpose1d(torch.ones(1, 1, 6), torch.tensor([[[1.0, 2.0, 3.0, 4.0]]]), stride=2)[
        0, 0, 2:-2
    ]
    assert set(uneven.tolist()) == {1.0 + 3.0, 2.0 + 4.0}
    x = torch.zeros(1, 1, 13, 13, requires_grad=True)
    (gradient,) = torch.autograd.grad(conv2d(x, torch.ones(1, 1, 3, 3), stride=2).sum(), x)
    assert sorted(gradient[0, 0, 4:6, 4:6].flatten().tolist()) == [1, 2, 2, 4]


def test_bilinear_kernel(generator: torch.Generator) -> None:
    x = torch.randn(7, generator=generator)
    kernel = torch.tensor([0.25, 0.75, 0.75, 0.25])
    found = conv_transpose1d(x[None, None], kernel[None, None], stride=2, padding=1)[0, 0]
    expected = linear(x, 14, align_corners=False)
    torch.testing.assert_close(found[1:-1], expected[1:-1])


def test_unpooling_keeps_the_places(generator: torch.Generator) -> None:
    x = torch.rand(1, 1, 4, 4, generator=generator) + 1
    pooled, indices = max_pool2d(x, 2, return_indices=True)
    restored = max_unpool2d(pooled, indices, [2, 2])
    assert int((restored != 0).sum()) == 4
    assert torch.equal(restored[restored != 0], x[restored != 0])


@pytest.mark.parametrize(("r", "k", "pad"), [(2, 3, 1), (3, 3, 1), (2, 5, 2), (2, 1, 0)])
def test_sub_pixel_convolution_is_a_transposed_convolution(
    r: int, k: int, pad: int, generator: torch.Generator
) -> None:
    c_in, c_out = 3, 2
    x = torch.randn(1, c_in, 6, 6, generator=generator)
    w = torch.randn(c_out * r * r, c_in, k, k, generator=generator)
    expected = pixel_shuffle(conv2d(x, w, padding=pad), r)
    kernel = torch.zeros(c_in, c_out, k * r, k * r)
    for c in range(c_out):
        for i in range(r):
            for j in range(r):
                kernel[:, c, i::r, j::r] = w[c * r * r + i * r + j].flip(1, 2)
    found = conv_transpose2d(x, kernel, stride=r, padding=r * (k - 1 - pad))
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_pixel_shuffle_index() -> None:
    c, r, h, w = 2, 3, 4, 5
    x = torch.arange(c * r * r * h * w).view(1, c * r * r, h, w)
    y = pixel_shuffle(x, r)
    assert y.shape == (1, c, r * h, r * w)
    assert int(y[0, 1, 2 * r + 1, 3 * r + 2]) == int(x[0, 1 * r * r + 1 * r + 2, 2, 3])


def test_icnr_and_its_bug(note_function: Finder) -> None:
    r, c = 2, 3
    conv = torch.nn.Conv2d(4, c * r * r, 3, padding=1, bias=False)
    x = torch.randn(1, 4, 6, 6, generator=torch.Generator().manual_seed(0))
    base = torch.randn(c, 4, 3, 3, generator=torch.Generator().manual_seed(1))
    conv.weight.data = base.repeat_interleave(r**2, dim=0)
    expected = interpolate(conv2d(x, base, padding=1), scale_factor=r, mode="nearest")
    torch.testing.assert_close(pixel_shuffle(conv(x), r), expected, rtol=1e-4, atol=1e-4)

    def blocks_are_constant(channels: int) -> bool:
        layer = torch.nn.Conv2d(4, channels * r * r, 3, padding=1, bias=False)
        torch.manual_seed(0)
        note_function(NOTE, "icnr")(layer, r)
        y = pixel_shuffle(layer(x), r)
        repeated = interpolate(y[..., ::r, ::r], scale_factor=r, mode="nearest")
        return torch.allclose(y, repeated, atol=1e-5)

    assert not blocks_are_constant(c)
    assert blocks_are_constant(1)


def test_carafe_reassembles_the_source_neighbourhood(note_function: Finder) -> None:
    """Compare with the definition, pixel by pixel."""
    generator = torch.Generator().manual_seed(0)
    k, up, h, w = 5, 2, 4, 6
    x = torch.randn(1, 3, h, w, generator=generator)
    compress = torch.randn(2, 3, 1, 1, generator=generator)
    encode = torch.randn(up * up * k * k, 2, 3, 3, generator=generator)
    found = note_function(NOTE, "carafe")(x, compress, encode, up, k)
    kernels = pixel_shuffle(conv2d(conv2d(x, compress), encode, padding=1), up).softmax(1)
    padded = torch.nn.functional.pad(x, (2, 2, 2, 2))
    for row, column in [(0, 0), (3, 7), (7, 11), (4, 5)]:
        patch = padded[0, :, row // up : row // up + k, column // up : column // up + k]
        expected = (patch * kernels[0, :, row, column].view(k, k)).sum((1, 2))
        torch.testing.assert_close(found[0, :, row, column], expected, rtol=1e-4, atol=1e-4)


def test_costs_of_carafe_and_its_rivals() -> None:
    c, compressed, up, k, encoder = 256, 64, 2, 5, 3
    cost = 2 * (c + 1) * compressed + 2 * (compressed * encoder**2 + 1) * up**2 * k**2 + 2 * up**2 * k**2 * c
    assert round(cost / 1e3) == 199
    layers = [torch.nn.Conv2d(c, compressed, 1), torch.nn.Conv2d(compressed, up**2 * k**2, encoder)]
    assert round(sum(p.numel() for layer in layers for p in layer.parameters()) / 1e3) == 74
    assert up**2 * k**2 == 100
    transposed = torch.nn.ConvTranspose2d(c, c, 3, stride=2, bias=False)
    assert 2 * transposed.weight.numel() / 1e6 == pytest.approx(1.2, abs=0.03)
    shuffled = torch.nn.Conv2d(c, c * up**2, 3, bias=False)
    assert 2 * shuffled.weight.numel() / 1e6 == pytest.approx(4.7, abs=0.03)
