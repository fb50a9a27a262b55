"""The parameters after training, against a single process that takes the same batches.

The samples of each micro-batch are known from what the ranks read. Comparisons allow 1e-9 in float64 and 1e-4
in float32, where correct programs differ by some 1e-15 and 1e-6 (order of summation), and wrong ones by 1e-2.
"""

import itertools
import math
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from grader.suite import Served, WrongAnswer, assert_close_to_reference, violation

FLOOR = {torch.float32: 1e-4, torch.float64: 1e-9}
WIDTHS = (3, 5, 2)
NAMES = ["0.weight", "0.bias", "2.weight", "2.bias"]
Parameters = list[Tensor]


class Job:
    """What is to be trained: `starts` are the parameters given to each rank, `samples` the dataset (x, y)."""

    def __init__(
        self,
        generator: torch.Generator,
        *,
        world_size: int,
        length: int,
        dtype: torch.dtype = torch.float64,
        epochs: int = 2,
        batch_size: int = 2,
        lr: float = 0.05,
        **options: int,
    ) -> None:
        def normal(*shape: int) -> Tensor:
            return torch.randn(shape, generator=generator, dtype=dtype)

        def start() -> Parameters:
            layers = itertools.pairwise(WIDTHS)
            return [each for inputs, outputs in layers for each in (normal(outputs, inputs), normal(outputs))]

        self.starts = [start() for _ in range(world_size)]
        self.x, self.y = normal(length, WIDTHS[0]), normal(length, WIDTHS[-1])
        self.samples = Served(world_size, self.x, self.y)
        self.epochs, self.batch_size, self.lr = epochs, batch_size, lr
        self.options = options
        told = {"epochs": epochs, "batch_size": batch_size, "lr": lr, **options}
        listed = ", ".join(f"{name}={value}" for name, value in told.items())
        self.given = f"{world_size} ranks, {length} samples, {listed}"

    def session(self, team: Any) -> Callable[[int, Any], Any]:
        """What one rank does."""
        address = team.address()

        def session(rank: int, submission: Any) -> Any:
            start, read = self.starts[rank], self.samples.reader(rank)
            fixed = (rank, team.size, address, start, len(self.samples), read)
            return submission.session(*fixed, self.epochs, self.batch_size, self.lr, **self.options)

        return session

    def check(self, team: Any) -> None:
        """Every rank returns the parameters of a single process, and exactly those of rank 0."""
        try:
            outcomes = enumerate(team.run(self.session(team)))
            compare([take_parameters(rank, outcome) for rank, outcome in outcomes], self)
        except WrongAnswer as wrong:
            wrong.given = wrong.given or self.given
            raise

    def steps(self) -> list[list[list[int]]]:
        """The micro-batches of each optimizer step, those of all ranks, from what was read."""
        reads, accumulate = self.samples.reads, self.options.get("accumulate", 1)
        shard = math.ceil(len(self.samples) / len(reads))
        for rank, read in enumerate(reads):
            if len(read) != self.epochs * shard:
                raise WrongAnswer(
                    f"rank {rank} read {len(read)} samples in {self.epochs} epochs, expected {shard} in each"
                )
        micro_batches = [
            [read[epoch * shard :][start : min(start + self.batch_size, shard)] for read in reads]
            for epoch in range(self.epochs)
            for start in range(0, shard, self.batch_size)
        ]
        firsts = range(0, len(micro_batches), accumulate)
        return [list(itertools.chain(*micro_batches[first : first + accumulate])) for first in firsts]

    def single_process(self, steps: list[list[list[int]]], dtype: torch.dtype) -> Parameters:
        """Gradient descent on the mean of the losses of a step's micro-batches, from rank 0's start."""
        x, y = self.x.to(dtype), self.y.to(dtype)
        parameters = [each.to(dtype, copy=True).requires_grad_() for each in self.starts[0]]
        weight, bias, weight_out, bias_out = parameters
        for micro_batches in steps:
            losses = [
                mse_loss((x[indices] @ weight.T + bias).tanh() @ weight_out.T + bias_out, y[indices])
                for indices in micro_batches
            ]
            gradients = torch.autograd.grad(torch.stack(losses).mean(), parameters)
            with torch.no_grad():
                for parameter, gradient in zip(parameters, gradients, strict=True):
                    parameter -= self.lr * gradient
        return [each.detach() for each in parameters]


