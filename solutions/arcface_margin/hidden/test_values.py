"""Values against the definition in float64.

Embeddings are placed at drawn angles from the weight of their label, 0.02 and more from the rule's jumps.
The margin multiplies a rounding error of the cosine by sin(θ + m) / sin θ, hence the tolerance for float32;
float64 has the same one, so that a small number added to a length does no harm, and a check of its own.
"""

import math
from random import Random
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from grader.suite import assert_close_to_reference, assert_tensor

FLOOR = {torch.float64: 2e-4, torch.float32: 2e-4, torch.float16: 8e-3, torch.bfloat16: 6e-2}
EXACT = 1e-8
BEFORE_PI = 2.4  # with m = 0.5
DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
HALVES = pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=["float16", "bfloat16"])
MODES = pytest.mark.parametrize("easy", [False, True], ids=["default", "easy_margin"])


def reference(embeddings: Tensor, weight: Tensor, labels: Tensor, s: float, m: float, easy: bool) -> Tensor:
    """The definition: cosines, the angle of the target, the margin."""
    working = torch.promote_types(embeddings.dtype, torch.float32)
    unit, directions = (functional.normalize(each.to(working)) for each in (embeddings, weight))
    cosine = (unit @ directions.T).clamp(-1, 1)
    angle = torch.acos(cosine)
    if easy:
        target = torch.where(cosine > 0, torch.cos(angle + m), cosine)
    else:
        target = torch.where(angle + m <= math.pi, torch.cos(angle + m), cosine - m * math.sin(math.pi - m))
    is_target = functional.one_hot(labels, len(weight)).bool()
    return (s * torch.where(is_target, target, cosine)).to(embeddings.dtype)


def draw_angles(torch_rng: torch.Generator, count: int, low: float, high: float, jump: float) -> Tensor:
    """Angles [count], one from each part of the range from `low` to `high`, none within 0.02 of the jump."""
    parts = torch.randperm(count, generator=torch_rng)
    angles = (
        low + (high - low) * (parts + torch.rand(count, dtype=torch.float64, generator=torch_rng)) / count
    )
    return torch.where((angles - jump).abs() < 0.02, jump - 0.05, angles)


def place(
    torch_rng: torch.Generator, angles: Tensor, classes: int = 6, dim: int = 8
) -> tuple[Tensor, Tensor, Tensor]:
    """Embeddings [B, D] at these angles [B] from the weights [C, D] of their labels, all of length 1."""
    weight = torch.randn(classes, dim, dtype=torch.float64, generator=torch_rng)
    labels = torch.randint(classes, angles.shape, generator=torch_rng)
    weight = functional.normalize(weight)
    along = weight[labels]
    beside = torch.randn(along.shape, dtype=torch.float64, generator=torch_rng)
    beside = functional.normalize(beside - (beside * along).sum(1, keepdim=True) * along)
    return torch.cos(angles)[:, None] * along + torch.sin(angles)[:, None] * beside, weight, labels


def stretch(torch_rng: torch.Generator, rows: Tensor, decades: float = 1.0) -> Tensor:
    """The rows with lengths between 10^-decades and 10^decades."""
    exponents = decades * (2 * torch.rand(len(rows), 1, dtype=torch.float64, generator=torch_rng) - 1)
    return rows * 10**exponents


def check(
    submission: Any,
    embeddings: Tensor,
    weight: Tensor,
    labels: Tensor,
    *,
    s: float = 30.0,
    m: float = 0.5,
    easy: bool = False,
    floor: float | None = None,
) -> None:
    expected = reference(embeddings.double(), weight.double(), labels, s, m, easy)
    trusted = reference(embeddings, weight, labels, s, m, easy)
    logits = submission.arcface_logits(embeddings, weight, labels, s=s, m=m, easy_margin=easy)
    name = f"matrix of logits (s = {s:g}, m = {m:g}, easy_margin = {easy})"
    assert_close_to_reference(logits, expected, trusted, floor=floor or FLOOR[embeddings.dtype], name=name)


def jump_at(m: float, easy: bool) -> float:
    return math.pi / 2 if easy else math.pi - m


def check_angles(
    submission: Any,
    torch_rng: torch.Generator,
    low: float,
    high: float,
    *,
    dtype: torch.dtype = torch.float64,
    s: float = 30.0,
    m: float = 0.5,
    easy: bool = False,
) -> None:
    angles = draw_angles(torch_rng, 40, low, high, jump_at(m, easy))
    embeddings, weight, labels = place(torch_rng, angles)
    embeddings, weight = (stretch(torch_rng, each).to(dtype) for each in (embeddings, weight))
    check(submission, embeddings, weight, labels, s=s, m=m, easy=easy)


