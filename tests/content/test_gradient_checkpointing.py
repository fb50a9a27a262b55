"""The facts of the note on gradient checkpointing, computed; what PyTorch keeps and repeats is measured."""

import functools
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint, checkpoint_sequential

NOTE = "systems/gradient_checkpointing.md"
CORE = 2 + 2 + 1  # bytes per score: softmax output, dropout output, mask


def stored_numbers(run: Callable[[], torch.Tensor], own: set[int]) -> int:
    """How many numbers `run` keeps for its backward pass, without the tensors with an address in `own`."""
    kept: dict[int, int] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        if tensor.data_ptr() not in own:
            kept[tensor.data_ptr()] = tensor.numel()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        result = run()
    assert result.requires_grad
    return sum(kept.values())


def test_bytes_of_a_transformer_layer() -> None:
    attention, mlp, norms = 2 + 4 + 2 + 2 + 1, 2 + 8 + 8 + 1, 2 * 2
    assert (attention, mlp, attention + mlp + norms, CORE) == (11, 19, 34, 5)
    s, b, h, a, layers = 4096, 1, 4096, 32, 32
    unit = s * b * h
    assert (unit, 5 * a * s / h) == (2**24, 160)
    layer = unit * (34 + 5 * a * s / h)
    assert layer == CORE * a * s * s * b + 34 * unit
    assert layer / 1e9 == pytest.approx(3.25, abs=0.01)
    assert layers * layer / 1e9 == pytest.approx(104, abs=0.5)
    assert CORE * a * s * s * b / layer == pytest.approx(0.82, abs=0.005)
    assert layers * 34 * unit / 1e9 == pytest.approx(18.3, abs=0.05)
    assert layers * 2 * unit / 1e9 == pytest.approx(1.07, abs=0.005)
    assert 34 * unit / 1e9 == pytest.approx(0.57, abs=0.005)


def test_what_layers_keep() -> None:
    x = torch.randn(8, 16, requires_grad=True)
    linear = nn.Linear(16, 32)
    own = {parameter.data_ptr() for parameter in linear.parameters()}
    assert stored_numbers(lambda: linear(x), own) == x.numel()
    assert stored_numbers(lambda: x + torch.ones(8, 16), set()) == 0
    hidden = linear(x).detach().requires_grad_()
    assert stored_numbers(lambda: nn.functional.gelu(hidden), set()) == hidden.numel()


@pytest.mark.parametrize("layers", [9, 16, 64, 100])
def test_square_root_of_segments_is_best(layers: int) -> None:
    def memory(segments: int) -> float:
        return segments + layers / segments

    best = min(range(1, layers + 1), key=memory)
    assert best == pytest.approx(math.sqrt(layers), abs=0.5)
    assert memory(best) == pytest.approx(2 * math.sqrt(layers))


def test_unequal_sizes_favour_every_layer() -> None:
    def memory(segments: int, layers: int = 32) -> float:
        return 2 * segments + 34 * layers / segments

    best = min(range(1, 33), key=memory)
    assert best == round(math.sqrt(17 * 32)) == 23
    assert (round(memory(23)), memory(32), round(memory(6))) == (93, 98, 193)
    assert round(math.sqrt(32)) == 6


def layered(depth: int, runs: list[int]) -> nn.Sequential:
    class Layer(nn.Linear):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            runs.append(1)
            return super().forward(x).tanh()

    return nn.Sequential(*[Layer(16, 16) for _ in range(depth)])


@pytest.mark.parametrize("segments", [1, 2, 4, 8])
def test_each_layer_runs_at_most_twice_and_gradients_are_equal(segments: int) -> None:
    torch.manual_seed(0)
    runs: list[int] = []
    model, x = layered(8, runs), torch.randn(4, 16)
    model(x).sum().backward()
    plain = [parameter.grad.clone() for parameter in model.parameters() if parameter.grad is not None]
    model.zero_grad()
    runs.clear()
    y = checkpoint_sequential(model, segments, x, use_reentrant=False)  # type: ignore[no-untyped-call]
    y.sum().backward()
    assert len(runs) == 8 + 8 - 8 // segments
    for parameter, expected in zip(model.parameters(), plain, strict=True):
        assert torch.equal(parameter.grad, expected)  # type: ignore[arg-type]


def test_cost_in_forward_passes() -> None:
    overhead = (1 + 1 + 2) / (1 + 2)
    assert overhead == pytest.approx(1.33, abs=0.005)
    assert 40 * overhead == pytest.approx(53, abs=0.5)
    rows, wide, narrow = 5, 7, 11
    forward = 2 * rows * wide * narrow
    by_input, by_weight = 2 * rows * narrow * wide, 2 * wide * rows * narrow
    assert by_input + by_weight == 2 * forward


@functools.cache
def longest(slots: int, runs: int) -> int:
    """The longest chain, by Pascal's rule of the note."""
    return 1 if slots == 0 or runs == 0 else longest(slots - 1, runs) + longest(slots, runs - 1)


@functools.cache
def fewest_runs(length: int, slots: int) -> int:
    """The least bound on unrecorded runs of any step to reverse `length` steps; the start takes a slot."""
    if length == 1:
        return 0
    if slots == 1:
        return length - 1
    return min(
        max(1 + fewest_runs(split, slots), fewest_runs(length - split, slots - 1))
        for split in range(1, length)
    )


