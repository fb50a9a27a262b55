"""What a worker uses, read from outside: no report of its own is needed."""

import socket
import struct
import sys
import time
from pathlib import Path
from typing import NamedTuple

_CREDENTIALS = struct.Struct("iII")
CREDENTIALS_SPACE = socket.CMSG_SPACE(_CREDENTIALS.size)


class Holding(NamedTuple):
    """What a process holds: private writable memory in bytes, and threads."""

    memory: int
    threads: int


def ask_for_sender(connection: socket.socket) -> None:
    """Let the kernel attach to what is received the process id of its sender, where it can."""
    if sys.platform == "linux":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)


def sender(ancillary: list[tuple[int, int, bytes]]) -> int | None:
    """The process id that the kernel attached, as it is outside of all namespaces."""
    if sys.platform == "linux":
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
                return int(_CREDENTIALS.unpack(data[: _CREDENTIALS.size])[0]) or None
    return None


def cpu_seconds(pid: int) -> float:
    """The CPU time of a process with all its threads, dead ones too; raises OSError when it is gone."""
    # Its CPU-time clock, as clock_getcpuclockid(3) makes it: the id's complement, and CPUCLOCK_SCHED.
    return time.clock_gettime((~pid << 3) | 2)


def holding(pid: int) -> Holding | None:
    """What a process holds now, or None when that cannot be read."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines()
    except OSError:
        return None
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    if "VmData" not in fields or "Threads" not in fields:
        return None
    return Holding(int(fields["VmData"].split()[0]) << 10, int(fields["Threads"]))