@MODES
@DTYPES
def test_any_angle(
    submission: Any, torch_rng: torch.Generator, rng: Random, dtype: torch.dtype, easy: bool
) -> None:
    """Targets at any angle, with any margin"""
    for m in (0.1, 0.5, rng.uniform(0.2, 1.4), 1.5):
        check_angles(submission, torch_rng, 0.1, math.pi - 0.1, dtype=dtype, m=m, easy=easy)


@DTYPES
def test_before_pi(submission: Any, torch_rng: torch.Generator, rng: Random, dtype: torch.dtype) -> None:
    """Targets with θ + m below π"""
    for m in (0.3, rng.uniform(0.4, 0.9), 1.3):
        check_angles(submission, torch_rng, 0.1, math.pi - m - 0.03, dtype=dtype, m=m)


@DTYPES
def test_past_pi(submission: Any, torch_rng: torch.Generator, rng: Random, dtype: torch.dtype) -> None:
    """Targets with θ + m beyond π"""
    for m in (0.3, rng.uniform(0.4, 0.9), 1.3):
        check_angles(submission, torch_rng, math.pi - m + 0.03, math.pi - 0.1, dtype=dtype, m=m)


@pytest.mark.parametrize("side", ["positive", "negative"])
def test_easy_margin(submission: Any, torch_rng: torch.Generator, rng: Random, side: str) -> None:
    """easy_margin with targets whose cosine is positive, and with targets whose cosine is negative"""
    low, high = (0.1, math.pi / 2 - 0.03) if side == "positive" else (math.pi / 2 + 0.03, math.pi - 0.1)
    for m in (0.3, rng.uniform(0.4, 0.9), 1.3):
        check_angles(submission, torch_rng, low, high, m=m, easy=True)


@MODES
def test_double_precision(submission: Any, torch_rng: torch.Generator, easy: bool) -> None:
    """float64 inputs are computed in float64"""
    angles = draw_angles(torch_rng, 40, 0.2, math.pi - 0.2, jump_at(0.5, easy))
    embeddings, weight, labels = place(torch_rng, angles)
    check(submission, embeddings * 5000, weight * 5000, labels, easy=easy, floor=EXACT)


@MODES
def test_close_to_the_axis(submission: Any, torch_rng: torch.Generator, easy: bool) -> None:
    """Targets at angles of a few hundredths from 0 and from π"""
    for low in (0.01, math.pi - 0.1):
        check_angles(submission, torch_rng, low, low + 0.09, m=0.5, easy=easy)


@MODES
def test_no_margin(submission: Any, torch_rng: torch.Generator, easy: bool) -> None:
    """m = 0 gives the plain scaled cosines"""
    angles = draw_angles(torch_rng, 40, 0.1, math.pi - 0.1, jump_at(0.0, easy))
    embeddings, weight, labels = place(torch_rng, angles)
    expected = 30.0 * functional.cosine_similarity(embeddings[:, None], weight, dim=-1)
    logits = submission.arcface_logits(embeddings * 3, weight * 0.5, labels, s=30.0, m=0.0, easy_margin=easy)
    assert_close_to_reference(logits, expected, expected, floor=2e-4, name="matrix of logits with m = 0")


@MODES
def test_other_classes(submission: Any, torch_rng: torch.Generator, easy: bool) -> None:
    """Classes other than the target keep their scaled cosine"""
    angles = draw_angles(torch_rng, 40, 0.1, BEFORE_PI, jump_at(0.5, easy))
    embeddings, weight, labels = place(torch_rng, angles)
    expected = 30.0 * embeddings @ weight.T
    logits = submission.arcface_logits(embeddings, weight, labels, s=30.0, m=0.5, easy_margin=easy)
    assert_tensor(logits, like=expected)
    others = functional.one_hot(labels, len(weight)) == 0
    assert_close_to_reference(
        logits[others], expected[others], expected[others], floor=2e-4, name="list of the other logits"
    )


@pytest.mark.parametrize("which", ["embeddings", "weight"])
def test_lengths(submission: Any, torch_rng: torch.Generator, which: str) -> None:
    """The lengths of the embeddings, and those of the weights, make no difference"""
    angles = draw_angles(torch_rng, 30, 0.1, BEFORE_PI, jump_at(0.5, False))
    embeddings, weight, labels = place(torch_rng, angles)
    if which == "embeddings":
        embeddings = stretch(torch_rng, embeddings, decades=2)
    else:
        weight = stretch(torch_rng, weight, decades=2)
    check(submission, embeddings, weight, labels)


@MODES
def test_scale(submission: Any, torch_rng: torch.Generator, rng: Random, easy: bool) -> None:
    """The scale multiplies every logit once, the target's included"""
    for s in (1.0, rng.uniform(2, 60), 100.0):
        check_angles(submission, torch_rng, 0.1, math.pi - 0.1, s=s, easy=easy)