def test_binomial_bound() -> None:
    for slots in range(1, 5):
        for runs in range(1, 4):
            bound = math.comb(slots + runs, slots)
            assert longest(slots, runs) == bound
            assert fewest_runs(bound, slots) == runs
            assert fewest_runs(bound + 1, slots) == runs + 1
    assert math.comb(13, 3) == math.comb(10 + 3, 10) == 286


@pytest.mark.parametrize("levels", [3, 6, 10])
def test_recursive_halving(levels: int) -> None:
    def memory(length: int) -> int:
        return 0 if length == 1 else 1 + memory(length // 2)

    def forwards(length: int) -> int:
        """Advance to the middle, reverse the second half, then the first."""
        return 0 if length == 1 else length // 2 + 2 * forwards(length // 2)

    length = 2**levels
    assert memory(length) == levels
    assert length * levels / 2 == forwards(length)


def test_selective_recomputation_of_gpt3() -> None:
    s, h, a = 2048, 12288, 96
    scores = 5 * a * s / h
    assert scores == 80
    assert scores / (34 + scores) == pytest.approx(0.70, abs=0.005)
    core, layer = 4 * s * s * h, 24 * s * h * h + 4 * s * s * h
    assert core / layer == pytest.approx(s / (6 * h + s))
    assert core / layer == pytest.approx(0.027, abs=0.0005)
    assert core / (3 * layer) == pytest.approx(0.009, abs=0.0005)
    assert 24 == 2 * (3 + 1 + 4 + 4)  # QKV, projection, the two products of the MLP


def test_another_dropout_mask_gives_another_gradient() -> None:
    def gradient_matches(**options: Any) -> bool:
        torch.manual_seed(0)
        x = torch.ones(64, requires_grad=True)
        y = checkpoint(nn.Dropout(0.5), x, use_reentrant=False, **options)
        y.sum().backward()
        return torch.equal(x.grad, y.detach())  # type: ignore[arg-type]

    assert gradient_matches()
    assert not gradient_matches(preserve_rng_state=False)


def test_checkpoint_of_the_note_leaves_the_generator_where_it_was() -> None:
    from .conftest import CONTENT, python_blocks

    block = next(block for block in python_blocks(CONTENT / NOTE) if "class Checkpoint" in block.source)
    checkpointed = block.run()[0]["Checkpoint"]
    layer = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5))
    x = torch.randn(2, 4, requires_grad=True)
    torch.manual_seed(3)
    checkpointed.apply(layer, x).sum().backward()
    after = torch.get_rng_state()
    torch.manual_seed(3)
    layer(x)
    assert torch.equal(after, torch.get_rng_state())
    assert layer[0].weight.grad is not None


@pytest.mark.filterwarnings("ignore:None of the inputs have requires_grad")
def test_reentrant_checkpoint_without_a_gradient_at_its_input() -> None:
    layer, x = nn.Linear(2, 2), torch.ones(1, 2)
    assert not checkpoint(layer, x, use_reentrant=True).requires_grad
    assert checkpoint(layer, x, use_reentrant=False).requires_grad
    assert checkpoint(layer, x.clone().requires_grad_(), use_reentrant=True).requires_grad


def test_reentrant_checkpoint_refuses_autograd_grad() -> None:
    layer, x = nn.Linear(2, 2), torch.ones(1, 2, requires_grad=True)
    loss = checkpoint(layer, x, use_reentrant=True).sum()
    with pytest.raises(RuntimeError, match="grad"):
        torch.autograd.grad(loss, x)


def test_batchnorm_is_updated_twice() -> None:
    momentum, mean = 0.1, 4.0
    norm = nn.BatchNorm1d(1, momentum=momentum)
    norm.running_mean.fill_(1.0)  # type: ignore[union-attr]
    x = torch.tensor([[mean - 1], [mean + 1]], requires_grad=True)
    checkpoint(norm, x, use_reentrant=False).square().sum().backward()
    effective = 2 * momentum - momentum**2
    assert effective == pytest.approx(0.19)
    assert effective == pytest.approx(1 - (1 - momentum) ** 2)
    assert norm.running_mean.item() == pytest.approx((1 - effective) * 1.0 + effective * mean)  # type: ignore[union-attr]


@pytest.mark.parametrize("micro_batches", [1, 2, 8])
def test_accumulation_recomputes_the_batch_once(micro_batches: int) -> None:
    torch.manual_seed(0)
    runs: list[int] = []
    layer, x = layered(1, runs), torch.randn(8, 16)
    rows = 0
    for part in x.chunk(micro_batches):
        runs.clear()
        checkpoint(layer, part, use_reentrant=False).sum().backward()
        rows += len(runs) * len(part)
    assert rows == 2 * len(x)


def test_recomputation_with_other_shapes_is_noticed() -> None:
    width = [4]

    def block(x: torch.Tensor) -> torch.Tensor:
        return x[:, : width[0]].exp()

    x = torch.ones(2, 4, requires_grad=True)
    y = checkpoint(block, x, use_reentrant=False)
    width[0] = 3
    with pytest.raises(RuntimeError, match="different metadata"):
        y.sum().backward()
