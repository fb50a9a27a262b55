"""Gradients against their closed form.

With unit vectors x and w, d cos θ / dx = (w - cos θ x) / |x|, and the margin multiplies the target's part by
d cos(θ + m) / d cos θ = sin(θ + m) / sin θ. Angles lie at least 0.2 from 0 and π, and 0.02 from a jump.
"""

import math
from random import Random
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from grader.suite import assert_close_to_reference, assert_tensor

FLOOR = {torch.float64: 2e-4, torch.float32: 2e-4, torch.float16: 4e-2, torch.bfloat16: 1.5e-1}
BEFORE_PI = 2.4  # with m up to 0.7
DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
MODES = pytest.mark.parametrize("easy", [False, True], ids=["default", "easy_margin"])

Batch = tuple[Tensor, Tensor, Tensor]


def draw(
    torch_rng: torch.Generator,
    m: float,
    easy: bool,
    *,
    low: float = 0.2,
    high: float = BEFORE_PI,
    count: int = 10,
    classes: int = 4,
) -> Batch:
    """Embeddings [count, 6], the weight [classes, 6] and labels; all lengths differ.

    The angles to the targets come one from each part of the range from `low` to `high`.
    """
    weight = torch.randn(classes, 6, dtype=torch.float64, generator=torch_rng)
    labels = torch.randint(classes, (count,), generator=torch_rng)
    jump = math.pi / 2 if easy else math.pi - m
    parts = torch.randperm(count, generator=torch_rng)
    angles = (
        low + (high - low) * (parts + torch.rand(count, dtype=torch.float64, generator=torch_rng)) / count
    )
    angles = torch.where((angles - jump).abs() < 0.02, jump - 0.05, angles)[:, None]
    along = functional.normalize(weight)[labels]
    beside = torch.randn(along.shape, dtype=torch.float64, generator=torch_rng)
    beside = functional.normalize(beside - (beside * along).sum(1, keepdim=True) * along)
    lengths = 0.5 + 2 * torch.rand(count, 1, dtype=torch.float64, generator=torch_rng)
    return lengths * (torch.cos(angles) * along + torch.sin(angles) * beside), weight, labels


def closed_form(batch: Batch, upstream: Tensor, s: float, m: float, easy: bool) -> tuple[Tensor, Tensor]:
    """The products of `upstream` [B, C] with the Jacobian by embeddings [B, D] and by weight [C, D]."""
    embeddings, weight, labels = batch
    lengths, scales = embeddings.norm(dim=1, keepdim=True), weight.norm(dim=1, keepdim=True)
    unit, directions = embeddings / lengths, weight / scales
    cosine = unit @ directions.T
    angle = torch.acos(cosine)
    has_margin = cosine > 0 if easy else angle + m <= math.pi
    slope = torch.where(has_margin, torch.sin(angle + m) / torch.sin(angle), 1.0)
    slope = torch.where(functional.one_hot(labels, len(weight)).bool(), slope, 1.0)
    pull = s * upstream * slope
    weighted = pull * cosine
    return (
        (pull @ directions - weighted.sum(1, keepdim=True) * unit) / lengths,
        (pull.T @ unit - weighted.sum(0)[:, None] * directions) / scales,
    )


def check(
    submission: Any,
    batch: Batch,
    upstream: Tensor,
    *,
    s: float = 20.0,
    m: float = 0.5,
    easy: bool = False,
    dtype: torch.dtype = torch.float64,
) -> None:
    embeddings, weight = (each.to(dtype) for each in batch[:2])
    exact = embeddings.double(), weight.double(), batch[2]
    upstream = upstream.to(dtype)
    working = torch.promote_types(dtype, torch.float32)
    near = embeddings.to(working), weight.to(working), batch[2]
    expected = closed_form(exact, upstream.double(), s, m, easy)
    trusted = closed_form(near, upstream.to(working), s, m, easy)
    leaves = [each.clone().requires_grad_() for each in (embeddings, weight)]
    logits = submission.arcface_logits(*leaves, batch[2], s=s, m=m, easy_margin=easy)
    assert_tensor(logits, dtype=dtype, shape=tuple(upstream.shape))
    assert logits.requires_grad, "the logits carry no gradient (requires_grad is False)"
    gradients = torch.autograd.grad(logits, leaves, upstream)
    for name, got, wanted, model in zip(("embeddings", "weight"), gradients, expected, trusted, strict=True):
        assert_close_to_reference(
            got,
            wanted,
            model.to(dtype),
            floor=FLOOR[dtype],
            name=f"gradient by {name} (m = {m:g}, easy_margin = {easy})",
        )


