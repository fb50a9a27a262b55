"""Dense CPU tensors as flat byte vectors, and back; the part of the value codec that needs torch."""

from typing import Any

import numpy
import torch

from grader.values import ARRAY_TYPES, Form, Unsupported, check_size, class_name
from grader.wire import Malformed

_NAMES = (
    *ARRAY_TYPES,
    "bfloat16",
    "float8_e4m3fn",
    "float8_e5m2",
    "float8_e4m3fnuz",
    "float8_e5m2fnuz",
)
_DTYPES: dict[str, torch.dtype] = {name: getattr(torch, name) for name in _NAMES}
_WORDS = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}


def flatten(tensor: torch.Tensor, keep_strides: bool) -> tuple[Form, Any]:
    """The form of a tensor and its numbers as a uint8 vector.

    Subclasses are sent as plain tensors, lazy conjugation and negation are resolved. With `keep_strides` a
    non-contiguous tensor is sent as the stretch of memory that it spans, gaps zeroed: what lies in between
    may be a secret. Raises `Unsupported` for sparse, quantised, meta and other tensors without plain memory.
    """
    plain = _plain(tensor)
    name = str(plain.dtype).removeprefix("torch.")
    strides = None if not keep_strides or plain.is_contiguous() else list(plain.stride())
    numbers = plain.contiguous() if strides is None else _span(plain)
    form = Form(name, list(plain.shape), strides, tensor.requires_grad)
    return form, numbers.reshape(-1).view(torch.uint8).numpy()


def rebuild(form: Form, blob: Any) -> torch.Tensor:
    """The tensor of `form` over a copy of the bytes in `blob`; raises `Malformed` when they do not fit."""
    dtype = _DTYPES.get(form.dtype)
    if dtype is None:
        raise Malformed(f"unknown dtype {form.dtype}")
    if form.requires_grad and not (dtype.is_floating_point or dtype.is_complex):
        raise Malformed("only floating-point tensors have gradients")
    if form.strides is None:
        check_size(form.shape, dtype.itemsize, blob.size)
    # A copy because the bytes of a message are read-only; bytes other than 0 and 1 are no bool to torch.
    memory = torch.from_numpy(numpy.array(blob != 0 if dtype == torch.bool else blob))
    flat = memory.view(dtype) if blob.size else torch.empty(0, dtype=dtype)
    return flat.reshape(form.shape) if form.strides is None else flat.as_strided(form.shape, form.strides)


def _plain(tensor: torch.Tensor) -> torch.Tensor:
    if (
        tensor.layout != torch.strided
        or tensor.is_quantized
        or tensor.is_nested
        or tensor.device.type != "cpu"
    ):
        raise Unsupported(_describe(tensor))
    if str(tensor.dtype).removeprefix("torch.") not in _DTYPES:
        raise Unsupported(_describe(tensor))
    try:
        plain = tensor.detach().as_subclass(torch.Tensor).resolve_conj().resolve_neg()
        plain.untyped_storage()
    except (NotImplementedError, RuntimeError) as error:
        raise Unsupported(_describe(tensor)) from error
    return plain


def _describe(tensor: torch.Tensor) -> str:
    kind = f"{tensor.layout}, {tensor.dtype}, {tensor.device}"
    return f"a {class_name(tensor)} ({kind}) that is no dense CPU tensor"


def _span(tensor: torch.Tensor) -> torch.Tensor:
    """A flat tensor that, read with the strides of `tensor`, gives `tensor`; unread elements are zero."""
    length = 1 + sum((size - 1) * step for size, step in zip(tensor.shape, tensor.stride(), strict=True))
    positions = torch.arange(length).as_strided(tensor.shape, tensor.stride()).reshape(-1)
    # As integers of the same width: not every dtype can be assigned by index.
    words = tensor.view(_WORDS.get(tensor.itemsize, tensor.dtype))
    memory = torch.zeros(length, dtype=words.dtype)
    memory[positions] = words.reshape(-1)
    return memory
