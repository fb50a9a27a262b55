"""Gradients with respect to the logits.

The noise is a constant, so dy_i/dl_j = y_i (δ_ij - y_j) / tau: the gradient follows from the soft sample
alone, and that of a hard sample from the soft sample of the same random state.
"""

from typing import Any

import pytest
import torch
from torch import Tensor

from grader.suite import assert_close_to_reference, assert_tensor

TAU = pytest.mark.parametrize("tau", [0.5, 1.0, 3.0], ids=lambda tau: f"tau={tau:g}")


def expected_gradient(soft: Tensor, upstream: Tensor, tau: float, dim: int) -> Tensor:
    return soft * (upstream - (upstream * soft).sum(dim, keepdim=True)) / tau


def check(
    submission: Any,
    logits: Tensor,
    torch_rng: torch.Generator,
    *,
    tau: float = 0.8,
    hard: bool = False,
    dim: int = -1,
) -> None:
    state = torch_rng.get_state()
    soft = submission.gumbel_softmax(logits, tau=tau, dim=dim, generator=torch.Generator().set_state(state))
    assert_tensor(soft, like=logits)
    leaf = logits.detach().requires_grad_()
    sample = submission.gumbel_softmax(
        leaf, tau=tau, hard=hard, dim=dim, generator=torch.Generator().set_state(state)
    )
    kind = "hard" if hard else "soft"
    assert sample.requires_grad, f"the {kind} sample carries no gradient (requires_grad is False)"
    upstream = torch.randn(logits.shape, dtype=logits.dtype, generator=torch_rng)
    (gradient,) = torch.autograd.grad(sample, leaf, upstream)
    assert_close_to_reference(
        gradient,
        expected_gradient(soft.double(), upstream.double(), tau, dim),
        expected_gradient(soft, upstream, tau, dim),
        floor=1e-5 / min(tau, 1.0),
        name=f"gradient of the {kind} sample (tau = {tau:g}, dim={dim})",
    )


@TAU
def test_soft(submission: Any, torch_rng: torch.Generator, tau: float) -> None:
    """The gradient of a soft sample"""
    for shape in [(3,), (6, 4)]:
        logits = torch.randn(shape, dtype=torch.float64, generator=torch_rng)
        check(submission, logits, torch_rng, tau=tau)


@TAU
def test_hard(submission: Any, torch_rng: torch.Generator, tau: float) -> None:
    """The gradient of a hard sample is that of the soft sample"""
    for shape in [(3,), (6, 4)]:
        logits = torch.randn(shape, dtype=torch.float64, generator=torch_rng)
        check(submission, logits, torch_rng, tau=tau, hard=True)


@pytest.mark.parametrize("hard", [False, True], ids=["soft", "hard"])
def test_other_dimensions(submission: Any, torch_rng: torch.Generator, hard: bool) -> None:
    """The gradient along other dimensions than the last"""
    for shape, dim in [((4, 6), 0), ((2, 3, 4), 1), ((2, 3, 4), -3)]:
        logits = torch.randn(shape, generator=torch_rng)
        check(submission, logits, torch_rng, hard=hard, dim=dim)


@pytest.mark.parametrize("hard", [False, True], ids=["soft", "hard"])
def test_transposed_logits(submission: Any, torch_rng: torch.Generator, hard: bool) -> None:
    """The gradient for logits that are not contiguous in memory"""
    logits = torch.randn(4, 6, generator=torch_rng).t()
    check(submission, logits, torch_rng, hard=hard)


@pytest.mark.parametrize("hard", [False, True], ids=["soft", "hard"])
def test_large_logits(submission: Any, torch_rng: torch.Generator, hard: bool) -> None:
    """The gradient is finite and right for logits of size 10,000"""
    logits = torch.tensor([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1e4, 1e4, 1e4]])
    for tau in (1.0, 100.0, 0.01):
        check(submission, logits, torch_rng, tau=tau, hard=hard)
