"""Soft samples follow the Gumbel-Softmax distribution (Maddison, Mnih and Teh, arXiv:1611.00712).

With x = logits + noise, tau·log(sample) equals x up to one constant per row. If the noise is standard
Gumbel, the largest x_j with j != i is again a Gumbel number, located at the logsumexp of its logits and
independent of x_i; and the difference of two independent Gumbel numbers is logistic, with the difference of
their locations as its median. So the lead of class i over its strongest rival is logistic with a known
median. This is exact at every temperature, and no test has to know how the noise was drawn. Each row gives
the lead of one class, chosen at random, so that the leads of all rows are independent.

False alarms: 10 comparisons of 1e-8 each, by the inequality of Dvoretzky, Kiefer, Wolfowitz and Massart. The
bound of test_resolution stands there.
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


def centred_leads(soft: Tensor, logits: Tensor, tau: float, classes: Tensor, dim: int) -> Tensor:
    """tau·log(y_i / largest other y) less its median, i given by `classes` for each row: Logistic(0, 1)."""
    scores, weights = tau * soft.double().log(), logits.double()
    lead = scores.gather(dim, classes) - scores.scatter(dim, classes, -torch.inf).amax(dim, keepdim=True)
    rivals = weights.scatter(dim, classes, -torch.inf).logsumexp(dim, keepdim=True)
    median = weights.gather(dim, classes) - rivals
    return (lead - median).flatten().clamp(-1e4, 1e4)  # an entry that underflows to 0 has a lead of -inf


def fresh(rng: Random) -> torch.Generator:
    """A generator for the noise alone, unrelated to the one that drew the logits."""
    return torch.Generator().manual_seed(rng.getrandbits(63))


def check(submission: Any, logits: Tensor, rng: Random, *, tau: float | None = None, dim: int = -1) -> None:
    """Compare a soft sample of these logits; without `tau`, one for which only the logits are given."""
    shape = list(logits.shape)
    shape[dim] = 1
    classes = torch.randint(logits.shape[dim], shape, generator=fresh(rng))
    named = {} if tau is None else {"tau": tau, "dim": dim, "generator": fresh(rng)}
    soft = submission.gumbel_softmax(logits, **named)
    tau = 1.0 if tau is None else tau
    assert_tensor(soft, like=logits)
    assert soft.min() >= 0, f"a soft sample has a negative entry, {soft.min():.6g}"
    assert_same_distribution(
        centred_leads(soft, logits, tau, classes, dim).numpy(),
        logistic,
        false_alarm=FALSE_ALARM,
        what=f"tau·log(y_i / largest other y), less its median (logits of shape "
        f"{tuple(logits.shape)}, tau = {tau:g}, dim={dim})",
    )


@pytest.mark.parametrize("tau", [0.1, 0.5, 3.0, 20.0], ids=lambda tau: f"tau={tau:g}")
def test_temperatures(submission: Any, torch_rng: torch.Generator, rng: Random, tau: float) -> None:
    """Soft samples have the right distribution"""
    check(submission, torch.randn(40_000, 3, dtype=torch.float64, generator=torch_rng), rng, tau=tau)


def test_default_temperature(submission: Any, torch_rng: torch.Generator, rng: Random) -> None:
    """Soft samples have the right distribution when only logits are given"""
    check(submission, torch.randn(30_000, 4, generator=torch_rng), rng)


def test_many_classes(submission: Any, torch_rng: torch.Generator, rng: Random) -> None:
    """Soft samples of many classes have the right distribution"""
    check(submission, torch.randn(8_000, 25, generator=torch_rng), rng, tau=0.7)


def test_other_dimensions(submission: Any, torch_rng: torch.Generator, rng: Random) -> None:
    """Soft samples have the right distribution along other dimensions than the last"""
    for shape, dim in [((2, 50_000), 0), ((150, 2, 300), 1), ((10, 5, 20, 50), -3)]:
        check(submission, torch.randn(shape, generator=torch_rng), rng, tau=0.7, dim=dim)


def test_transposed_logits(submission: Any, torch_rng: torch.Generator, rng: Random) -> None:
    """Soft samples have the right distribution when the logits are not contiguous in memory"""
    check(submission, (3 * torch.randn(2, 50_000, generator=torch_rng)).t(), rng, tau=0.7)


def test_resolution(submission: Any, torch_rng: torch.Generator) -> None:
    """Noise is as fine as float32

    In half precision at most two thirds of 10,000 Gumbel numbers differ. In float32, numbers below 64 are at
    most 2**-18 apart, and the density is at most 1/e: no value has a probability above p = 2e-6. So an entry
    repeats an earlier one with a probability below 0.02, and a fifth of them do with a probability below
    exp(-10,000 KL(0.2, 0.02)) < exp(-2,900).
    """
    count = 10_000
    soft = submission.gumbel_softmax(torch.zeros(count), generator=torch_rng)
    assert_tensor(soft, shape=(count,), dtype=torch.float32)
    different = len(soft.unique())
    assert different > 0.8 * count, (
        f"a row of {count:,} equal logits holds only {different:,} different values: the noise is too coarse"
    )
