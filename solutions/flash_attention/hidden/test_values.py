"""out and lse against float64.

The trusted implementation keeps scores, sums and products in float32 and rounds the weights to the dtype of v
before the second product, as the contract allows. Lengths stay on both sides of common block sizes.
"""

import math
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor

from grader.suite import assert_close_to_reference

FULL = [(1, 1), (1, 130), (64, 64), (33, 300), (100, 70)]
SQUARE = [(1, 1), (17, 17), (64, 64), (150, 150)]
FLOORS = {torch.float32: 1e-5, torch.float16: 2e-3}
DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float16], ids=["float32", "float16"])
CAUSAL = pytest.mark.parametrize("causal", [False, True], ids=["full", "causal"])


class Answer(NamedTuple):
    """out and lse."""

    out: Tensor
    lse: Tensor


def attention(
    q: Tensor, k: Tensor, v: Tensor, causal: bool, scale: float | None, work: torch.dtype
) -> Answer:
    """Attention with full scores in the dtype `work`; rows that see nothing give zeros and -inf."""
    scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
    scores = (q.to(work) @ k.to(work).mT) * scale
    if causal:
        i, j = torch.arange(q.shape[2])[:, None], torch.arange(k.shape[2])
        scores = scores.masked_fill(j > i + k.shape[2] - q.shape[2], -torch.inf)
    peak = scores.amax(-1, keepdim=True)
    weights = (scores - peak.nan_to_num(neginf=0.0)).exp()
    total = weights.sum(-1, keepdim=True)
    if work != torch.float64:
        weights = weights.to(v.dtype).to(work)
    out = (weights @ v.to(work)) / total.where(total > 0, 1.0)
    return Answer(out, (peak + total.log()).squeeze(-1))


def tensors(rng: torch.Generator, seq_q: int, seq_k: int, **kwargs: Any) -> tuple[Tensor, Tensor, Tensor]:
    """Random q, k and v; `batch`, `heads`, `head_dim` and `dtype` may be given."""
    batch, heads, head_dim = kwargs.get("batch", 1), kwargs.get("heads", 1), kwargs.get("head_dim", 32)
    q, k, v = (
        torch.randn(batch, heads, length, head_dim, generator=rng).to(kwargs.get("dtype", torch.float32))
        for length in (seq_q, seq_k, seq_k)
    )
    return q, k, v


def check(
    submission: Any,
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    causal: bool = False,
    scale: float | None = None,
    parts: str = "out and lse",
    floor: float | None = None,
) -> None:
    """Compare the `parts` of one call."""
    reference = attention(q, k, v, causal, scale, torch.float64)
    out, lse = attention(q, k, v, causal, scale, torch.float32)
    options = {"scale": scale} if scale is not None else {}
    result = submission.flash_attention(q, k, v, causal, **options)
    assert type(result) is tuple, "the result must be a tuple of two tensors, (out, lse)"
    assert len(result) == 2, f"the result is a tuple of {len(result)}; it must hold two tensors, (out, lse)"
    if "out" in parts:
        floor = floor or FLOORS[q.dtype]
        assert_close_to_reference(result[0], reference.out, out.to(q.dtype), floor=floor, name="out")
    if "lse" in parts:
        assert_close_to_reference(result[1], reference.lse, lse, floor=1e-5, name="lse")


@DTYPES
@pytest.mark.parametrize("part", ["out", "lse"])
def test_lengths(submission: Any, torch_rng: torch.Generator, part: str, dtype: torch.dtype) -> None:
    """Lengths that are no multiple of a block"""
    for seq_q, seq_k in FULL:
        check(submission, *tensors(torch_rng, seq_q, seq_k, dtype=dtype), parts=part)


@DTYPES
@pytest.mark.parametrize("part", ["out", "lse"])
def test_causal(submission: Any, torch_rng: torch.Generator, part: str, dtype: torch.dtype) -> None:
    """Causal attention with as many queries as keys"""
    for seq_q, seq_k in SQUARE:
        check(submission, *tensors(torch_rng, seq_q, seq_k, dtype=dtype), causal=True, parts=part)


def test_causal_with_more_keys(submission: Any, torch_rng: torch.Generator) -> None:
    """Causal attention with fewer queries than keys: the last query sees all keys"""
    # With one key more, the last key that a block of queries sees is the first one of a block of keys.
    for seq_q, seq_k in [(1, 100), (128, 129), (20, 270)]:
        check(submission, *tensors(torch_rng, seq_q, seq_k), causal=True)


