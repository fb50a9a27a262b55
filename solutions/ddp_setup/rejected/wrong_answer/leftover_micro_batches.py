"""Mistake: micro-batches that don't make a whole step are left out silently."""

import contextlib
import copy

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, Dataset, DistributedSampler


def setup(rank: int, world_size: int, init_method: str) -> None:
    backend = "nccl" if torch.cuda.device_count() >= world_size else "gloo"
    if backend == "nccl":
        torch.cuda.set_device(rank)
    dist.init_process_group(backend, init_method=init_method, rank=rank, world_size=world_size)


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
    on_gpu = dist.get_backend() == "nccl"
    device = torch.device("cuda", rank) if on_gpu else torch.device("cpu")
    ddp = DistributedDataParallel(copy.deepcopy(model).to(device), device_ids=[rank] if on_gpu else None)
    optimizer = torch.optim.SGD(ddp.parameters(), lr=lr)
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        for number, (x, y) in enumerate(loader, start=1):
            completes_step = number % accumulate == 0
            with contextlib.nullcontext() if completes_step else ddp.no_sync():
                loss = mse_loss(ddp(x.to(device)), y.to(device))
                (loss / accumulate).backward()
            if completes_step:
                optimizer.step()
                optimizer.zero_grad()
    return ddp.module


def cleanup() -> None:
    dist.destroy_process_group()
