"""The examples of the prompt, and small cases of what it promises."""

import math
from typing import Any

import torch
from torch import Tensor

from grader.suite import assert_close_to_reference, assert_tensor, violation


def check(
    submission: Any, q: Tensor, k: Tensor, v: Tensor, *, causal: bool = False, scale: float | None = None
) -> None:
    """Compare with a softmax over the full matrix of scores."""
    scores = (q.double() @ k.double().mT) * (1 / math.sqrt(q.shape[-1]) if scale is None else scale)
    if causal:
        i, j = torch.arange(q.shape[2])[:, None], torch.arange(k.shape[2])
        scores = scores.masked_fill(j > i + k.shape[2] - q.shape[2], -torch.inf)
    lse = scores.logsumexp(-1)
    out = scores.softmax(-1).nan_to_num() @ v.double()
    result = submission.flash_attention(q, k, v, causal=causal, scale=scale)
    assert type(result) is tuple, "the result must be a tuple, (out, lse)"
    for got, expected, dtype, name in zip(
        result, (out, lse), (q.dtype, torch.float32), ("out", "lse"), strict=True
    ):
        assert_tensor(got, dtype=dtype, shape=tuple(expected.shape), finite=False, name=name)
        assert_close_to_reference(got, expected, expected.to(dtype), floor=1e-5, name=name)


def test_prompt_example(submission: Any) -> None:
    """The example of the prompt: scores 1, 3, 2 and values 10, 20, 30"""
    q, k, v = torch.zeros(1, 1, 1, 16), torch.zeros(1, 1, 3, 16), torch.zeros(1, 1, 3, 16)
    q[..., 0] = 1.0
    k[..., 0] = torch.tensor([1.0, 3.0, 2.0])
    v[..., 0] = torch.tensor([10.0, 20.0, 30.0])
    check(submission, q, k, v, scale=1.0)


def test_two_blocks(submission: Any, torch_rng: torch.Generator) -> None:
    """More keys than a tile holds"""
    q, k, v = (torch.randn(1, 2, n, 16, generator=torch_rng) for n in (40, 150, 150))
    check(submission, q, k, v)


def test_causal_example(submission: Any, torch_rng: torch.Generator) -> None:
    """The causal rule with three queries and five keys"""
    q, k, v = (torch.randn(1, 1, n, 32, generator=torch_rng) for n in (3, 5, 5))
    check(submission, q, k, v, causal=True)


def test_blind_rows_example(submission: Any, torch_rng: torch.Generator) -> None:
    """With four queries and two keys the first two queries see nothing"""
    q, k, v = (torch.randn(1, 1, n, 32, generator=torch_rng) for n in (4, 2, 2))
    check(submission, q, k, v, causal=True)


def test_unfit_shapes(submission: Any) -> None:
    """Keys and values of different lengths are refused"""
    with violation("five keys and four values"):
        submission.flash_attention(*(torch.zeros(1, 1, n, 16) for n in (3, 5, 4)))
