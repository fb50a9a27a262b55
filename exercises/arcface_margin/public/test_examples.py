"""The example of the prompt, and the promises of the prompt on it."""

from typing import Any

import pytest
import torch
from torch import Tensor

from grader.suite import assert_close_to_reference, assert_tensor, violation

EMBEDDINGS = torch.tensor([[3.0, 4.0], [-12.0, 5.0], [-4.0, 3.0]])
WEIGHT = torch.tensor([[1.0, 0.0], [0.0, 2.0], [-3.0, 0.0]])
LABELS = torch.tensor([0, 0, 1])
LOGITS = torch.tensor([[1.4301, 8.0, -6.0], [-11.6279, 3.8462, 9.2308], [-8.0, 1.4301, 8.0]])


def assert_logits(got: Any, expected: Tensor) -> None:
    assert_close_to_reference(got, expected.double(), expected, floor=2e-4, name="matrix of logits")


def test_prompt_example(submission: Any) -> None:
    """The example of the prompt"""
    assert_logits(submission.arcface_logits(EMBEDDINGS, WEIGHT, LABELS, s=10.0, m=0.5), LOGITS)


def test_easy_margin(submission: Any) -> None:
    """The example with easy_margin"""
    expected = LOGITS.clone()
    expected[1, 0] = -9.2308
    logits = submission.arcface_logits(EMBEDDINGS, WEIGHT, LABELS, s=10.0, m=0.5, easy_margin=True)
    assert_logits(logits, expected)


def test_no_margin(submission: Any) -> None:
    """The example with m = 0"""
    expected = LOGITS.clone()
    expected[0, 0], expected[1, 0], expected[2, 1] = 6.0, -9.2308, 6.0
    assert_logits(submission.arcface_logits(EMBEDDINGS, WEIGHT, LABELS, s=10.0, m=0.0), expected)


def test_gradient(submission: Any) -> None:
    """Gradients flow to the embeddings and to the weight"""
    leaves = [each.clone().requires_grad_() for each in (EMBEDDINGS, WEIGHT)]
    logits = submission.arcface_logits(*leaves, LABELS)
    assert_tensor(logits, like=EMBEDDINGS, shape=(3, 3))
    assert logits.requires_grad, "the logits carry no gradient (requires_grad is False)"
    for name, gradient in zip(
        ("embeddings", "weight"), torch.autograd.grad(logits.sum(), leaves), strict=True
    ):
        assert gradient.abs().max() > 0, f"the gradient by {name} is 0"


def test_half_precision(submission: Any) -> None:
    """float16 inputs give float16 logits"""
    logits = submission.arcface_logits(EMBEDDINGS.half(), WEIGHT.half(), LABELS, s=10.0)
    assert_close_to_reference(logits, LOGITS.double(), LOGITS.half(), floor=1e-3, name="matrix of logits")


@pytest.mark.parametrize("label", [-1, 3])
def test_label(submission: Any, label: int) -> None:
    """A label that names no class is refused"""
    with violation(f"the label {label} among 3 classes"):
        submission.arcface_logits(EMBEDDINGS, WEIGHT, torch.tensor([0, label, 1]))
