"""Autograd graphs kept in the worker, so that the judge can ask for vector-Jacobian products."""

from typing import Any

import torch

from grader.values import Decoded


class Graphs:
    """Nodes by id: the tensors that a value was computed from, and those of its tensors with a graph."""

    def __init__(self) -> None:
        self._nodes: dict[int, tuple[list[torch.Tensor], list[torch.Tensor]]] = {}
        self._created = 0

    def clear(self) -> None:
        """Forget all nodes; their ids are not given again."""
        self._nodes.clear()

    def begin(self, received: Decoded, released: list[int]) -> None:
        """Forget the `released` nodes; let the received tensors require gradients where the judge's do."""
        for node in released:
            self._nodes.pop(node, None)
        for tensor, required in zip(received.tensors, received.requires_grad, strict=True):
            tensor.requires_grad_(required)

    def keep(self, received: Decoded, results: list[torch.Tensor]) -> int | None:
        """Remember a call under a new id; None when no result depends on a marked input."""
        inputs = [
            each for each, required in zip(received.tensors, received.requires_grad, strict=True) if required
        ]
        return self._add(inputs, [each for each in results if each.requires_grad])

    def pull_back(
        self, node: int, gradients: list[torch.Tensor], wanted: list[int], create_graph: bool
    ) -> tuple[list[Any], int | None]:
        """The products for the `wanted` inputs (None where unused); with `create_graph` also their node."""
        inputs, outputs = self._nodes[node]
        if create_graph:
            for gradient in gradients:
                gradient.requires_grad_()
        products = torch.autograd.grad(
            outputs,
            [inputs[position] for position in wanted],
            gradients,
            retain_graph=True,
            create_graph=create_graph,
            allow_unused=True,
        )
        if not create_graph:
            return list(products), None
        attached = [each for each in products if each is not None and each.requires_grad]
        return list(products), self._add(inputs + gradients, attached)

    def _add(self, inputs: list[torch.Tensor], outputs: list[torch.Tensor]) -> int | None:
        if not outputs:
            return None
        self._created += 1
        self._nodes[self._created] = inputs, outputs
        return self._created
