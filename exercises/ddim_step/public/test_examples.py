"""The examples of the prompt."""

from typing import Any

import pytest
import torch

from grader.suite import assert_close_to_reference, violation

ALPHA_BAR_T, ALPHA_BAR_PREV = torch.tensor(0.36), torch.tensor(0.64)
X_T, EPS, NOISE = torch.tensor([[1.0]]), torch.tensor([[0.5]]), torch.tensor([[1.0]])


def assert_close(got: Any, expected: Any, name: str) -> None:
    assert_close_to_reference(got, expected.double(), expected, floor=1e-4, name=name)


@pytest.mark.parametrize(
    ("eta", "expected"), [(0.0, 1.1), (0.5, 1.3212), (1.0, 1.4648)], ids=["eta=0", "eta=0.5", "eta=1"]
)
def test_prompt_example(submission: Any, eta: float, expected: float) -> None:
    """The example of the prompt"""
    x_prev, x_0 = submission.ddim_step(X_T, EPS, ALPHA_BAR_T, ALPHA_BAR_PREV, eta, NOISE)
    assert_close(x_0, torch.tensor([[1.0]]), "predicted x_0")
    assert_close(x_prev, torch.tensor([[expected]]), f"x_(t-1) with eta = {eta:g}")


def test_last_step(submission: Any) -> None:
    """A step to alpha_bar_prev = 1 returns the predicted x_0"""
    x_prev, _ = submission.ddim_step(X_T, EPS, ALPHA_BAR_T, torch.tensor(1.0), 1.0, NOISE)
    assert_close(x_prev, torch.tensor([[1.0]]), "x_(t-1) at the last step")


def test_step_back(submission: Any) -> None:
    """A step back with the same eps and eta = 0 gives the input back"""
    x_prev, _ = submission.ddim_step(torch.tensor([[1.1]]), EPS, ALPHA_BAR_PREV, ALPHA_BAR_T)
    assert_close(x_prev, X_T, "x_(t-1) of the step back")


def test_levels_of_samples(submission: Any) -> None:
    """Each sample of a batch may have signal levels of its own"""
    x_t, eps = torch.ones(2, 3, 4), torch.full((2, 3, 4), 0.5)
    x_prev, _ = submission.ddim_step(x_t, eps, torch.tensor([0.36, 0.64]), torch.tensor([0.64, 1.0]))
    expected = torch.tensor([1.1, 0.875]).reshape(2, 1, 1).expand(2, 3, 4)
    assert_close(x_prev, expected, "x_(t-1)")


def test_missing_noise(submission: Any) -> None:
    """A step with eta = 1 and without noise is refused"""
    with violation("eta = 1 without noise"):
        submission.ddim_step(X_T, EPS, ALPHA_BAR_T, ALPHA_BAR_PREV, eta=1.0)
