"""How the answer comes about: kernels, their tiles, memory."""

from typing import Any

import pytest
import torch
from torch import Tensor

from grader.suite import TooMuchMemory

KIB = 1 << 10
# 512 x 512 scores in float32 take 1,024 KiB; q, k, v, out and lse take 162 KiB in all.
MOST_KIB = 512


def tensors(rng: torch.Generator, seq_q: int, seq_k: int, heads: int) -> list[Tensor]:
    return [torch.randn(1, heads, length, 16, generator=rng) for length in (seq_q, seq_k, seq_k)]


@pytest.mark.measured
def test_memory(submission: Any, torch_rng: torch.Generator) -> None:
    """Memory grows with the length, not with its square"""
    peaks = []
    # The first call loads what is needed once.
    for length in (64, 128, 512):
        submission.flash_attention(*tensors(torch_rng, length, length, heads=1))
        peaks.append(submission.peak_bytes // KIB)
    _, short, long = peaks
    if long - short > MOST_KIB:
        raise TooMuchMemory(
            f"length 128 takes {short} KiB at the peak and length 512 {long} KiB; if memory grows with the "
            f"length, the difference is below {MOST_KIB} KiB, and 960 KiB is what the scores take"
        )


@pytest.mark.instrumented
def test_tiles(submission: Any, kernels: Any, torch_rng: torch.Generator) -> None:
    """No tile spans all keys: block sizes don't grow with the sequence"""
    widths = []
    for seq_k in (256, 512):
        submission.flash_attention(*tensors(torch_rng, 16, seq_k, heads=1))
        widths.append(kernels.widest)
    short, long = widths
    assert long < 512 or long == short, (
        f"the longest side of a tile is {short} for 256 keys and {long} for 512 keys"
    )


@pytest.mark.instrumented
@pytest.mark.parametrize("causal", [False, True], ids=["full", "causal"])
def test_kernel(submission: Any, kernels: Any, torch_rng: torch.Generator, causal: bool) -> None:
    """The answer comes from Triton kernels"""
    # Other tensors each time: freed memory may still hold an earlier answer.
    submission.flash_attention(*tensors(torch_rng, 20, 40, heads=2), causal)
    assert kernels.launches > 0, "no Triton kernel was launched"
    q, k, v = tensors(torch_rng, 20, 40, heads=2)
    scores = q @ k.mT / 4
    if causal:
        scores += torch.full((20, 40), -torch.inf).triu(21)
    with kernels.muted():
        out, _ = submission.flash_attention(q, k, v, causal)
    is_right = out.shape == q.shape and torch.allclose(out, scores.softmax(-1) @ v, atol=1e-4)
    assert not is_right, "the answer is the same when no kernel runs: it does not come from them"
