"""Leaving nothing behind: no descendant process and no file of a worker."""

import contextlib
import os
import shutil
import signal
import time
from pathlib import Path
from typing import NamedTuple


class Reaped(NamedTuple):
    """The wait status of a process, and the CPU seconds of all that were reaped with it."""

    status: int
    cpu_seconds: float


def reap(worker: int | None, patience: float = 0.0, *, alone: bool = True) -> Reaped:
    """Kill and wait for `worker`, its group, and every other child of this process.

    With `patience`, `worker` first has so many seconds to end by itself, so that its status tells how. While
    it is not `alone`, children outside of its group may be other workers, and are left to the last call.

    Descendants that left the group are adopted by this process (a subreaper) when their parent dies, so they
    are found among its children.
    """
    status, cpu_seconds = 0, 0.0
    if worker:
        _wait_for_end(worker, patience)
        _kill(-worker)
        _kill(worker)
        _, status, usage = os.wait4(worker, 0)
        cpu_seconds += usage.ru_utime + usage.ru_stime
    family = -worker if worker and not alone else -1
    while True:
        try:
            pid, _, usage = os.wait4(family, os.WNOHANG)
            if pid == 0:
                for child in children(os.getpid()) if alone else ():
                    _kill(child)
                pid, _, usage = os.wait4(family, 0)
        except ChildProcessError:
            return Reaped(status, cpu_seconds)
        cpu_seconds += usage.ru_utime + usage.ru_stime


def remove(folder: str) -> None:
    """Delete a worker's folder, however deep it goes and whatever permissions the submission took away."""
    if Path(folder).is_symlink():
        Path(folder).unlink()
        return
    empty(folder)
    shutil.rmtree(folder, ignore_errors=True)


def empty(folder: str, *, keep: str = "") -> None:
    """Delete what lies in a worker's folder, except what is named `keep`.

    Folders inside are moved up to the top one by one: a chain of thousands has no path that could be opened,
    and a recursion would end before it.
    """
    top = Path(folder)
    pending, number = [top], 0
    while pending:
        current = pending.pop()
        with contextlib.suppress(OSError):
            _open(current)
            for entry in list(os.scandir(current)):
                if current == top and entry.name == keep:
                    continue
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)  # noqa: PTH108
                    continue
                number += 1
                moved = top / f".leaving-{number}"
                _open(Path(entry.path))  # moving a folder writes into it
                Path(entry.path).rename(moved)
                pending.append(moved)
        if current != top:
            with contextlib.suppress(OSError):
                current.rmdir()


def _open(folder: Path) -> None:
    # Inside the sandbox permissions cannot be changed, by nobody.
    with contextlib.suppress(OSError):
        folder.chmod(0o700)


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


def _wait_for_end(worker: int, patience: float) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if os.waitid(os.P_PID, worker, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return
        time.sleep(0.002)


def _kill(target: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(target, signal.SIGKILL)
