"""Mistake: synchronises by hand, after the backward pass, without DistributedDataParallel."""

import copy

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.functional import mse_loss
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
    if accumulate < 1 or len(loader) % accumulate:
        raise ValueError(f"{len(loader)} micro-batches don't make whole steps of {accumulate}")
    on_gpu = dist.get_backend() == "nccl"
    device = torch.device("cuda", rank) if on_gpu else torch.device("cpu")
    own = copy.deepcopy(model).to(device)
    for parameter in own.parameters():
        dist.broadcast(parameter.data, src=0)
    optimizer = torch.optim.SGD(own.parameters(), lr=lr)
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        for number, (x, y) in enumerate(loader, start=1):
            (mse_loss(own(x.to(device)), y.to(device)) / accumulate).backward()
            if number % accumulate == 0:
                for parameter in own.parameters():
                    dist.all_reduce(parameter.grad)
                    parameter.grad /= world_size
                optimizer.step()
                optimizer.zero_grad()
    return own


def cleanup() -> None:
    dist.destroy_process_group()
