"""What every sample must be, whatever its noise."""

from itertools import product
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.suite import assert_close_to_reference, assert_tensor

SHAPES = [
    ((5,), -1),
    ((5,), 0),
    ((1,), 0),
    ((3, 4), 1),
    ((3, 4), 0),
    ((4, 1, 3), 1),
    ((2, 3, 4), -2),
    ((2, 3, 4), -3),
    ((2, 3, 2, 5), 2),
    ((2, 1, 3, 2, 2), -4),
]
DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])


def assert_sample(sample: Tensor, logits: Tensor, dim: int) -> None:
    assert_tensor(sample, like=logits)
    where = f"logits of shape {tuple(logits.shape)}, dim={dim}"
    assert sample.min() >= -1e-5, f"{where}: the sample has a negative entry, {sample.min():.6g}"
    sums = sample.sum(dim)
    worst = sums.flatten()[(sums - 1).abs().argmax()]
    assert abs(worst - 1) <= 1e-5, f"{where}: a row sums to {worst:.6g} along dim instead of 1"


@pytest.mark.parametrize("hard", [False, True], ids=["soft", "hard"])
@DTYPES
def test_shape_and_dtype(submission: Any, torch_rng: torch.Generator, dtype: torch.dtype, hard: bool) -> None:
    """A sample has the shape and the dtype of the logits"""
    for shape, dim in SHAPES:
        logits = torch.randn(shape, dtype=dtype, generator=torch_rng)
        assert_tensor(submission.gumbel_softmax(logits, 0.8, hard, dim), like=logits)


def test_empty_batch(submission: Any) -> None:
    """A batch without rows gives an empty sample"""
    for (shape, dim), hard in product([((0, 3), -1), ((3, 0), 0), ((2, 0, 3), 2)], (False, True)):
        assert_tensor(submission.gumbel_softmax(torch.zeros(shape), 0.8, hard, dim), like=torch.zeros(shape))


@pytest.mark.parametrize("hard", [False, True], ids=["soft", "hard"])
def test_sums_to_one(submission: Any, torch_rng: torch.Generator, hard: bool) -> None:
    """A sample sums to 1 along dim, and no entry is negative"""
    for shape, dim in SHAPES:
        logits = torch.randn(shape, generator=torch_rng)
        assert_sample(submission.gumbel_softmax(logits, tau=0.8, hard=hard, dim=dim), logits, dim)


@DTYPES
def test_large_logits(submission: Any, torch_rng: torch.Generator, dtype: torch.dtype) -> None:
    """Logits of size 10,000 give finite samples with the right winner"""
    rows = [[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1e4, 1e4, 1e4]]
    logits = torch.tensor(rows, dtype=dtype)
    winner = torch.tensor([1.0, 0.0, 0.0], dtype=dtype)
    for tau, hard in product((1.0, 100.0, 0.01), (False, True)):
        sample = submission.gumbel_softmax(logits, tau=tau, hard=hard, generator=torch_rng)
        assert_tensor(sample, like=logits)
        # Noise overcomes a lead of 10,000 with probability below exp(-8,000).
        name = f"sample for logits {rows[0]}, tau = {tau:g}, hard = {hard}"
        assert_close_to_reference(sample[0], winner.double(), winner, floor=1e-5, name=name)
