"""One backward pass for each optimizer step, through the summed losses of its micro-batches."""

import copy
from itertools import islice

import torch
from torch import Tensor, nn
from torch.distributed import destroy_process_group, get_backend, init_process_group
from torch.nn.parallel import DistributedDataParallel as DDP
from torch.utils.data import DataLoader, Dataset
from torch.utils.data.distributed import DistributedSampler


def setup(rank: int, world_size: int, init_method: str) -> None:
    backend = "gloo" if torch.cuda.device_count() < world_size else "nccl"
    init_process_group(backend, init_method, rank=rank, world_size=world_size)


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
    sampler = DistributedSampler(dataset, world_size, rank, seed=seed)
    loader = DataLoader(dataset, batch_size, sampler=sampler)
    if accumulate < 1 or len(loader) % accumulate:
        raise ValueError("accumulate does not divide the micro-batches of an epoch into whole steps")
    device = f"cuda:{rank}" if get_backend() == "nccl" else "cpu"
    ddp = DDP(copy.deepcopy(model).to(device))
    criterion, optimizer = nn.MSELoss(), torch.optim.SGD(ddp.parameters(), lr)
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        batches = iter(loader)
        while group := list(islice(batches, accumulate)):
            losses = [criterion(ddp(x.to(device)), y.to(device)) for x, y in group]
            optimizer.zero_grad()
            torch.stack(losses).mean().backward()
            optimizer.step()
    return ddp.module


def cleanup() -> None:
    destroy_process_group()
