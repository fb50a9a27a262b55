"""Gumbel-Softmax: differentiable samples from a categorical distribution."""

import torch
from torch import Tensor


def gumbel_softmax(
    logits: Tensor,
    tau: float = 1.0,
    hard: bool = False,
    dim: int = -1,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Draw one relaxed categorical sample for every row of classes along `dim`.

    logits: float32 or float64, any shape (...); unnormalised log-probabilities. Not changed.
    tau: temperature, > 0; ValueError otherwise.
    hard: return the one-hot of the sample's argmax, which carries the gradient of the soft sample.
    generator: where all the noise comes from; None means torch's global state.
    Returns a tensor with the shape and dtype of logits that sums to 1 along `dim`.
    """
    raise NotImplementedError
