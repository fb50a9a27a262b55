"""Embeddings exactly along or against a weight: cos θ = 1 or -1, give or take a rounding error."""

from itertools import product
from random import Random
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from grader.suite import assert_tensor

DTYPES = (torch.float32, torch.float64, torch.float16, torch.bfloat16)
MODES = pytest.mark.parametrize("easy", [False, True], ids=["default", "easy_margin"])
SIGNS = pytest.mark.parametrize("sign", [1, -1], ids=["along", "against"])


def draw(torch_rng: torch.Generator, rng: Random, dtype: torch.dtype, sign: int) -> tuple[Tensor, Tensor]:
    """Weights [12, 5], four of them on axes, and their multiples: the computed cosine is about 1 or -1."""
    axes = torch.eye(4, 5) * torch.tensor([[1.0], [-2.0], [4.0], [-1.0]])
    weight = torch.cat([axes, torch.randn(8, 5, generator=torch_rng)]).to(dtype)
    factors = torch.tensor([rng.choice([1.0, 2.0, 4.0]) for _ in range(12)], dtype=dtype)
    return sign * factors[:, None] * weight, weight


def check(submission: Any, embeddings: Tensor, weight: Tensor, labels: Tensor, m: float, easy: bool) -> None:
    leaves = [each.clone().requires_grad_() for each in (embeddings, weight)]
    logits = submission.arcface_logits(*leaves, labels, s=2.0, m=m, easy_margin=easy)
    case = f"(m = {m:g}, easy_margin = {easy})"
    assert_tensor(logits, dtype=weight.dtype, shape=(len(embeddings), len(weight)), name=f"result {case}")
    assert logits.requires_grad, "the logits carry no gradient (requires_grad is False)"
    losses = {"cross-entropy": functional.cross_entropy(logits.float(), labels), "sum": logits.float().sum()}
    for name, loss in losses.items():
        gradients = torch.autograd.grad(loss, leaves, retain_graph=True)
        for which, gradient in zip(("embeddings", "weight"), gradients, strict=True):
            assert_tensor(gradient, like=weight, name=f"gradient of the {name} by {which} {case}")


@SIGNS
@MODES
def test_target(submission: Any, torch_rng: torch.Generator, rng: Random, easy: bool, sign: int) -> None:
    """Embeddings along (against) the weight of their own class give finite logits, loss and gradient"""
    for dtype, m in product(DTYPES, (0.5, 0.0, 1.4)):
        embeddings, weight = draw(torch_rng, rng, dtype, sign)
        check(submission, embeddings, weight, torch.arange(len(weight)), m, easy)


@SIGNS
def test_other_class(submission: Any, torch_rng: torch.Generator, rng: Random, sign: int) -> None:
    """Embeddings along (against) the weight of another class give finite logits, loss and gradient"""
    for dtype, easy in product(DTYPES, (False, True)):
        embeddings, weight = draw(torch_rng, rng, dtype, sign)
        check(submission, embeddings, weight, torch.arange(len(weight)).roll(5), 0.5, easy)