def test_blind_rows(submission: Any, torch_rng: torch.Generator) -> None:
    """Causal attention with more queries than keys: rows that see nothing give zeros and -inf"""
    for seq_q, seq_k in [(7, 3), (100, 33), (130, 1)]:
        check(submission, *tensors(torch_rng, seq_q, seq_k), causal=True)


@pytest.mark.parametrize("head_dim", [16, 32, 64, 128], ids=lambda head_dim: f"head_dim={head_dim}")
def test_head_dim(submission: Any, torch_rng: torch.Generator, head_dim: int) -> None:
    """Every head_dim"""
    check(submission, *tensors(torch_rng, 20, 190, head_dim=head_dim))


def test_batch_and_heads(submission: Any, torch_rng: torch.Generator) -> None:
    """Several batch entries and several heads"""
    for batch, heads in [(2, 1), (1, 2), (2, 3)]:
        check(submission, *tensors(torch_rng, 5, 9, batch=batch, heads=heads, head_dim=16))
    check(submission, *tensors(torch_rng, 150, 10, heads=2, head_dim=16))


@CAUSAL
def test_long(submission: Any, torch_rng: torch.Generator, causal: bool) -> None:
    """Hundreds of queries and keys"""
    seq_q, seq_k = (300, 300) if causal else (100, 512)
    check(submission, *tensors(torch_rng, seq_q, seq_k, head_dim=64), causal=causal)


@CAUSAL
@pytest.mark.parametrize("shift", [1e4, -1e4], ids=["plus", "minus"])
def test_shifted_scores(submission: Any, torch_rng: torch.Generator, shift: float, causal: bool) -> None:
    """Scores around 10,000 and -10,000"""
    q, k, v = tensors(torch_rng, 40, 150)
    q[..., 0], k[..., 0] = 100.0, shift / 100 * math.sqrt(q.shape[-1])
    # A unit in the last place of a score is 1e-3, and so is the rounding error of a weight.
    check(submission, q, k, v, causal=causal, floor=2e-3)


@CAUSAL
def test_zero_scale(submission: Any, torch_rng: torch.Generator, causal: bool) -> None:
    """A scale of 0: all keys that are seen get the same weight"""
    check(submission, *tensors(torch_rng, 20, 190), causal=causal, scale=0.0)


@CAUSAL
def test_negative_scale(submission: Any, torch_rng: torch.Generator, causal: bool) -> None:
    """A negative scale"""
    check(submission, *tensors(torch_rng, 20, 190, head_dim=64), causal=causal, scale=-8.0, floor=1e-4)


def test_given_scale(submission: Any, torch_rng: torch.Generator) -> None:
    """A scale other than the default"""
    for scale in (1.0, 0.3, 1e-4):
        check(submission, *tensors(torch_rng, 20, 190), scale=scale)


def test_strides(submission: Any, torch_rng: torch.Generator) -> None:
    """Tensors that are not contiguous, each laid out in its own way"""
    q, k, v = tensors(torch_rng, 20, 40, batch=2, heads=2)
    # [batch, seq, heads, head_dim] in memory, as a linear layer leaves it.
    by_position = [x.transpose(1, 2).contiguous().transpose(1, 2) for x in (q, k, v)]
    check(submission, *by_position)
    check(submission, by_position[0], k, v.mT.contiguous().mT, causal=True)
    wide = torch.randn(2, 2, 40, 64, generator=torch_rng)
    check(submission, q.mT.contiguous().mT, wide[..., 1::2], by_position[2])


def test_shared_keys(submission: Any, torch_rng: torch.Generator) -> None:
    """One head of keys and values, expanded to all heads (a stride of 0)"""
    q, k, v = tensors(torch_rng, 20, 190, heads=2)
    check(submission, q, *(x[:, :1].expand(1, 2, 190, 32) for x in (k, v)))


def test_half_precision_sums(submission: Any, torch_rng: torch.Generator) -> None:
    """float16 with sums past its largest number: 512 values around 200, equally weighted"""
    q, k, v = tensors(torch_rng, 16, 512, head_dim=16, dtype=torch.float16)
    check(submission, torch.zeros_like(q), k, v + 200)
