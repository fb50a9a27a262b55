"""The process group, and what DistributedDataParallel is made to do; told by counters in the ranks."""

from typing import Any

import pytest
import torch
from torch import Tensor

from grader.suite import Served, assert_equal

pytestmark = pytest.mark.instrumented
SIZES = {"0.weight": 6, "0.bias": 2}


def train(
    ranks: Any, generator: torch.Generator, world_size: int, batch_size: int, **options: int
) -> list[Any]:
    """What each rank reports of two epochs with 12 samples for each rank."""

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    length, start = 12 * world_size, [normal(2, 3), normal(2)]
    team, samples = ranks(world_size), Served(world_size, normal(length, 3), normal(length, 2))
    address = team.address()

    def session(rank: int, submission: Any) -> Any:
        fixed = (rank, world_size, address, start, length, samples.reader(rank))
        return submission.session(*fixed, 2, batch_size, 0.01, **options)

    return list(team.run(session))


@pytest.mark.parametrize(
    ("world_size", "batch_size", "accumulate"),
    [(2, 1, 4), (4, 2, 3)],
    ids=["world_size=2", "world_size=4"],
)
def test_one_synchronisation(
    ranks: Any, torch_rng: torch.Generator, world_size: int, batch_size: int, accumulate: int
) -> None:
    """DistributedDataParallel reduces each gradient once for each optimizer step"""
    outcomes = train(ranks, torch_rng, world_size, batch_size, accumulate=accumulate)
    steps = 2 * 12 // batch_size // accumulate
    for rank, outcome in enumerate(outcomes):
        for name, size in SIZES.items():
            times = outcome["reduced"].get(name, 0) / size
            assert times == steps, (
                f"rank {rank}: in {steps} optimizer steps with accumulate={accumulate} the {size} numbers of "
                f"the gradient of {name} were reduced {times:g} times"
            )


def test_wrapper(ranks: Any, torch_rng: torch.Generator) -> None:
    """DistributedDataParallel wraps the model"""
    for rank, outcome in enumerate(train(ranks, torch_rng, 2, 6)):
        wrapped = list(outcome["reduced"])
        assert wrapped == list(SIZES), f"rank {rank}: DistributedDataParallel wraps {wrapped or 'nothing'}"


def test_group(ranks: Any, torch_rng: torch.Generator) -> None:
    """After setup there is a gloo process group in which every rank has its number"""
    for rank, outcome in enumerate(train(ranks, torch_rng, 4, 6)):
        group = {"rank": rank, "world_size": 4, "backend": "gloo"}
        assert_equal(outcome["group"], group, given=f"the process group of rank {rank}")


def test_cleanup(ranks: Any, torch_rng: torch.Generator) -> None:
    """After cleanup there is no process group"""
    for rank, outcome in enumerate(train(ranks, torch_rng, 2, 6)):
        assert outcome["group_after"] == {}, f"after cleanup rank {rank} still is in a process group"


@pytest.mark.parametrize(("gpus", "backend"), [(1, "gloo"), (2, "nccl")], ids=["gpus=1", "gpus=2"])
def test_backend(ranks: Any, gpus: int, backend: str) -> None:
    """Two ranks use nccl if there are two GPUs, else gloo"""
    team = ranks(2)
    address = team.address()
    chosen = team.run(lambda rank, submission: submission.backend_with_gpus(gpus, rank, 2, address))
    for rank, got in enumerate(chosen):
        assert got == backend, f"on a machine with GPUs: {gpus} rank {rank} of 2 chose {got}, not {backend}"
