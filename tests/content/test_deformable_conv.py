"""The facts of the note on deformable convolution, computed."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.nn.functional import conv2d, grid_sample

NOTE = "vision/deformable_conv.md"

Finder = Callable[[str, str], Any]
Layer = Callable[..., torch.Tensor]


@pytest.fixture(scope="module")
def sample(note_function: Finder) -> Layer:
    found: Layer = note_function(NOTE, "sample")
    return found


@pytest.fixture(scope="module")
def deform_conv2d(note_function: Finder) -> Layer:
    found: Layer = note_function(NOTE, "deform_conv2d")
    return found


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def points() -> torch.Tensor:
    """The 3 x 3 grid as (row, column), shape (9, 2)."""
    return torch.tensor([(float(r), float(c)) for r in (-1, 0, 1) for c in (-1, 0, 1)])


def test_sampling_is_the_sum_over_all_pixels(sample: Layer, generator: torch.Generator) -> None:
    h, w = 5, 6
    x = torch.randn(2, 3, h, w, generator=generator)
    rows, columns = 8 * torch.rand(2, 2, 40, generator=generator) - 1.5
    near_rows = (1 - (rows[..., None] - torch.arange(h)).abs()).clamp(min=0)
    near_columns = (1 - (columns[..., None] - torch.arange(w)).abs()).clamp(min=0)
    expected = torch.einsum("bchw,bnh,bnw->bcn", x, near_rows, near_columns)
    torch.testing.assert_close(sample(x, rows, columns), expected, rtol=1e-4, atol=1e-5)
    grid = torch.stack([2 * columns / (w - 1) - 1, 2 * rows / (h - 1) - 1], -1)[:, None]
    theirs = grid_sample(x, grid, padding_mode="zeros", align_corners=True)[:, :, 0]
    torch.testing.assert_close(sample(x, rows, columns), theirs, rtol=1e-4, atol=1e-5)


def test_example_of_the_note(sample: Layer) -> None:
    x = torch.tensor([[1.0, 3.0], [2.0, 8.0]]).view(1, 1, 2, 2)
    row, column = torch.tensor([[0.5]], requires_grad=True), torch.tensor([[0.25]], requires_grad=True)
    value = sample(x, row, column)
    by_row, by_column = torch.autograd.grad(value.sum(), [row, column])
    assert (float(value.detach()), float(by_column), float(by_row)) == (2.5, 4.0, 2.0)


def test_gradients_of_the_sample(sample: Layer, generator: torch.Generator) -> None:
    """The formulas of the note, and the one-sided difference at a pixel."""
    x = torch.randn(1, 1, 4, 4, generator=generator, requires_grad=True)
    b, a = 0.3, 0.8
    row, column = torch.tensor([[1 + b]], requires_grad=True), torch.tensor([[2 + a]], requires_grad=True)
    grads = torch.autograd.grad(sample(x, row, column).sum(), [x, row, column])
    pixels = x.detach()[0, 0]
    (x00, x01), (x10, x11) = pixels[1:3, 2:4].tolist()
    assert float(grads[2]) == pytest.approx((1 - b) * (x01 - x00) + b * (x11 - x10), abs=1e-5)
    assert float(grads[1]) == pytest.approx((1 - a) * (x10 - x00) + a * (x11 - x01), abs=1e-5)
    shares = torch.tensor([[(1 - b) * (1 - a), (1 - b) * a], [b * (1 - a), b * a]])
    torch.testing.assert_close(grads[0][0, 0, 1:3, 2:4], shares)
    assert float(grads[0].sum()) == pytest.approx(1)
    whole = torch.tensor([[2.0]], requires_grad=True)
    (slope,) = torch.autograd.grad(sample(x, torch.tensor([[1.0]]), whole).sum(), whole)
    assert float(slope) == pytest.approx(float(pixels[1, 3] - pixels[1, 2]), abs=1e-6)


def test_no_gradient_on_flat_ground_or_outside(sample: Layer) -> None:
    x = torch.zeros(1, 1, 9, 9)
    x[..., 7:] = 5.0  # an edge far to the right
    for position in (2.4, -3.6, 14.2):
        column = torch.tensor([[position]], requires_grad=True)
        (slope,) = torch.autograd.grad(sample(x, torch.tensor([[4.0]]), column).sum(), column)
        assert float(slope) == 0


@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_zero_offsets_and_dilation(deform_conv2d: Layer, dilation: int, generator: torch.Generator) -> None:
    x, weight = torch.randn(2, 3, 9, 9, generator=generator), torch.randn(4, 3, 3, 3, generator=generator)
    offset = ((dilation - 1) * points()).reshape(1, 18, 1, 1).expand(2, 18, 9, 9)
    expected = conv2d(x, weight, padding=dilation, dilation=dilation)
    torch.testing.assert_close(deform_conv2d(x, offset, weight), expected, rtol=1e-4, atol=1e-4)


def test_rotation(deform_conv2d: Layer, generator: torch.Generator) -> None:
    """(0, 1) moves by (1, -1) to (1, 0); the whole kernel turns."""
    turn = torch.tensor([[0.0, 1.0], [-1.0, 0.0]])
    shift = points() @ turn.T - points()
    assert shift[5].tolist() == [1.0, -1.0]
    x, weight = torch.randn(1, 3, 7, 7, generator=generator), torch.randn(4, 3, 3, 3, generator=generator)
    found = deform_conv2d(x, shift.reshape(1, 18, 1, 1).expand(1, 18, 7, 7), weight)
    rotated = conv2d(x, torch.rot90(weight, -1, (2, 3)), padding=1)
    torch.testing.assert_close(found, rotated, rtol=1e-4, atol=1e-4)


def test_translation_equivariance(deform_conv2d: Layer, generator: torch.Generator) -> None:
    x = torch.zeros(1, 2, 20, 20)
    x[..., 5:11, 5:11] = torch.randn(2, 6, 6, generator=generator)
    branch = 0.3 * torch.randn(18, 2, 3, 3, generator=generator)
    weight = torch.randn(3, 2, 3, 3, generator=generator)

    def layer(image: torch.Tensor) -> torch.Tensor:
        return deform_conv2d(image, conv2d(image, branch, padding=1), weight)

    moved = layer(x.roll((3, 2), (2, 3)))
    torch.testing.assert_close(moved, layer(x).roll((3, 2), (2, 3)), rtol=1e-3, atol=1e-4)
    turned = layer(torch.rot90(x, 1, (2, 3)))
    assert not torch.allclose(turned, torch.rot90(layer(x), 1, (2, 3)), atol=0.1)


def test_zero_branch_receives_gradient(deform_conv2d: Layer, generator: torch.Generator) -> None:
    x, weight = torch.randn(1, 2, 6, 6, generator=generator), torch.randn(3, 2, 3, 3, generator=generator)
    branch = torch.zeros(18, 2, 3, 3, requires_grad=True)
    y = deform_conv2d(x, conv2d(x, branch, padding=1), weight)
    (gradient,) = torch.autograd.grad(y.square().sum(), branch)
    assert bool((gradient != 0).all())


def test_modulation(deform_conv2d: Layer, generator: torch.Generator) -> None:
    x, weight = torch.randn(1, 2, 6, 6, generator=generator), torch.randn(3, 2, 3, 3, generator=generator)
    branch = torch.zeros(27, 2, 3, 3)
    out = conv2d(x, branch, padding=1)
    offset, mask = out[:, :18], out[:, 18:].sigmoid()
    half = deform_conv2d(x, offset, weight, mask)
    torch.testing.assert_close(half, conv2d(x, weight, padding=1) / 2, rtol=1e-4, atol=1e-5)
    off = mask.clone()
    off[:, 4] = 0
    without_centre = weight.clone()
    without_centre[..., 1, 1] = 0
    found = deform_conv2d(x, offset, weight, 2 * off)
    torch.testing.assert_close(found, conv2d(x, without_centre, padding=1), rtol=1e-4, atol=1e-5)


def test_detached_fraction_gives_the_offset_no_gradient(note_function: Finder) -> None:
    u = torch.tensor([0.3, 1.6], requires_grad=True)
    x = torch.tensor([1.0, 4.0, 2.0], requires_grad=True)
    y = note_function(NOTE, "sample_1d")(x, u)
    assert y.tolist() == pytest.approx([1.9, 2.8])
    to_x, to_u = torch.autograd.grad(y.sum(), [x, u], allow_unused=True)
    assert to_x is not None
    assert to_u is None


def test_cost_of_the_offset_branch() -> None:
    branch = torch.nn.Conv2d(512, 18, 3, bias=False).weight.numel()
    main = torch.nn.Conv2d(512, 512, 3, bias=False).weight.numel()
    assert branch == 82944
    assert branch / main == 18 / 512 == pytest.approx(0.035, abs=2e-4)


def test_roi_offset() -> None:
    size, relative = torch.tensor([100.0, 60.0]), torch.tensor([0.5, -0.2])
    assert (0.1 * relative * size).tolist() == pytest.approx([5, -1.2])
