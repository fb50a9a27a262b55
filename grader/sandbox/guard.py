"""An allow list for torch, in force while a function of the submission runs.

A dispatch mode sees every operator that torch executes, however it was written: as a function, a method, an
operator of Python or inside a module. Numbers that leave torch for Python or NumPy pass by it, so a function
mode looks for the methods that take them out. Both hold for the thread that they were entered in.
"""

import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

Refuse = Callable[[str], NoReturn]
_WAYS_OUT = frozenset({"numpy", "__array__", "tolist", "__dlpack__"})
# Triton needs the addresses, the program does not.
_ADDRESSES = frozenset({"data_ptr", "untyped_storage"})
_PRINTING = frozenset({"__repr__", "__format__"})


@contextmanager
def only(allowed: Collection[str], refuse: Refuse, own: Collection[str]) -> Iterator[None]:
    """Let torch execute the operators named in `allowed` ("empty", "copy_"), and print a tensor.

    `refuse` is called with the name of any other. `own` are the files of the submission.
    """
    operators = _Operators(frozenset(allowed), refuse)
    with operators, _Functions(operators, refuse, own):
        yield


class _Operators(TorchDispatchMode):  # type: ignore[no-untyped-call]
    def __init__(self, allowed: frozenset[str], refuse: Refuse) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._allowed = allowed
        self._refuse = refuse
        self.paused = False

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # Nothing is compiled here, and the wrapper against it imports torch._dynamo (2 s).
        return False

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name = func.overloadpacket.__name__
        if not self.paused and (func.namespace != "aten" or name not in self._allowed):
            self._refuse(name)
        return func(*args, **(kwargs or {}))


class _Functions(TorchFunctionMode):
    def __init__(self, operators: _Operators, refuse: Refuse, own: Collection[str]) -> None:
        super().__init__()
        self._operators = operators
        self._refuse = refuse
        self._own = own

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name = getattr(func, "__name__", "")
        is_own = sys._getframe(1).f_code.co_filename in self._own
        if not self._operators.paused and (name in _WAYS_OUT or (name in _ADDRESSES and is_own)):
            self._refuse(name)
        if name not in _PRINTING:
            return func(*args, **(kwargs or {}))
        self._operators.paused = True
        try:
            return func(*args, **(kwargs or {}))
        finally:
            self._operators.paused = False