def take_parameters(rank: int, outcome: Any) -> Parameters:
    """The parameters that a rank returned in a module that is not wrapped."""
    names = list(outcome["parameters"])
    if names != NAMES:
        raise WrongAnswer(
            f"rank {rank} must return the module itself, with the parameters {', '.join(NAMES)}; it returned "
            f"an object of class {outcome['class']} with {', '.join(names) or 'none'}"
        )
    return list(outcome["parameters"].values())


def compare(results: list[Parameters], job: Job) -> None:
    """Compare what the ranks returned with a single process, and with each other."""
    steps, dtype = job.steps(), job.x.dtype
    reference, trusted = job.single_process(steps, torch.float64), job.single_process(steps, dtype)
    for rank, result in enumerate(results):
        for name, got, expected, model in zip(NAMES, result, reference, trusted, strict=True):
            name_of = f"parameter {name} of rank {rank}"
            assert_close_to_reference(got, expected, model, floor=FLOOR[dtype], name=name_of)
    for rank, result in enumerate(results):
        for name, got, first in zip(NAMES, result, results[0], strict=True):
            if not got.equal(first):
                raise WrongAnswer(f"rank {rank} and rank 0 return different numbers for {name}")


@pytest.mark.parametrize("world_size", [1, 2, 4], ids=lambda size: f"world_size={size}")
def test_parameters(ranks: Any, torch_rng: torch.Generator, world_size: int) -> None:
    """All ranks end with the parameters of a single process on the union of their batches"""
    Job(torch_rng, world_size=world_size, length=16, dtype=torch.float32).check(ranks(world_size))


@pytest.mark.parametrize(("world_size", "accumulate"), [(2, 3), (4, 2)], ids=["world_size=2", "world_size=4"])
def test_accumulation(ranks: Any, torch_rng: torch.Generator, world_size: int, accumulate: int) -> None:
    """Several micro-batches form one optimizer step"""
    length = 4 * world_size * accumulate
    Job(torch_rng, world_size=world_size, length=length, accumulate=accumulate).check(ranks(world_size))


def test_rank_zero_counts(ranks: Any, torch_rng: torch.Generator) -> None:
    """With a learning rate of 0 every rank returns the parameters that rank 0 was given"""
    job = Job(torch_rng, world_size=2, length=8, epochs=1, lr=0.0)
    team = ranks(2)
    for rank, outcome in enumerate(team.run(job.session(team))):
        for name, got, first in zip(NAMES, take_parameters(rank, outcome), job.starts[0], strict=True):
            assert got.equal(first), f"rank {rank} returns other numbers for {name} than rank 0 was given"


def test_smaller_last_micro_batch(ranks: Any, torch_rng: torch.Generator) -> None:
    """The last micro-batch of an epoch may be smaller, and counts like the others"""
    Job(torch_rng, world_size=2, length=22, batch_size=4, accumulate=3).check(ranks(2))


def test_padding(ranks: Any, torch_rng: torch.Generator, rng: Random) -> None:
    """A dataset that can't be divided by the number of ranks"""
    seed = rng.getrandbits(31)
    Job(torch_rng, world_size=4, length=13, batch_size=1, accumulate=2, seed=seed).check(ranks(4))


@pytest.mark.parametrize(("world_size", "accumulate"), [(1, 0), (2, 3)], ids=["accumulate=0", "accumulate=3"])
def test_incomplete_step(ranks: Any, torch_rng: torch.Generator, world_size: int, accumulate: int) -> None:
    """Micro-batches that don't make whole optimizer steps are refused by every rank"""
    length = 8 * world_size
    job = Job(torch_rng, world_size=world_size, length=length, epochs=1, accumulate=accumulate)
    team = ranks(world_size)
    session = job.session(team)

    def refused(rank: int, submission: Any) -> None:
        with violation(f"accumulate = {accumulate} with 4 micro-batches in an epoch"):
            session(rank, submission)

    team.run(refused)


@pytest.mark.instrumented
def test_given_module_unchanged(ranks: Any, torch_rng: torch.Generator) -> None:
    """The module that was given is left as it was, and shares no storage with the result"""
    job, team = Job(torch_rng, world_size=2, length=8, epochs=1), ranks(2)
    for rank, outcome in enumerate(team.run(job.session(team))):
        assert not outcome["model_changed"], f"the module given to rank {rank} was changed"
        assert not outcome["storage_shared"], f"rank {rank} returns parameters of the module it was given"
