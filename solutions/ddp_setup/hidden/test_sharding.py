"""Who reads which samples.

False alarms: two permutations of 36 samples deal rank 0 of 2 the same samples with probability
1/C(36, 18) < 2e-10, and in the same order with less than 1e-25; there are three comparisons of the first kind
and six of the second.
"""

import math
from itertools import chain, combinations
from random import Random
from typing import Any

import torch

from grader.suite import Served, WrongAnswer, assert_equal

EPOCHS = 3


def deal(
    ranks: Any, world_size: int, length: int, *, seeds: tuple[int | None, ...]
) -> list[list[list[list[int]]]]:
    """For each seed (None: not given), epoch and rank the samples that were read, in one process per rank."""
    x, y = torch.arange(length).reshape(length, 1) / length, torch.ones(length, 1)
    start = [torch.zeros(1, 1), torch.zeros(1)]
    team = ranks(world_size)
    trainings = [(Served(world_size, x, y), team.address(), seed) for seed in seeds]

    def sessions(rank: int, submission: Any) -> None:
        for samples, address, seed in trainings:
            fixed = (rank, world_size, address, start, length, samples.reader(rank), EPOCHS)
            options = {} if seed is None else {"seed": seed}
            submission.session(*fixed, batch_size=6, lr=0.1, **options)

    team.run(sessions)
    return [split(samples.reads, math.ceil(length / world_size)) for samples, _, _ in trainings]


def split(reads: list[list[int]], shard: int) -> list[list[list[int]]]:
    """For each epoch and rank the samples that were read."""
    for rank, read in enumerate(reads):
        if len(read) != EPOCHS * shard:
            said = f"rank {rank} read {len(read)} samples in {EPOCHS} epochs, expected {shard} in each"
            raise WrongAnswer(said, f"{len(reads)} ranks")
    return [[read[epoch * shard :][:shard] for read in reads] for epoch in range(EPOCHS)]


def test_divisible(ranks: Any, rng: Random) -> None:
    """Each epoch deals every sample to one of four ranks, once"""
    (epochs,) = deal(ranks, 4, 24, seeds=(rng.getrandbits(31),))
    for number, dealt in enumerate(epochs):
        assert_equal(sorted(chain(*dealt)), list(range(24)), given=f"epoch {number}: {dealt}")


def test_padded(ranks: Any, rng: Random) -> None:
    """17 samples for four ranks: none is left out, and all ranks get five"""
    (epochs,) = deal(ranks, 4, 17, seeds=(rng.getrandbits(31),))
    for number, dealt in enumerate(epochs):
        assert_equal(sorted(set(chain(*dealt))), list(range(17)), given=f"epoch {number}: {dealt}")


def test_other_order(ranks: Any, rng: Random) -> None:
    """Each epoch has another order"""
    (epochs,) = deal(ranks, 2, 36, seeds=(rng.getrandbits(31),))
    for one, other in combinations(range(EPOCHS), 2):
        assert epochs[one][0] != epochs[other][0], (
            f"epochs {one} and {other} deal rank 0 the same in one order"
        )


def test_other_samples(ranks: Any, rng: Random) -> None:
    """Each epoch deals out the whole dataset anew, so that a rank gets other samples"""
    (epochs,) = deal(ranks, 2, 36, seeds=(rng.getrandbits(31),))
    for one, other in combinations(range(EPOCHS), 2):
        assert set(epochs[one][0]) != set(epochs[other][0]), (
            f"epochs {one} and {other} deal rank 0 the same {len(epochs[one][0])} samples"
        )


def test_same_seed(ranks: Any, rng: Random) -> None:
    """The same seed repeats the permutations"""
    seed = rng.getrandbits(31)
    first, again = deal(ranks, 2, 36, seeds=(seed, seed))
    assert first == again, f"two trainings with seed={seed} read the samples in different orders"


def test_no_seed(ranks: Any) -> None:
    """Without a seed the permutations are those of seed 0"""
    first, without = deal(ranks, 2, 36, seeds=(0, None))
    assert first == without, "trainings without seed and with seed=0 read the samples in different orders"


def test_other_seed(ranks: Any, rng: Random) -> None:
    """Another seed gives other permutations"""
    seed = rng.getrandbits(30)
    first, second = deal(ranks, 2, 36, seeds=(seed, seed + 1))
    for epoch, (one, other) in enumerate(zip(first, second, strict=True)):
        assert one[0] != other[0], f"epoch {epoch} has the same order with seed={seed} and seed={seed + 1}"
