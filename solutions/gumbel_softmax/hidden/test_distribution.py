"""Soft samples follow the Gumbel-Softmax distribution (Maddison, Mnih and Teh, arXiv:1611.00712).

With x = logits + noise, tau·log(sample) equals x up to one constant per row. If the noise is standard
Gumbel, the largest x_j with j != i is again a Gumbel number, located at the logsumexp of its logits and
independent of x_i; and the difference of two independent Gumbel numbers is logistic, with the difference of
their locations as its median. So the lead of class i over its strongest rival is logistic with a known
median. This is exact at every temperature, and no test has to know how the noise was drawn.

False alarms: 16 comparisons of 1e-8 each, by the inequality of Dvoretzky, Kiefer, Wolfowitz and Massart.
"""

from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from grader.suite import assert_same_distribution, assert_tensor

FALSE_ALARM = 1e-8


def logistic(x: Any) -> Any:
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(x)))


def centred_leads(soft: Tensor, logits: Tensor, tau: float, winner: int, dim: int) -> Tensor:
    """tau·log(y_i / largest other y) less its median, for class i = `winner` of each row: Logistic(0, 1)."""
    rivals = torch.tensor([j for j in range(logits.shape[dim]) if j != winner])
    scores = tau * soft.double().log()
    weights = logits.double()
    lead = scores.select(dim, winner) - scores.index_select(dim, rivals).amax(dim)
    median = weights.select(dim, winner) - weights.index_select(dim, rivals).logsumexp(dim)
    return (lead - median).flatten().clamp(-1e4, 1e4)  # an entry that underflows to 0 has a lead of -inf


def fresh(rng: Random) -> torch.Generator:
    """A generator for the noise alone, unrelated to the one that drew the logits."""
    return torch.Generator().manual_seed(rng.getrandbits(63))


def assert_gumbel_softmax(soft: Any, logits: Tensor, tau: float, dim: int = -1) -> None:
    assert_tensor(soft, like=logits)
    assert soft.min() >= 0, f"a soft sample has a negative entry, {soft.min():.6g}"
    for winner in range(logits.shape[dim]):
        assert_same_distribution(
            centred_leads(soft, logits, tau, winner, dim).numpy(),
            logistic,
            false_alarm=FALSE_ALARM,
            what=f"tau·log(y_{winner} / largest other y), less its median (tau = {tau:g}, dim={dim})",
        )


@pytest.mark.parametrize("tau", [0.3, 4.0], ids=lambda tau: f"tau={tau:g}")
def test_temperatures(submission: Any, torch_rng: torch.Generator, rng: Random, tau: float) -> None:
    """Soft samples have the right distribution"""
    logits = torch.randn(100_000, 3, dtype=torch.float64, generator=torch_rng)
    assert_gumbel_softmax(submission.gumbel_softmax(logits, tau=tau, generator=fresh(rng)), logits, tau)


def test_default_temperature(submission: Any, torch_rng: torch.Generator) -> None:
    """Soft samples have the right distribution when only logits are given"""
    logits = torch.randn(100_000, 4, generator=torch_rng)
    assert_gumbel_softmax(submission.gumbel_softmax(logits), logits, 1.0)


def test_other_dimensions(submission: Any, torch_rng: torch.Generator, rng: Random) -> None:
    """Soft samples have the right distribution along other dimensions than the last"""
    for shape, dim in [((2, 50_000), 0), ((150, 2, 300), 1)]:
        logits = torch.randn(shape, generator=torch_rng)
        soft = submission.gumbel_softmax(logits, tau=0.7, dim=dim, generator=fresh(rng))
        assert_gumbel_softmax(soft, logits, 0.7, dim)


def test_transposed_logits(submission: Any, torch_rng: torch.Generator, rng: Random) -> None:
    """Soft samples have the right distribution when the logits are not contiguous in memory"""
    logits = (3 * torch.randn(2, 50_000, generator=torch_rng)).t()
    assert_gumbel_softmax(submission.gumbel_softmax(logits, tau=0.7, generator=fresh(rng)), logits, 0.7)
