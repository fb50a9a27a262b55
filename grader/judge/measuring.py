"""What a worker uses, read from outside: no report of its own is needed."""

import socket
import sys
import time
from pathlib import Path
from typing import NamedTuple

from grader import credentials

CREDENTIALS_SPACE = socket.CMSG_SPACE(credentials.SIZE)


class Holding(NamedTuple):
    """What a process holds: private writable memory in bytes, and threads."""

    memory: int
    threads: int


class Resident(NamedTuple):
    """Memory of a process that is in RAM, in bytes: now, and at most so far."""

    now: int
    peak: int


def ask_for_sender(connection: socket.socket) -> None:
    """Let the kernel attach to what is received the process id of its sender, where it can."""
    if sys.platform == "linux":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)


def sender(ancillary: list[tuple[int, int, bytes]]) -> int | None:
    """The process id that the kernel attached, as it is outside of all namespaces."""
    if sys.platform == "linux":
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
                return credentials.decode(data).pid or None
    return None


def cpu_seconds(pid: int) -> float:
    """The CPU time of a process with all its threads, dead ones too; raises OSError when it is gone."""
    # Its CPU-time clock, as clock_getcpuclockid(3) makes it: the id's complement, and CPUCLOCK_SCHED.
    return time.clock_gettime((~pid << 3) | 2)


def holding(pid: int) -> Holding | None:
    """What a process holds now, or None when that cannot be read."""
    found = _status(pid, "VmData", "Threads")
    return Holding(found[0] << 10, found[1]) if found else None


def resident(pid: int) -> Resident | None:
    """What of a process is in memory, or None when that cannot be read."""
    found = _status(pid, "VmRSS", "VmHWM")
    return Resident(found[0] << 10, found[1] << 10) if found else None


def peak_of_call(before: Resident | None, after: Resident | None) -> int | None:
    """The most that a call held on top of what was there before it; 0 if it stayed below an earlier peak."""
    if before is None or after is None:
        return None
    return after.peak - before.now if after.peak > before.peak else 0


def _status(pid: int, *names: str) -> list[int] | None:
    """Numbers from the status of a process, sizes in KiB."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines()
    except OSError:
        return None
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    if any(name not in fields for name in names):
        return None
    return [int(fields[name].split()[0]) for name in names]
