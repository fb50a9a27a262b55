"""What runs, seen from outside: in /proc."""

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from grader.sandbox.reaping import children


def running(marker: str) -> list[int]:
    """The processes with `marker` in their command line, other than this one."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if marker.encode() in command and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def kill(pids: Iterable[int]) -> None:
    """End processes that may not be ours; returns when their descriptors are closed, too."""
    handles = []
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            handles.append(os.pidfd_open(pid))
            signal.pidfd_send_signal(handles[-1], signal.SIGKILL)
    for handle in handles:
        # A process that is being killed still holds its sockets: what is sent to it then is lost.
        select.select([handle], [], [], 60)
        os.close(handle)


def daemons(folder: Path) -> list[int]:
    """The daemons of this place (their command line ends with its lock)."""
    return running(f"{folder}/lock")


def busy(folder: Path) -> list[int]:
    """The processes of this place that are neither a daemon nor one that it keeps warm."""
    return [
        pid for pid in running(str(folder)) if pid not in daemons(folder) and called(pid) != "grader-warm"
    ]


def called(pid: int) -> str:
    """What `ps` calls a process; empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def family(pid: int) -> list[int]:
    """A process and its children."""
    return [pid, *children(pid)]


def wait_until_idle(folder: Path) -> None:
    wait_until(lambda: not busy(folder), "a process was left behind")
    wait_until(lambda: not list(folder.glob("*/w/*")), "a file was left behind")


def open_descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def own_memory(pid: int) -> int:
    """In KiB, without files."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0])
