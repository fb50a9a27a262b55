"""`scale(x, factor)` is `factor * x`; `noise(count, generator)` is `torch.rand(count, generator=generator)`."""

from typing import Any

import torch

from grader.suite import assert_tensor


def test_scale(submission: Any) -> None:
    """Three numbers, doubled"""
    x = torch.tensor([1.0, -2.0, 0.5])
    result = submission.scale(x, 2.0)
    assert_tensor(result, like=x)
    assert torch.equal(result, 2 * x), f"expected {(2 * x).tolist()}, got {result.tolist()}"
