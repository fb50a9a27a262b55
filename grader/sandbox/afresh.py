"""Putting a worker back into the state in which it met its first check.

For the sake of programs that mean no harm: what one check changed must not decide another. It is no wall, as
the program may undo it, and needs none: a program that remembers still has to give the right answers.
"""

import builtins
import os
import sys
from typing import Any

from grader.sandbox.reaping import empty

# Triton's cache, by the hash of a kernel's source: to compile for a GPU takes seconds.
_COMPILED = ".triton"


class Surroundings:
    """What programs change and forget to change back; `folder` is the one that they may write."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._environment = dict(os.environ)
        self._names = dict(vars(builtins))
        self._modules = dict(sys.modules)
        self._recursion_limit = sys.getrecursionlimit()
        self._dtype = _default_dtype()

    def restore(self) -> None:
        """Empty folder, same environment, builtins, modules and settings, fresh streams."""
        os.chdir(self._folder)
        empty(self._folder, keep=_COMPILED)
        if dict(os.environ) != self._environment:
            os.environ.clear()
            os.environ.update(self._environment)
        names = vars(builtins)
        for name in names.keys() - self._names.keys():
            del names[name]
        names.update(self._names)
        self._restore_modules()
        sys.setrecursionlimit(self._recursion_limit)
        if self._dtype is not None:
            sys.modules["torch"].set_default_dtype(self._dtype)
        for descriptor, name in ((1, "stdout"), (2, "stderr")):
            stream = os.fdopen(descriptor, "w", 1, "utf-8", "backslashreplace", closefd=False)
            setattr(sys, name, stream)

    def _restore_modules(self) -> None:
        """Modules that were imported meanwhile stay, as a fresh process would import them too; others go."""
        for name in sys.modules.keys() - self._modules.keys():
            spec = getattr(sys.modules[name], "__spec__", None)
            if "." not in name and getattr(spec, "name", None) != name:
                del sys.modules[name]
        sys.modules.update(self._modules)


def _default_dtype() -> Any:
    torch = sys.modules.get("torch")
    return torch.get_default_dtype() if torch else None
