"""Stands between the judge and your functions, in each rank: makes a model and a dataset out of numbers.

`dataset[i]` asks the judge for sample i, so the judge knows what each rank reads, and in which order. The
counters in the lower half look on from inside of your process.
"""

import copy
import operator
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any
from unittest import mock

import submission
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.algorithms.ddp_comm_hooks.default_hooks import allreduce_hook
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import Dataset

Read = Callable[[int], tuple[Tensor, Tensor]]


class Samples(Dataset[tuple[Tensor, Tensor]]):
    """`length` samples; `read(i)` fetches the pair (x, y) of sample i."""

    def __init__(self, length: int, read: Read) -> None:
        self._length = length
        self._read = read

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        index = operator.index(index)
        if not 0 <= index < self._length:
            raise IndexError(f"dataset[{index}]: there are {self._length} samples")
        return self._read(index)


def session(
    rank: int,
    world_size: int,
    init_method: str,
    parameters: list[Tensor],
    length: int,
    read: Read,
    epochs: int,
    batch_size: int,
    lr: float,
    **options: int,
) -> dict[str, Any]:
    """Call your `setup`, `train` and `cleanup` in this rank, and tell what came of it."""
    model, dataset = build(parameters), Samples(length, read)
    before = copy.deepcopy(model)
    wait_for_rank_zero(rank, init_method)
    submission.setup(rank, world_size, init_method)
    group = describe_group()
    with counted_reductions() as reduced:
        trained = submission.train(rank, world_size, model, dataset, epochs, batch_size, lr, **options)
    submission.cleanup()
    result = parameters_of(trained)
    addresses = {each.data_ptr() for each in model.parameters()}
    return {
        "class": type(trained).__name__,
        "parameters": result,
        "group": group,
        "group_after": describe_group(),
        "reduced": reduced,
        "model_changed": not is_same(model, before),
        "storage_shared": any(each.data_ptr() in addresses for each in result.values()),
    }


def build(parameters: list[Tensor]) -> nn.Module:
    """A stack of linear layers with tanh in between, of these weights and biases in turn."""
    layers: list[nn.Module] = []
    for weight, bias in zip(parameters[::2], parameters[1::2], strict=True):
        layer = nn.Linear(weight.shape[1], weight.shape[0], dtype=weight.dtype)
        with torch.no_grad():
            layer.weight.copy_(weight)
            layer.bias.copy_(bias)
        layers += [layer, nn.Tanh()]
    return nn.Sequential(*layers[:-1])


def parameters_of(module: Any) -> dict[str, Tensor]:
    """The parameters of a module by name, on the CPU; empty for anything else."""
    if not isinstance(module, nn.Module):
        return {}
    return {name: parameter.detach().cpu() for name, parameter in module.named_parameters()}


def is_same(model: nn.Module, other: nn.Module) -> bool:
    """Whether two modules have equal parameters, and the first no gradients."""
    pairs = zip(model.parameters(), other.parameters(), strict=True)
    return all(one.equal(two) and one.grad is None for one, two in pairs)


def describe_group() -> dict[str, Any]:
    """The default process group as this rank sees it; empty when there is none."""
    if not dist.is_initialized():
        return {}
    return {"rank": dist.get_rank(), "world_size": dist.get_world_size(), "backend": dist.get_backend()}


def backend_with_gpus(gpus: int, rank: int, world_size: int, init_method: str) -> str:
    """The backend that your `setup` asks for on a machine that claims to have so many GPUs."""
    try:
        with claimed_gpus(gpus):
            submission.setup(rank, world_size, init_method)
    except AskedFor as asked:
        return asked.backend
    return "none"


class AskedFor(BaseException):
    """Ends `init_process_group`, where the GPUs would be needed; no `except Exception` hides it."""

    def __init__(self, backend: str) -> None:
        super().__init__(backend)
        self.backend = backend


class NoBackend(dist.Backend):
    """Takes the place of the class that checks the name of a backend."""

    def __new__(cls, name: str) -> "NoBackend":
        """Tell the name instead."""
        raise AskedFor("nccl" if "nccl" in str(name).lower() else str(name).lower())


def wait_for_rank_zero(rank: int, init_method: str) -> None:
    """Let rank 0 open the door: who knocks before that waits for a second before it tries again."""
    port = init_method.rpartition(":")[2]
    deadline = time.monotonic() + 2
    while rank and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", int(port))).close()
        except OSError:
            time.sleep(0.002)
        else:
            return


@contextmanager
def claimed_gpus(count: int) -> Iterator[None]:
    """Let torch say that there are `count` GPUs, and that it can use them."""
    claims = {
        "is_available": count > 0,
        "device_count": count,
        "set_device": None,
        "set_device_index": None,
        "current_accelerator": torch.device("cuda") if count else None,
    }
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(dist.distributed_c10d, "_NCCL_AVAILABLE", True))
        stack.enter_context(mock.patch.object(dist.distributed_c10d, "Backend", NoBackend))
        for owner in (torch.cuda, torch.accelerator):
            for name in claims.keys() & vars(owner).keys():
                stack.enter_context(mock.patch.object(owner, name, return_value=claims[name]))
        yield


@contextmanager
def counted_reductions() -> Iterator[dict[str, int]]:
    """Counts how many numbers DistributedDataParallel reduces of each parameter's gradient.

    Every wrapper gets a communication hook, around its own if it has one; the default hook does what is done
    without one: it divides by the number of ranks, then sums over them.
    """
    wrapper: Any = DistributedDataParallel
    init, forward, register = wrapper.__init__, wrapper.forward, wrapper.register_comm_hook
    names: dict[Tensor, str] = {}
    counts: dict[str, int] = {}

    @wraps(init)
    def counting_init(self: Any, module: nn.Module, *arguments: Any, **named: Any) -> None:
        init(self, module, *arguments, **named)
        self.is_counted = False
        names.update((parameter, name) for name, parameter in module.named_parameters())
        counts.update((name, counts.get(name, 0)) for name in names.values())

    @wraps(register)
    def counting_register(self: Any, state: Any, hook: Callable[..., Any]) -> None:
        @wraps(hook)
        def counting_hook(state: Any, bucket: dist.GradBucket) -> Any:
            for parameter in bucket.parameters():
                counts[names[parameter]] += parameter.numel()
            return hook(state, bucket)

        self.is_counted = True
        register(self, state, counting_hook)

    @wraps(forward)
    def counting_forward(self: Any, *arguments: Any, **named: Any) -> Any:
        if not self.is_counted:
            self.register_comm_hook(self.process_group, allreduce_hook)
        return forward(self, *arguments, **named)

    with (
        mock.patch.object(wrapper, "__init__", counting_init),
        mock.patch.object(wrapper, "register_comm_hook", counting_register),
        mock.patch.object(wrapper, "forward", counting_forward),
    ):
        yield counts
