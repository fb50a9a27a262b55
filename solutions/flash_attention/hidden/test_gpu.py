"""What only a GPU shows: bfloat16, long sequences, memory there, speed.

The reference takes the queries in pieces, in float64, on the GPU of the judge.
"""

import math
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from grader.suite import assert_close_to_reference

pytestmark = pytest.mark.gpu
CAUSAL = pytest.mark.parametrize("causal", [False, True], ids=["full", "causal"])
PIECE = 1024


def attention(q: Tensor, k: Tensor, v: Tensor, causal: bool, work: torch.dtype) -> tuple[Tensor, Tensor]:
    """out and lse, for as many queries as keys; weights are rounded to the dtype of v unless in float64."""
    pieces = []
    k, v_work = k.cuda().to(work), v.cuda().to(work)
    for first in range(0, q.shape[2], PIECE):
        rows = q[:, :, first : first + PIECE].cuda().to(work)
        scores = (rows @ k.mT) / math.sqrt(q.shape[-1])
        if causal:
            i = torch.arange(first, first + rows.shape[2], device="cuda")[:, None]
            scores.masked_fill_(torch.arange(k.shape[2], device="cuda") > i, -torch.inf)
        lse = scores.logsumexp(-1, keepdim=True)
        weights = (scores - scores.amax(-1, keepdim=True)).exp_()
        total = weights.sum(-1, keepdim=True)
        weights = weights if work == torch.float64 else weights.to(v.dtype).to(work)
        pieces.append(((weights @ v_work / total).cpu(), lse.squeeze(-1).cpu()))
    out, lse = (torch.cat(parts, 2) for parts in zip(*pieces, strict=True))
    return out, lse


def tensors(rng: torch.Generator, heads: int, length: int, head_dim: int, dtype: torch.dtype) -> list[Tensor]:
    return [torch.randn(1, heads, length, head_dim, generator=rng).to(dtype) for _ in range(3)]


def check(submission: Any, q: Tensor, k: Tensor, v: Tensor, causal: bool) -> None:
    exact, trusted = (attention(q, k, v, causal, work) for work in (torch.float64, torch.float32))
    out, lse = submission.flash_attention(q, k, v, causal)
    floor = 2 * torch.finfo(q.dtype).eps
    assert_close_to_reference(out, exact[0], trusted[0].to(q.dtype), floor=floor, name="out")
    assert_close_to_reference(lse, exact[1], trusted[1], floor=1e-5, name="lse")


@CAUSAL
@pytest.mark.parametrize("head_dim", [16, 32, 64, 128], ids=lambda head_dim: f"head_dim={head_dim}")
def test_bfloat16(submission: Any, torch_rng: torch.Generator, head_dim: int, causal: bool) -> None:
    """bfloat16"""
    for length in (1, 200, 1000):
        check(submission, *tensors(torch_rng, 2, length, head_dim, torch.bfloat16), causal)


@CAUSAL
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32], ids=["float16", "float32"])
def test_long(submission: Any, torch_rng: torch.Generator, dtype: torch.dtype, causal: bool) -> None:
    """16,384 queries and keys, and a few less"""
    for length in (16_384, 16_301):
        check(submission, *tensors(torch_rng, 1, length, 64, dtype), causal)


@pytest.mark.instrumented
def test_memory(submission: Any, torch_rng: torch.Generator) -> None:
    """GPU memory grows with the length, not with its square"""
    short, long = (
        submission.peak_bytes(*tensors(torch_rng, 2, length, 64, torch.float16)) for length in (4096, 16_384)
    )
    # Four times the length takes four times the memory; the scores would take sixteen times as much.
    assert long <= 6 * short + (1 << 20), f"{short:,} bytes for length 4,096 and {long:,} bytes for 16,384"


@CAUSAL
def test_speed(submission: Any, torch_rng: torch.Generator, inform: Any, causal: bool) -> None:
    """Speed (information only)"""
    heads, length, head_dim = 16, 8192, 128
    q, k, v = tensors(torch_rng, heads, length, head_dim, torch.bfloat16)
    seconds = submission.seconds(q, k, v, causal, 20)
    assert isinstance(seconds, float), "the time of a call must be a float"
    theirs = torch_seconds(q.cuda(), k.cuda(), v.cuda(), causal)
    tflops = 4 * heads * length**2 * head_dim / (2 if causal else 1) / 1e12
    kind = "causal" if causal else "full"
    inform(
        f"{kind} attention, bfloat16, {heads} heads, length {length:,}, head_dim {head_dim}: "
        f"{tflops / seconds:.0f} TFLOP/s, {theirs / seconds:.2f} of torch's {tflops / theirs:.0f}"
    )


def torch_seconds(q: Tensor, k: Tensor, v: Tensor, causal: bool) -> float:
    began, ended = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    for call in range(23):
        if call == 3:
            began.record()
        functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
    ended.record()
    torch.cuda.synchronize()
    return float(began.elapsed_time(ended)) / 1e3 / 20
