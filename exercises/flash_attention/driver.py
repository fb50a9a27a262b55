"""Moves the tensors of a call to the GPU, where there is one, and the results back.

`seconds` and `peak_bytes` measure calls there; no check rests on the time.
"""

from collections.abc import Callable
from typing import Any

import submission
import torch
from torch import Tensor


def flash_attention(q: Tensor, k: Tensor, v: Tensor, *options: Any, **named: Any) -> Any:
    """The submission's function, on the GPU if there is one."""
    if not torch.cuda.is_available():
        return submission.flash_attention(q, k, v, *options, **named)
    copies = [to_gpu(x) for x in (q, k, v)]
    result = submission.flash_attention(*copies, *options, **named)
    for x, copy in zip((q, k, v), copies, strict=True):
        # Back as well: a change of an argument must be seen.
        x.copy_(copy)
    if type(result) is not tuple:
        return result
    return tuple(x.cpu() if isinstance(x, Tensor) else x for x in result)


def to_gpu(x: Tensor) -> Tensor:
    """A copy on the GPU with the strides of x."""
    if not x.numel():
        return x.cuda()
    length = 1 + sum((size - 1) * step for size, step in zip(x.shape, x.stride(), strict=True))
    return x.as_strided((length,), (1,)).cuda().as_strided(x.shape, x.stride())


def seconds(q: Tensor, k: Tensor, v: Tensor, causal: bool, calls: int) -> float:
    """The mean time of a call on the GPU."""
    copies = [to_gpu(x) for x in (q, k, v)]
    return mean_seconds(lambda: submission.flash_attention(*copies, causal), calls)


def mean_seconds(call: Callable[[], Any], calls: int) -> float:
    """The mean time of `calls` calls, after three that warm up."""
    for _ in range(3):
        call()
    began, ended = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    began.record()
    for _ in range(calls):
        call()
    ended.record()
    torch.cuda.synchronize()
    return began.elapsed_time(ended) / 1e3 / calls


def peak_bytes(q: Tensor, k: Tensor, v: Tensor) -> int:
    """The most GPU memory that a call takes on top of its arguments."""
    copies = [to_gpu(x) for x in (q, k, v)]
    submission.flash_attention(*copies)
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    held = torch.cuda.memory_allocated()
    submission.flash_attention(*copies)
    torch.cuda.synchronize()
    return torch.cuda.max_memory_allocated() - held
