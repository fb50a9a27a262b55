"""What must be refused, and what must be left alone."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.suite import violation

Q, K = (1, 2, 5, 16), (1, 2, 7, 16)


def refused(submission: Any, what: str, q: Tensor, k: Tensor, v: Tensor, **options: Any) -> None:
    with violation(what):
        submission.flash_attention(q, k, v, **options)


@pytest.mark.parametrize(
    ("q", "k", "v"),
    [
        ((2, 5, 16), (2, 7, 16), (2, 7, 16)),
        ((2, 2, 5, 16), K, K),
        ((1, 1, 5, 16), K, K),
        ((1, 2, 5, 32), K, K),
        (Q, K, (1, 2, 7, 32)),
        (Q, K, (1, 2, 8, 16)),
        (Q, K, (1, 1, 7, 16)),
    ],
    ids=["3-d", "batch", "heads", "head_dim", "head_dim-of-v", "length-of-v", "heads-of-v"],
)
def test_shapes(submission: Any, q: tuple[int, ...], k: tuple[int, ...], v: tuple[int, ...]) -> None:
    """Shapes that do not fit together are refused"""
    refused(submission, f"q {q}, k {k}, v {v}", torch.ones(q), torch.ones(k), torch.ones(v))


@pytest.mark.parametrize("head_dim", [8, 24, 48, 256])
def test_head_dim(submission: Any, head_dim: int) -> None:
    """A head_dim other than 16, 32, 64 and 128 is refused"""
    refused(submission, f"head_dim = {head_dim}", *(torch.ones(1, 1, n, head_dim) for n in (5, 7, 7)))


@pytest.mark.parametrize(
    ("q", "k"), [((1, 2, 0, 16), K), (Q, (1, 2, 0, 16)), ((1, 0, 5, 16), (1, 0, 7, 16))], ids=str
)
def test_empty(submission: Any, q: tuple[int, ...], k: tuple[int, ...]) -> None:
    """A dimension of size 0 is refused"""
    refused(submission, f"q {q}, k and v {k}", torch.ones(q), torch.ones(k), torch.ones(k))


@pytest.mark.parametrize("odd", [0, 1, 2], ids=["q", "k", "v"])
def test_mixed_dtypes(submission: Any, odd: int) -> None:
    """Different dtypes are refused"""
    arguments = [torch.ones(shape) for shape in (Q, K, K)]
    arguments[odd] = arguments[odd].half()
    refused(submission, "a mixture of float32 and float16", *arguments)


@pytest.mark.parametrize("dtype", [torch.float64, torch.int32], ids=["float64", "int32"])
def test_other_dtypes(submission: Any, dtype: torch.dtype) -> None:
    """A dtype other than float32, float16 and bfloat16 is refused"""
    refused(submission, f"{dtype}", *(torch.ones(shape, dtype=dtype) for shape in (Q, K, K)))


@pytest.mark.parametrize("scale", [math.inf, -math.inf, math.nan], ids=["inf", "minus-inf", "nan"])
def test_scale(submission: Any, scale: float) -> None:
    """A scale that is not finite is refused"""
    refused(submission, f"scale = {scale}", *(torch.ones(shape) for shape in (Q, K, K)), scale=scale)


@pytest.mark.instrumented
@pytest.mark.parametrize("causal", [False, True], ids=["full", "causal"])
def test_arguments_unchanged(submission: Any, torch_rng: torch.Generator, causal: bool) -> None:
    """q, k and v are left as they were"""
    for n in (1, 70):
        q, k, v = (torch.randn(1, 2, n, 16, generator=torch_rng) for _ in range(3))
        submission.flash_attention(q, k, v, causal=causal)
        assert not submission.mutated, "q, k or v was changed by the call"


def test_calls_are_independent(submission: Any, torch_rng: torch.Generator) -> None:
    """A call does not depend on the calls before it"""
    first, second = (
        tuple(torch.randn(1, 1, n, 16, generator=torch_rng) for n in lengths)
        for lengths in ((5, 90, 90), (40, 7, 7))
    )
    before = submission.flash_attention(*first)
    submission.flash_attention(*second, True, 2.0)
    for one, other in zip(before, submission.flash_attention(*first), strict=True):
        assert torch.allclose(one, other, rtol=0, atol=1e-5), (
            "the same call gave another result after a call with other tensors"
        )
