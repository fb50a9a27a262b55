"""The facts of the note on DistributedDataParallel, computed; what PyTorch does is asked of one process."""

import contextlib
import itertools
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import DistributedSampler

NOTE = "systems/distributed_data_parallel.md"


def gradient(weight: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    loss = (x @ weight - y).square().mean()
    return torch.autograd.grad(loss, weight)[0]


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_replicas_with_averaged_gradients_train_like_one_process(ranks: int) -> None:
    generator = torch.Generator().manual_seed(0)
    x, y = torch.randn(3, 8, 5, generator=generator), torch.randn(3, 8, generator=generator)
    start = torch.randn(5, generator=generator)
    single = start.clone().requires_grad_()
    replicas = [start.clone().requires_grad_() for _ in range(ranks)]
    optimizers = [torch.optim.Adam([weight], lr=0.1) for weight in [single, *replicas]]
    for step in range(3):
        single.grad = gradient(single, x[step], y[step])
        shards = [gradient(weight, x[step][r::ranks], y[step][r::ranks]) for r, weight in enumerate(replicas)]
        for weight in replicas:
            weight.grad = torch.stack(shards).mean(0)
        for optimizer in optimizers:
            optimizer.step()
    for weight in replicas:
        torch.testing.assert_close(weight, single)


def test_unequal_shards_and_summed_losses() -> None:
    first, rest = np.array([1.0]), np.array([5.0, 5.0, 5.0])
    assert (first.mean() + rest.mean()) / 2 == 3
    assert np.concatenate([first, rest]).mean() == 4
    ranks = np.arange(12.0).reshape(4, 3)
    assert ranks.sum(axis=1).mean() == ranks.sum() / 4


def test_contrastive_loss_is_not_averaged_over_shards() -> None:
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(4, 4, generator=generator, requires_grad=True)
    a, b = torch.randn(2, 8, 4, generator=generator)

    def slope(rows: slice) -> torch.Tensor:
        logits = (a[rows] @ weight) @ b[rows].T
        loss = torch.nn.functional.cross_entropy(logits, torch.arange(len(logits)))
        return torch.autograd.grad(loss, weight)[0]

    averaged = (slope(slice(0, 4)) + slope(slice(4, 8))) / 2
    assert not torch.allclose(averaged, slope(slice(0, 8)), rtol=0.1)


@given(ranks=st.integers(1, 7), length=st.integers(1, 30), seed=st.integers(0, 99))
def test_ring_of_the_note_sums_on_every_rank(
    ranks: int, length: int, seed: int, note_function: Callable[[str, str], Any]
) -> None:
    vectors = list(np.random.default_rng(seed).standard_normal((ranks, length)))
    results, sent = note_function(NOTE, "ring_all_reduce")(vectors)
    for result in results:
        np.testing.assert_allclose(result, np.sum(vectors, axis=0))
    assert sum(sent) == 2 * (ranks - 1) * length
    if length % ranks == 0:
        assert set(sent) == {2 * (ranks - 1) * length // ranks}


@pytest.mark.parametrize("ranks", [2, 3, 8])
def test_reduce_scatter_leaves_one_finished_chunk_on_every_rank(ranks: int) -> None:
    """Chunks as sets of the contributions that they contain."""
    held = [[{rank} for _ in range(ranks)] for rank in range(ranks)]
    for step in range(ranks - 1):
        messages = [(rank, (rank - step) % ranks) for rank in range(ranks)]
        received = [held[rank][chunk].copy() for rank, chunk in messages]
        for (rank, chunk), contributions in zip(messages, received, strict=True):
            held[(rank + 1) % ranks][chunk] |= contributions
    finished = [[c for c in range(ranks) if held[rank][c] == set(range(ranks))] for rank in range(ranks)]
    assert [len(chunks) for chunks in finished] == [1] * ranks
    assert sorted(itertools.chain.from_iterable(finished)) == list(range(ranks))


def test_volumes_and_times_of_the_example() -> None:
    size, bandwidth = 400e6, 25e9
    assert size == 100e6 * 4
    for ranks, volume, milliseconds in [(8, 700e6, 28), (64, 787.5e6, 31.5)]:
        sent = 2 * (ranks - 1) / ranks * size
        assert sent == volume < 2 * size
        assert 1000 * sent / bandwidth == pytest.approx(milliseconds)
    through_one = 7 * size
    assert through_one == 2.8e9
    assert 1000 * 2 * through_one / bandwidth == pytest.approx(224)


@pytest.mark.parametrize("ranks", [2, 3])
def test_no_all_reduce_needs_fewer_messages_for_an_element(ranks: int) -> None:
    """Breadth-first search over all schedules: a message carries what its sender knows."""
    done = frozenset(range(ranks))
    states = {tuple(frozenset({rank}) for rank in range(ranks))}
    messages = 0
    while not any(all(known == done for known in state) for state in states):
        messages += 1
        states = {
            (*state[:receiver], state[receiver] | state[sender], *state[receiver + 1 :])
            for state in states
            for sender, receiver in itertools.permutations(range(ranks), 2)
        }
    assert messages == 2 * (ranks - 1)


def test_bucket_timeline(note_function: Callable[[str, str], Any]) -> None:
    averaged_after = note_function(NOTE, "averaged_after")
    latency = 2 * 7 * 0.02
    assert latency == pytest.approx(0.28)
    assert averaged_after(1) == pytest.approx(60 + 28 + latency)
    for buckets in (4, 16, 64):  # only the last bucket is exposed
        assert averaged_after(buckets) == pytest.approx(60 + 28 / buckets + latency)
    assert averaged_after(300) == pytest.approx(60 / 300 + 28 + 300 * latency)
    assert math.ceil(400e6 / (25 * 2**20)) == 16


@given(length=st.integers(1, 50), ranks=st.integers(1, 6), epoch=st.integers(0, 3))
def test_sampler_shares_pads_and_reshuffles(length: int, ranks: int, epoch: int) -> None:
    def shards(epoch: int, drop_last: bool = False) -> list[list[int]]:
        samplers = [
            DistributedSampler(range(length), ranks, rank, seed=5, drop_last=drop_last)
            for rank in range(ranks)
        ]
        for sampler in samplers:
            sampler.set_epoch(epoch)
        return [list(sampler) for sampler in samplers]

    share = math.ceil(length / ranks)
    found = shards(epoch)
    assert [len(shard) for shard in found] == [share] * ranks
    assert set(itertools.chain.from_iterable(found)) == set(range(length))
    assert shards(epoch) == found
    permutation = torch.randperm(length, generator=torch.Generator().manual_seed(5 + epoch)).tolist()
    padded = list(itertools.islice(itertools.cycle(permutation), share * ranks))
    assert found == [padded[rank::ranks] for rank in range(ranks)]
    if length >= ranks:
        dropped = list(itertools.chain.from_iterable(shards(epoch, drop_last=True)))
        assert len(dropped) == len(set(dropped)) == length - length % ranks


def test_sampler_of_ten_examples_and_four_ranks() -> None:
    assert math.ceil(10 / 4) * 4 - 10 == 2
    assert [len(DistributedSampler(range(10), 4, rank, drop_last=True)) for rank in range(4)] == [2] * 4


def test_accumulating_with_a_reduction_each_time_gives_the_same_gradient() -> None:
    """Averaging the accumulated gradient leaves the part that is common already."""
    first, second = np.random.default_rng(0).standard_normal((2, 4, 3))  # (ranks, parameters) each
    held = np.broadcast_to(first.mean(0), (4, 3)) + second
    np.testing.assert_allclose(held.mean(0), (first + second).mean(0))


class Recording:
    """A stand-in for a DDP model that notes in which mode its forward and backward passes run."""

    def __init__(self, weight: torch.Tensor) -> None:
        self.weight, self.synchronising = weight, True
        self.forward: list[bool] = []
        self.backward: list[bool] = []
        weight.register_hook(lambda _: self.backward.append(self.synchronising))

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        self.forward.append(self.synchronising)
        return x @ self.weight

    @contextlib.contextmanager
    def no_sync(self) -> Iterator[None]:
        self.synchronising = False
        yield
        self.synchronising = True


@pytest.mark.parametrize("micro_batches", [1, 2, 5])
def test_accumulation_of_the_note_synchronises_once(
    micro_batches: int, note_function: Callable[[str, str], Any]
) -> None:
    x = torch.randn(micro_batches, 4, 3, generator=torch.Generator().manual_seed(0))
    weight = torch.ones(3, requires_grad=True)
    model = Recording(weight)
    note_function(NOTE, "accumulate")(model, lambda model, batch: model(batch).square().mean(), list(x))
    assert model.forward == model.backward == [False] * (micro_batches - 1) + [True]
    (whole,) = torch.autograd.grad((x.reshape(-1, 3) @ weight).square().mean(), weight)
    torch.testing.assert_close(weight.grad, whole)


def test_linear_scaling_is_exact_for_a_constant_gradient() -> None:
    gradients = np.full(8, 0.3)
    assert 8 * 0.1 * gradients.mean() == pytest.approx(0.1 * gradients.sum())
    batch = 256 * 32
    assert (batch, 0.1 * batch / 256) == pytest.approx((8192, 3.2))


def test_batch_statistics_of_the_ranks_combine() -> None:
    ranks = np.random.default_rng(0).standard_normal((4, 6))
    means, variances = ranks.mean(1), ranks.var(1)
    assert means.mean() == pytest.approx(ranks.mean())
    assert (variances + (means - means.mean()) ** 2).mean() == pytest.approx(ranks.var())
    example = np.array([[1.0, 3.0], [5.0, 7.0]])
    assert (example.mean(1).tolist(), example.var(1).tolist()) == ([2, 6], [1, 1])
    assert (example.mean(), example.var()) == (4, 5)


def test_memory_of_the_table() -> None:
    billions, n = 7.5, 64
    assert 2 + 2 + 3 * 4 == 16
    table = {16: 120, 4 + 12 / n: 31.4, 2 + 14 / n: 16.6, 16 / n: 1.9}
    for bytes_per_parameter, gigabytes in table.items():
        assert billions * bytes_per_parameter == pytest.approx(gigabytes, abs=0.05)


ONE_PROCESS = """
import json, sys, warnings
import torch, torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

warnings.simplefilter("ignore")
namespace = {"__name__": "note"}
exec(sys.stdin.read(), namespace)

torch.manual_seed(0)
dataset = torch.utils.data.TensorDataset(torch.randn(10, 3), torch.randn(10, 1))
trained = torch.nn.Linear(3, 1)
before = trained.weight.tolist()
namespace["main"](dataset, trained, sys.argv[1])
found = {"keys": sorted(torch.load(sys.argv[1])), "moved": trained.weight.tolist() != before,
         "ended": not dist.is_initialized()}

dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
reductions = 0

def count(state, bucket):
    global reductions
    reductions += 1
    done = torch.futures.Future()
    done.set_result(bucket.buffer())
    return done

def counted(act):
    global reductions
    reductions = 0
    act()
    return reductions

x = torch.randn(4, 3)
ddp = DistributedDataParallel(torch.nn.Linear(3, 1))
ddp.register_comm_hook(None, count)

def inside():
    with ddp.no_sync():
        ddp(x).sum().backward()

def forward_outside():
    loss = ddp(x).sum()
    with ddp.no_sync():
        loss.backward()

found["plain"] = counted(lambda: ddp(x).sum().backward())
found["inside"] = counted(inside)
found["forward_outside"] = counted(forward_outside)
found["bypassed"] = counted(lambda: ddp.module(x).sum().backward())
found["prefix"] = sorted(ddp.state_dict())

class Branch(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.used, self.unused = torch.nn.Linear(3, 1), torch.nn.Linear(3, 1)

    def forward(self, x):
        return self.used(x)

def two_steps(**options):
    ddp = DistributedDataParallel(Branch(), **options)
    ddp.register_comm_hook(None, count)
    first = counted(lambda: ddp(x).sum().backward())
    try:
        ddp(x).sum().backward()
    except RuntimeError as error:
        return first, str(error)
    return first, ""

found["unused"] = two_steps()
found["searched"] = two_steps(find_unused_parameters=True)
dist.destroy_process_group()
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What DDP did in a process group of one, in a process of its own."""
    text = (Path(__file__).parents[2] / "content" / NOTE).read_text(encoding="utf-8")
    script = next(block for block in text.split("```python\n") if "def main(" in block).partition("```")[0]
    place = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1"}
    process = subprocess.run(
        [sys.executable, "-c", ONE_PROCESS, str(tmp_path_factory.mktemp("ddp") / "checkpoint.pt")],
        input=script,
        env={**os.environ, **place, "MASTER_PORT": "0", "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    result: dict[str, Any] = json.loads(process.stdout.splitlines()[-1])
    return result


def test_script_of_the_note_trains_saves_a_bare_model_and_ends_its_group(found: dict[str, Any]) -> None:
    assert (found["keys"], found["moved"], found["ended"]) == (["bias", "weight"], True, True)
    assert found["prefix"] == ["module.bias", "module.weight"]


def test_reductions_follow_the_forward_pass(found: dict[str, Any]) -> None:
    assert (found["plain"], found["inside"], found["forward_outside"]) == (1, 0, 1)


def test_calling_the_bare_module_skips_the_reduction_silently(found: dict[str, Any]) -> None:
    assert found["bypassed"] == 0


def test_unused_parameters_block_their_bucket_until_they_are_searched_for(found: dict[str, Any]) -> None:
    reductions, error = found["unused"]
    assert reductions == 0
    assert "finished reduction" in error
    reductions, error = found["searched"]
    assert reductions > 0
    assert error == ""
