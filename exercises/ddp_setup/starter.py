"""Data-parallel training with DistributedDataParallel: each of world_size processes calls these functions."""

from torch import Tensor, nn
from torch.utils.data import Dataset


def setup(rank: int, world_size: int, init_method: str) -> None:
    """Join the default process group as process `rank` of `world_size`.

    init_method: where the processes meet, such as "tcp://127.0.0.1:29500".
    The backend is nccl where there are at least world_size GPUs, else gloo.
    """
    raise NotImplementedError


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
    """Train a copy of rank 0's model by plain SGD on the mean squared error; returns it, not wrapped.

    dataset: len(dataset) pairs (x, y) = dataset[i]; dealt out anew in each epoch, as `seed` says.
    batch_size: samples in one micro-batch of one rank.
    accumulate: micro-batches of each rank in one optimizer step; ValueError if they don't make whole steps.
    """
    raise NotImplementedError


def cleanup() -> None:
    """Leave the process group."""
    raise NotImplementedError
