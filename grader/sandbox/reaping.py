"""Leaving nothing behind: no descendant process and no file of a worker."""

import contextlib
import os
import shutil
import signal
from pathlib import Path
from typing import NamedTuple


class Reaped(NamedTuple):
    """The wait status of a process, and the CPU seconds of all that were reaped with it."""

    status: int
    cpu_seconds: float


def reap(worker: int | None) -> Reaped:
    """Kill and wait for `worker`, its group, and every other child of this process.

    Descendants that left the group are adopted by this process (a subreaper) when their parent dies, so they
    are found among its children.
    """
    status, cpu_seconds = 0, 0.0
    if worker:
        _kill(-worker)
        _kill(worker)
        _, status, usage = os.wait4(worker, 0)
        cpu_seconds += usage.ru_utime + usage.ru_stime
    while True:
        try:
            pid, _, usage = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                for child in children(os.getpid()):
                    _kill(child)
                pid, _, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return Reaped(status, cpu_seconds)
        cpu_seconds += usage.ru_utime + usage.ru_stime


def remove(folder: str) -> None:
    """Delete a worker's folder, also when the submission took away its permissions."""
    with contextlib.suppress(OSError):
        Path(folder).chmod(0o700)
        for parent, names, _ in os.walk(folder):
            for name in names:
                if not (inner := Path(parent, name)).is_symlink():
                    inner.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def children(parent: int) -> list[int]:
    """The process ids of the children of `parent`, from /proc (empty where there is none)."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in parentheses, may hold spaces and parentheses: state and parent follow the last one.
            fields = file.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(file.parent.name))
    return found


def _kill(target: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(target, signal.SIGKILL)