def noise(torch_rng: torch.Generator) -> Tensor:
    return torch.randn(10, 4, dtype=torch.float64, generator=torch_rng)


@MODES
@DTYPES
def test_any_angle(
    submission: Any, torch_rng: torch.Generator, rng: Random, dtype: torch.dtype, easy: bool
) -> None:
    """The gradient by embeddings and weight, targets at any angle"""
    for m in (0.3, 0.5, rng.uniform(0.6, 1.4)):
        batch = draw(torch_rng, m, easy, high=math.pi - 0.2)
        check(submission, batch, noise(torch_rng), m=m, easy=easy, dtype=dtype)


@MODES
def test_through_the_target(submission: Any, torch_rng: torch.Generator, easy: bool) -> None:
    """The gradient that comes from the target's logits alone, through the margin"""
    m = 0.7
    batch = draw(torch_rng, m, easy, high=1.5)
    upstream = noise(torch_rng) * functional.one_hot(batch[2], 4)
    check(submission, batch, upstream, m=m, easy=easy)


@MODES
def test_through_the_others(submission: Any, torch_rng: torch.Generator, easy: bool) -> None:
    """The gradient that comes from the logits of the other classes alone"""
    batch = draw(torch_rng, 0.5, easy)
    upstream = noise(torch_rng) * (1 - functional.one_hot(batch[2], 4))
    check(submission, batch, upstream, easy=easy)


def test_past_pi(submission: Any, torch_rng: torch.Generator) -> None:
    """The gradient of targets with θ + m beyond π"""
    for m in (0.6, 1.2):
        batch = draw(torch_rng, m, False, low=math.pi - m + 0.06, high=math.pi - 0.2)
        check(submission, batch, noise(torch_rng), m=m)


@MODES
def test_no_margin(submission: Any, torch_rng: torch.Generator, easy: bool) -> None:
    """The gradient with m = 0 is that of the plain scaled cosines"""
    check(submission, draw(torch_rng, 0.0, easy), noise(torch_rng), m=0.0, easy=easy)


@MODES
def test_of_the_loss(submission: Any, torch_rng: torch.Generator, easy: bool) -> None:
    """The gradient of the cross-entropy loss"""
    batch = draw(torch_rng, 0.5, easy)
    logits = submission.arcface_logits(*batch, s=10.0, easy_margin=easy)
    assert_tensor(logits, dtype=torch.float64, shape=(10, 4))
    upstream = (logits.softmax(1) - functional.one_hot(batch[2], 4)) / 10
    check(submission, batch, upstream, s=10.0, easy=easy)


@pytest.mark.parametrize("which", ["embeddings", "weight"])
def test_of_one_input(submission: Any, torch_rng: torch.Generator, which: str) -> None:
    """The gradient by the embeddings alone, and by the weight alone"""
    batch = draw(torch_rng, 0.5, False)
    upstream = noise(torch_rng)
    position = 0 if which == "embeddings" else 1
    wanted = closed_form(batch, upstream, 20.0, 0.5, False)[position]
    arguments = [each.clone() for each in batch]
    leaf = arguments[position].requires_grad_()
    logits = submission.arcface_logits(*arguments, s=20.0)
    assert_tensor(logits, dtype=torch.float64, shape=(10, 4))
    assert logits.requires_grad, f"with a gradient wanted for the {which} alone, the logits carry none"
    (gradient,) = torch.autograd.grad(logits, leaf, upstream)
    assert_close_to_reference(gradient, wanted, wanted, floor=2e-4, name=f"gradient by {which}")


@MODES
def test_finite_differences(submission: Any, torch_rng: torch.Generator, easy: bool) -> None:
    """The gradient agrees with finite differences of the logits"""
    embeddings, weight, labels = draw(torch_rng, 0.5, easy, count=3, classes=3)
    leaves = [each.clone().requires_grad_() for each in (embeddings, weight)]

    def logits(x: Tensor, w: Tensor) -> Tensor:
        out: Tensor = submission.arcface_logits(x, w, labels, s=2.0, easy_margin=easy)
        assert_tensor(out, dtype=torch.float64, shape=(3, 3))
        return out

    assert logits(*leaves).requires_grad, "the logits carry no gradient (requires_grad is False)"
    torch.autograd.gradcheck(logits, leaves, check_undefined_grad=False)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=["float16", "bfloat16"])
def test_half_precision(submission: Any, torch_rng: torch.Generator, dtype: torch.dtype) -> None:
    """The gradient of half-precision inputs has their dtype, and is right"""
    check(submission, draw(torch_rng, 0.5, False, low=0.5), noise(torch_rng), dtype=dtype)
