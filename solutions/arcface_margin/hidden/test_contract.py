"""What must be refused, and what must be left alone."""

from typing import Any

import pytest
import torch
from torch import Tensor

from grader.suite import violation


def draw(torch_rng: torch.Generator, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor, Tensor]:
    embeddings = torch.randn(5, 4, generator=torch_rng).to(dtype)
    weight = torch.randn(7, 4, generator=torch_rng).to(dtype)
    return embeddings, weight, torch.randint(7, (5,), generator=torch_rng)


def check_label(submission: Any, torch_rng: torch.Generator, label: int) -> None:
    for position in range(5):
        embeddings, weight, labels = draw(torch_rng)
        labels[position] = label
        for easy in (False, True):
            with violation(f"the label {label} among 7 classes"):
                submission.arcface_logits(embeddings, weight, labels, easy_margin=easy)


@pytest.mark.parametrize("label", [-1, -7, -100])
def test_negative_label(submission: Any, torch_rng: torch.Generator, label: int) -> None:
    """A negative label is refused, wherever it stands in the batch"""
    check_label(submission, torch_rng, label)


@pytest.mark.parametrize("label", [7, 8, 2**40])
def test_label_too_large(submission: Any, torch_rng: torch.Generator, label: int) -> None:
    """A label that names no class is refused, wherever it stands in the batch"""
    check_label(submission, torch_rng, label)


@pytest.mark.parametrize("m", [-0.001, -0.5], ids=lambda m: f"m={m:g}")
def test_negative_margin(submission: Any, torch_rng: torch.Generator, m: float) -> None:
    """A negative margin is refused"""
    for easy in (False, True):
        with violation(f"m = {m:g}"):
            submission.arcface_logits(*draw(torch_rng), m=m, easy_margin=easy)


@pytest.mark.parametrize("m", [1.58, 2.0, 3.5], ids=lambda m: f"m={m:g}")
def test_margin_too_large(submission: Any, torch_rng: torch.Generator, m: float) -> None:
    """A margin of more than a right angle is refused"""
    for easy in (False, True):
        with violation(f"m = {m:g}"):
            submission.arcface_logits(*draw(torch_rng), m=m, easy_margin=easy)


@pytest.mark.instrumented
@pytest.mark.parametrize("wanted", [False, True], ids=["plain", "with_gradient"])
def test_arguments_unchanged(submission: Any, torch_rng: torch.Generator, wanted: bool) -> None:
    """The embeddings, the weight and the labels are left as they were"""
    for dtype in (torch.float32, torch.float64, torch.float16, torch.bfloat16):
        for easy in (False, True):
            embeddings, weight, labels = draw(torch_rng, dtype)
            arguments = (embeddings.requires_grad_(wanted), weight.requires_grad_(wanted), labels)
            submission.arcface_logits(*arguments, easy_margin=easy)
            assert not submission.mutated, f"an argument was changed by the call with {dtype} inputs"
