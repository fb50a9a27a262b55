"""Gradients across the wire: a call appears to the suite as an autograd function.

The worker keeps the graph of each call under an id (a node). The backward pass asks it for the
vector-Jacobian product; while a graph of the gradient itself is being built, that product is a node again, so
double backward and gradgradcheck work by the same code.
"""

import weakref
from typing import TYPE_CHECKING, Any

import torch

from grader.values import Decoded

if TYPE_CHECKING:
    from grader.judge.proxy import Remote


def attach(remote: "Remote", node: int, inputs: list[torch.Tensor], value: Decoded) -> Any:
    """The decoded value with its differentiable tensors attached to `inputs` in the judge's graph."""
    raw = [tensor for tensor, required in zip(value.tensors, value.requires_grad, strict=True) if required]
    attached = _attach(remote, node, inputs, raw)
    replacements = {id(old): new for old, new in zip(raw, attached, strict=True)}
    return _replace(value.value, replacements)


def _attach(
    remote: "Remote", node: int, inputs: list[torch.Tensor], raw: list[torch.Tensor]
) -> tuple[torch.Tensor, ...]:
    handle = _Handle(remote, node, raw)
    weakref.finalize(handle, remote.release, node)
    outputs: tuple[torch.Tensor, ...] = _Remote.apply(handle, *inputs)  # type: ignore[no-untyped-call]
    return outputs


class _Handle:
    def __init__(self, remote: "Remote", node: int, raw: list[torch.Tensor]) -> None:
        self.remote = remote
        self.node = node
        self.raw = raw

    def take(self) -> tuple[torch.Tensor, ...]:
        raw, self.raw = self.raw, []
        return tuple(raw)


class _Remote(torch.autograd.Function):
    """Forward: the values already received. Backward: ask the worker."""

    @staticmethod
    def forward(ctx: Any, handle: _Handle, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        ctx.handle = handle
        # Saved so that a second backward without retain_graph fails as it does for any function.
        ctx.save_for_backward(*inputs)
        return handle.take()

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[Any, ...]:
        inputs: tuple[torch.Tensor, ...] = ctx.saved_tensors
        wanted = [position for position in range(len(inputs)) if ctx.needs_input_grad[position + 1]]
        products = _pull_back(ctx.handle, inputs, gradients, wanted)
        by_position = dict(zip(wanted, products, strict=True))
        return None, *(by_position.get(position) for position in range(len(inputs)))


def _pull_back(
    handle: _Handle, inputs: tuple[torch.Tensor, ...], gradients: tuple[torch.Tensor, ...], wanted: list[int]
) -> list[Any]:
    remote = handle.remote
    create_graph = torch.is_grad_enabled()
    products, flags, node = remote.pull_back(
        handle.node, [each.detach() for each in gradients], wanted, create_graph
    )
    for product, position in zip(products, wanted, strict=True):
        if product is not None and not _fits(product, inputs[position]):
            remote.malformed()
    # The function does not depend on some input; a None there would fail the suite's own call.
    filled = [
        torch.zeros_like(inputs[position]) if product is None else product
        for product, position in zip(products, wanted, strict=True)
    ]
    if not create_graph or node is None:
        return filled
    dense = [product for product in products if product is not None]
    if len(flags) != len(dense):
        remote.malformed()
    raw = [tensor for tensor, required in zip(dense, flags, strict=True) if required]
    attached = iter(_attach(remote, node, [*inputs, *gradients], raw))
    required = {id(tensor) for tensor in raw}
    return [next(attached) if id(product) in required else product for product in filled]


def _fits(product: Any, tensor: torch.Tensor) -> bool:
    return (
        isinstance(product, torch.Tensor) and product.shape == tensor.shape and product.dtype == tensor.dtype
    )


def _replace(value: Any, replacements: dict[int, torch.Tensor]) -> Any:
    if isinstance(value, torch.Tensor):
        return replacements.get(id(value), value)
    if type(value) in (list, tuple):
        return type(value)(_replace(each, replacements) for each in value)
    if type(value) is dict:
        return {key: _replace(each, replacements) for key, each in value.items()}
    return value
