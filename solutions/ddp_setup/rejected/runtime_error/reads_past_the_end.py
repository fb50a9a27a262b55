"""Mistake: the shards are cut to equal length without padding: the last rank reads past the end."""

import copy
import math
from contextlib import ExitStack

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import Dataset


def setup(rank: int, world_size: int, init_method: str) -> None:
    has_gpus = torch.cuda.is_available() and torch.cuda.device_count() >= world_size
    distributed.init_process_group(
        backend="nccl" if has_gpus else "gloo", init_method=init_method, world_size=world_size, rank=rank
    )


def shard(length: int, rank: int, world_size: int, epoch: int, seed: int) -> list[int]:
    """The samples of this rank in one epoch: a block of places in a permutation."""
    generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
    order = torch.randperm(length, generator=generator).tolist()
    block = math.ceil(length / world_size)
    return [order[place] for place in range(rank * block, (rank + 1) * block)]


def train(
    rank: int,
    world_size: int,
    model: nn.Module,
    dataset: Dataset[tuple[Tensor, Tensor]],
    epochs: int,
    batch_size: int,
    lr: float,
    accumulate: int = 1,
    seed: int = 0,
) -> nn.Module:
    micro_batches = math.ceil(math.ceil(len(dataset) / world_size) / batch_size)  # type: ignore[arg-type]
    if accumulate < 1 or micro_batches % accumulate != 0:
        raise ValueError("accumulate must divide the number of micro-batches of an epoch")
    device = torch.device("cuda", rank) if distributed.get_backend() == "nccl" else torch.device("cpu")
    own = copy.deepcopy(model).to(device)
    wrapper = DistributedDataParallel(own, gradient_as_bucket_view=True)
    for epoch in range(epochs):
        indices = shard(len(dataset), rank, world_size, epoch, seed)  # type: ignore[arg-type]
        starts = range(0, len(indices), batch_size)
        micro = [indices[start : start + batch_size] for start in starts]
        for first in range(0, len(micro), accumulate):
            for parameter in own.parameters():
                parameter.grad = None
            backward(wrapper, dataset, micro[first : first + accumulate], device)
            with torch.no_grad():
                for parameter in own.parameters():
                    parameter -= lr * parameter.grad
    return own


def backward(
    wrapper: DistributedDataParallel,
    dataset: Dataset[tuple[Tensor, Tensor]],
    group: list[list[int]],
    device: torch.device,
) -> None:
    """Leave the gradient of one optimizer step in the parameters."""
    with ExitStack() as silence:
        silence.enter_context(wrapper.no_sync())
        for place, indices in enumerate(group):
            if place == len(group) - 1:
                silence.close()
            x, y = (torch.stack(part).to(device) for part in zip(*(dataset[i] for i in indices), strict=True))
            loss = (wrapper(x) - y).square().mean() / len(group)
            loss.backward()


def cleanup() -> None:
    distributed.barrier()
    distributed.destroy_process_group()
