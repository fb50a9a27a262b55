"""The example of the prompt, and what every training must keep to."""

from itertools import chain
from typing import Any

import torch

from grader.suite import Served, WrongAnswer, assert_close_to_reference


def test_prompt_example(ranks: Any) -> None:
    """The example of the prompt: two ranks, one step"""
    x = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    y = torch.tensor([[2.0], [4.0], [9.0], [4.0]])
    starts = [[torch.tensor([[1.0]]), torch.tensor([0.0])], [torch.tensor([[5.0]]), torch.tensor([5.0])]]
    team, samples = ranks(2), Served(2, x, y)
    address = team.address()

    def session(rank: int, submission: Any) -> Any:
        read = samples.reader(rank)
        return submission.session(rank, 2, address, starts[rank], len(x), read, 1, 1, 0.1, accumulate=2)

    for rank, outcome in enumerate(team.run(session)):
        parameters = outcome["parameters"]
        if list(parameters) != ["0.weight", "0.bias"]:
            raise WrongAnswer(f"rank {rank} returned a {outcome['class']} with parameters {list(parameters)}")
        for name, expected in (("0.weight", [[2.15]]), ("0.bias", [0.45])):
            reference = torch.tensor(expected, dtype=torch.float64)
            trusted = reference.float()
            assert_close_to_reference(
                parameters[name], reference, trusted, floor=1e-5, name=f"{name} of rank {rank}"
            )


def test_epochs(ranks: Any, torch_rng: torch.Generator) -> None:
    """In each epoch two ranks read every sample once, four each"""
    x, y = torch.randn(8, 3, generator=torch_rng), torch.randn(8, 1, generator=torch_rng)
    start = [torch.randn(1, 3, generator=torch_rng), torch.zeros(1)]
    team, samples = ranks(2), Served(2, x, y)
    address = team.address()
    team.run(
        lambda rank, submission: submission.session(
            rank, 2, address, start, 8, samples.reader(rank), epochs=3, batch_size=2, lr=0.1
        )
    )
    for rank, read in enumerate(samples.reads):
        assert len(read) == 12, f"rank {rank} read {len(read)} samples in 3 epochs, expected 12"
    for epoch in range(3):
        dealt = [read[4 * epoch : 4 * epoch + 4] for read in samples.reads]
        assert sorted(chain(*dealt)) == list(range(8)), f"epoch {epoch} was dealt out as {dealt}"


def test_setup_again(ranks: Any, torch_rng: torch.Generator) -> None:
    """After cleanup setup works again"""
    x, y = torch.randn(4, 3, generator=torch_rng), torch.randn(4, 1, generator=torch_rng)
    start = [torch.randn(1, 3, generator=torch_rng), torch.zeros(1)]
    team, samples = ranks(2), Served(2, x, y)
    addresses = [team.address(), team.address()]

    def sessions(rank: int, submission: Any) -> None:
        for address in addresses:
            submission.session(rank, 2, address, start, 4, samples.reader(rank), 1, 2, 0.1)

    team.run(sessions)
