"""The GPU: whether kernels run natively on this machine, and what a program needs to reach it."""

import functools
import importlib.util
from pathlib import Path


@functools.cache
def available() -> bool:
    """Whether there is an NVIDIA GPU and a torch that can use it.

    Found out from files: a process that has loaded the driver cannot be forked any more.
    """
    torch = importlib.util.find_spec("torch")
    if torch is None or torch.origin is None:
        return False
    return (
        any(Path("/dev").glob("nvidia[0-9]*"))
        and Path(torch.origin).with_name("lib").joinpath("libtorch_cuda.so").is_file()
    )


def devices() -> tuple[str, ...]:
    """The devices of the driver, with folders of more."""
    return tuple(sorted(map(str, Path("/dev").glob("nvidia*"))))
