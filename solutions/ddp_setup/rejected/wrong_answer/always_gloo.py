"""Mistake: never looks for GPUs."""

import contextlib
import copy

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, Dataset, DistributedSampler


def setup(rank: int, world_size: int, init_method: str) -> None:
    dist.init_process_group("gloo", init_method=init_method, rank=rank, world_size=world_size)


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
    sampler = DistributedSampler(dataset, num_replicas=world_size, rank=rank, shuffle=True, seed=seed)
    loader = DataLoader(dataset, batch_size=batch_size, sampler=sampler)
    if accumulate < 1 or len(loader) % accumulate:
        raise ValueError(f"{len(loader)} micro-batches don't make whole steps of {accumulate}")
    ddp = DistributedDataParallel(copy.deepcopy(model))
    optimizer = torch.optim.SGD(ddp.parameters(), lr=lr)
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        for number, (x, y) in enumerate(loader, start=1):
            completes_step = number % accumulate == 0
            with contextlib.nullcontext() if completes_step else ddp.no_sync():
                loss = mse_loss(ddp(x), y)
                (loss / accumulate).backward()
            if completes_step:
                optimizer.step()
                optimizer.zero_grad()
    return ddp.module


def cleanup() -> None:
    dist.destroy_process_group()
