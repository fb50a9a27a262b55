"""Triton kernels in a worker: counted, left out where a check asks for it, and kept inside their tensors.

Where there is no GPU they run through Triton's interpreter, which has to be chosen before Triton is imported:
its own library of kernels is decorated then. The counts are reports from inside the submission's own process,
good enough to fail it and for nothing more.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy

from grader import gpu

if not gpu.available():
    os.environ["TRITON_INTERPRET"] = "1"

from triton.runtime import interpreter, jit


class Kernels:
    """`launches` since `start`, and the longest side of a tile in them (0 where kernels are compiled)."""

    def __init__(self) -> None:
        """Watch all kernels of this process from now on."""
        self.launches = 0
        self.widest = 0
        self._muted = False
        self._memory: list[tuple[int, int]] = []
        self._watch_interpreter()
        self._watch_compiled()
        self._fence("load")
        self._fence("store")

    def start(self, *, muted: bool) -> None:
        """Begin to count; `muted` kernels do nothing when they are launched."""
        self.launches = self.widest = 0
        self._muted = muted

    def _watch_interpreter(self) -> None:
        executor, handle = interpreter.GridExecutor, interpreter.TensorHandle
        made, to_host = handle.__post_init__, executor._init_args_hst

        def measure(tile: Any) -> None:
            made(tile)
            self.widest = max(self.widest, *tile.data.shape, 0)

        def remember(run: Any, *arguments: Any) -> Any:
            positional, named = to_host(run, *arguments)
            self._memory = sorted(set(_stretches([*positional, *named.values()])))
            return positional, named

        handle.__post_init__ = measure
        executor._init_args_hst = remember
        executor.__call__ = self._counted(executor.__call__)

    def _watch_compiled(self) -> None:
        run = jit.JITFunction.run
        launch = self._counted(run)

        def run_or_warm_up(function: Any, *args: Any, warmup: bool, **named: Any) -> Any:
            return (run if warmup else launch)(function, *args, warmup=warmup, **named)

        jit.JITFunction.run = run_or_warm_up

    def _counted(self, launch: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **named: Any) -> Any:
            self.launches += 1
            return None if self._muted else launch(*args, **named)

        return counted

    def _fence(self, kind: str) -> None:
        """Raise an error where the interpreter would read or write foreign memory, or end the process."""
        name = f"create_masked_{kind}"
        access = getattr(interpreter.InterpreterBuilder, name)
        # A load has its mask second, a store third.
        place = {"load": 0, "store": 1}[kind]

        def fenced(builder: Any, pointers: Any, *rest: Any, **named: Any) -> Any:
            used = pointers.data[numpy.asarray(rest[place].data, dtype=bool)]
            if used.size and not self._holds(used, pointers.get_element_ty().primitive_bitwidth // 8):
                raise IndexError(f"a {kind} outside of the tensors that the kernel was given; mask it")
            return access(builder, pointers, *rest, **named)

        setattr(interpreter.InterpreterBuilder, name, fenced)

    def _holds(self, addresses: Any, width: int) -> bool:
        lowest, highest = int(addresses.min()), int(addresses.max()) + max(width, 1)
        if any(start <= lowest and highest <= end for start, end in self._memory):
            return True
        return all(
            any(start <= address and address + width <= end for start, end in self._memory)
            for address in addresses.tolist()
        )


def _stretches(arguments: Iterable[Any]) -> Iterator[tuple[int, int]]:
    """The addresses of the tensors among the arguments of a kernel, as beginning and end."""
    for argument in arguments:
        if isinstance(argument, tuple):
            yield from _stretches(argument)
        elif hasattr(argument, "untyped_storage"):
            storage = argument.untyped_storage()
            yield storage.data_ptr(), storage.data_ptr() + storage.nbytes()
        elif hasattr(argument, "base"):
            # A tensor descriptor, or a tensor reinterpreted with another dtype.
            yield from _stretches([argument.base])
