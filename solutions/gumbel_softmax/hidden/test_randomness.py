"""Where the randomness comes from.

False alarms: a program may reduce the generator's state to a seed for other random numbers. Even with 31 bits
three repetitions among 100 calls, the fewest that fail, have a probability below (100² / 2 / 2³¹)³ = 1.3e-17.
"""

from random import Random
from typing import Any

import pytest
import torch
from torch import Tensor

LOGITS = torch.zeros(20, 4, dtype=torch.float64)
CALLS = 100
HARD = pytest.mark.parametrize("hard", [False, True], ids=["soft", "hard"])


def same(one: Tensor, other: Tensor) -> bool:
    return bool((one - other).abs().max() <= 1e-5)


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@HARD
def test_same_state(submission: Any, rng: Random, hard: bool) -> None:
    """Two generators in the same state give the same sample"""
    seed = rng.getrandbits(32)
    samples = [submission.gumbel_softmax(LOGITS, hard=hard, generator=generator(seed)) for _ in range(2)]
    assert same(*samples), "two generators in the same state gave different samples"


def test_other_state(submission: Any, rng: Random) -> None:
    """Generators in different states give different samples"""
    seed = rng.getrandbits(32)
    samples = [submission.gumbel_softmax(LOGITS, generator=generator(seed + i)) for i in range(2)]
    assert not same(*samples), "generators with different seeds gave the same sample"


def assert_fresh(samples: list[Tensor], calls: str) -> None:
    different = len(torch.stack(samples).flatten(1).round(decimals=5).unique(dim=0))
    assert len(samples) - different < 3, f"{calls} gave only {different} different samples"


def test_generator_moves_on(submission: Any, torch_rng: torch.Generator) -> None:
    """Every call with the same generator gives another sample"""
    samples = [submission.gumbel_softmax(LOGITS, generator=torch_rng) for _ in range(CALLS)]
    assert_fresh(samples, f"{CALLS} calls with one generator")


def test_fresh_global_noise(submission: Any) -> None:
    """Every call without a generator gives another sample"""
    samples = [submission.gumbel_softmax(LOGITS) for _ in range(CALLS)]
    assert_fresh(samples, f"{CALLS} calls without a generator")


@pytest.mark.instrumented
@HARD
def test_global_state_unchanged(submission: Any, worker_rng: Any, rng: Random, hard: bool) -> None:
    """With a generator, torch's global random state stays as it was"""
    seed = rng.getrandbits(32)
    worker_rng.seed(seed)
    before = worker_rng.draw(8)
    worker_rng.seed(seed)
    submission.gumbel_softmax(LOGITS, hard=hard, generator=generator(seed + 1))
    assert torch.equal(before, worker_rng.draw(8)), (
        "the call with a generator changed torch's global random state"
    )


@pytest.mark.instrumented
def test_global_state_unused(submission: Any, worker_rng: Any, rng: Random) -> None:
    """With a generator, torch's global random state has no influence"""
    seed = rng.getrandbits(32)
    samples = []
    for i in range(2):
        worker_rng.seed(seed + i)
        samples.append(submission.gumbel_softmax(LOGITS, generator=generator(seed)))
    assert same(*samples), "the same generator state gave another sample after torch.manual_seed"


@pytest.mark.instrumented
@HARD
def test_global_seed(submission: Any, worker_rng: Any, rng: Random, hard: bool) -> None:
    """Without a generator, torch.manual_seed makes the sample repeatable"""
    seed = rng.getrandbits(32)
    samples = []
    for _ in range(2):
        worker_rng.seed(seed)
        samples.append(submission.gumbel_softmax(LOGITS, hard=hard))
    assert same(*samples), "the same torch.manual_seed gave different samples"


@pytest.mark.instrumented
def test_other_global_seed(submission: Any, worker_rng: Any, rng: Random) -> None:
    """Without a generator, another torch.manual_seed gives another sample"""
    seed = rng.getrandbits(32)
    samples = []
    for i in range(2):
        worker_rng.seed(seed + i)
        samples.append(submission.gumbel_softmax(LOGITS))
    assert not same(*samples), "different seeds of torch.manual_seed gave the same sample"