def test_default_arguments(submission: Any, torch_rng: torch.Generator) -> None:
    """Without further arguments s is 64, m is 0.5 and easy_margin is off"""
    angles = draw_angles(torch_rng, 30, 0.1, BEFORE_PI, jump_at(0.5, False))
    embeddings, weight, labels = place(torch_rng, angles)
    expected = reference(embeddings, weight, labels, 64.0, 0.5, False)
    logits = submission.arcface_logits(embeddings, weight, labels)
    assert_close_to_reference(logits, expected, expected, floor=2e-4, name="matrix of logits")


def test_one_sample(submission: Any, torch_rng: torch.Generator) -> None:
    """A batch of one sample, and a single class"""
    for classes in (5, 2, 1):
        for angle in (0.4, 1.4, 2.2):
            angles = torch.tensor([angle], dtype=torch.float64)
            check(submission, *place(torch_rng, angles, classes))


def test_labels(submission: Any, torch_rng: torch.Generator) -> None:
    """Every label in turn, and batches in which all labels are equal"""
    directions, noise = torch.randn(2, 6, 8, dtype=torch.float64, generator=torch_rng)
    beside = functional.normalize(noise)
    along = 2 * functional.normalize(directions)  # along + beside is at most 30 degrees off
    for order in (torch.arange(6), torch.arange(6).flip(0)):
        check(submission, along[order] + beside, directions, order)
    for label in (0, 3, 5):
        check(submission, along[label] + beside, directions, torch.full((6,), label))


@MODES
def test_strides(submission: Any, torch_rng: torch.Generator, easy: bool) -> None:
    """Inputs that are not contiguous in memory"""
    angles = draw_angles(torch_rng, 12, 0.1, BEFORE_PI, jump_at(0.5, easy))
    embeddings, weight, labels = place(torch_rng, angles)
    spread = torch.stack([labels, labels], dim=1)[:, 0]
    check(submission, embeddings.T.contiguous().T, weight.T.contiguous().T, spread, easy=easy)


def test_many_classes(submission: Any, torch_rng: torch.Generator) -> None:
    """64 embeddings with 128 dimensions, 1,000 classes"""
    angles = draw_angles(torch_rng, 64, 0.1, BEFORE_PI, jump_at(0.5, False))
    embeddings, weight, labels = place(torch_rng, angles, classes=1000, dim=128)
    embeddings, weight = (stretch(torch_rng, each).float() for each in (embeddings, weight))
    check(submission, embeddings, weight, labels, s=64.0)


@pytest.mark.parametrize("dtype", list(FLOOR), ids=lambda dtype: str(dtype).removeprefix("torch."))
def test_shape_and_dtype(submission: Any, torch_rng: torch.Generator, dtype: torch.dtype) -> None:
    """The result has the shape [B, C] and the dtype of the embeddings"""
    for batch, classes, dim in ((4, 7, 3), (1, 2, 5), (6, 3, 2)):
        embeddings = torch.randn(batch, dim, generator=torch_rng).to(dtype)
        weight = torch.randn(classes, dim, generator=torch_rng).to(dtype)
        labels = torch.randint(classes, (batch,), generator=torch_rng)
        for easy in (False, True):
            logits = submission.arcface_logits(embeddings, weight, labels, easy_margin=easy)
            assert_tensor(logits, dtype=dtype, shape=(batch, classes))


@HALVES
def test_half_values(submission: Any, torch_rng: torch.Generator, dtype: torch.dtype) -> None:
    """Half-precision inputs, targets at any angle"""
    for easy in (False, True):
        check_angles(submission, torch_rng, 0.5, BEFORE_PI, dtype=dtype, easy=easy)


@HALVES
def test_half_precision(submission: Any, torch_rng: torch.Generator, dtype: torch.dtype) -> None:
    """Half-precision inputs lose nothing before the result is rounded, at small angles either

    A cosine rounded to the dtype moves such an angle by a tenth and the logit, which is small, by far more
    than its own rounding.
    """
    angles = draw_angles(torch_rng, 64, 0.1, 0.25, jump_at(1.4, False))
    embeddings, weight, labels = place(torch_rng, angles, classes=1, dim=32)
    rounding = torch.finfo(dtype).eps
    for easy in (False, True):
        check(
            submission,
            (3 * embeddings).to(dtype),
            (weight / 3).to(dtype),
            labels,
            s=64.0,
            m=1.4,
            easy=easy,
            floor=rounding,
        )


@pytest.mark.parametrize("which", ["embeddings", "weight"])
def test_half_overflow(submission: Any, torch_rng: torch.Generator, which: str) -> None:
    """float16 vectors whose squared length is beyond float16"""
    angles = draw_angles(torch_rng, 20, 0.5, 2.0, jump_at(0.5, False))
    embeddings, weight, labels = place(torch_rng, angles, dim=32)
    if which == "embeddings":
        embeddings = embeddings * 2000
    else:
        weight = weight * 2000
    check(submission, embeddings.half(), weight.half(), labels, s=64.0)
