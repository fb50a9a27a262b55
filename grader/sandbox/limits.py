"""What a worker does to itself before it meets a submission: limits of the operating system.

`memory_mib` is a budget on top of what the forked process already holds, so it does not depend on whether
torch is loaded. RLIMIT_DATA, not RLIMIT_AS: threads reserve address space by the hundred megabytes.
"""

import ctypes
import math
import os
import resource
import sys
from pathlib import Path

_OPEN_FILES = 256
_FILE_BYTES = 64 << 20
_PROCESSES = 256
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_CHILD_SUBREAPER = 36
_MISSING = (
    "the program can read your files",
    "the program can use the network",
    "system calls are not filtered",
)


def load_libc() -> ctypes.CDLL | None:
    """The C library for prctl, to be loaded before the fork; None outside Linux."""
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def become_subreaper(libc: ctypes.CDLL | None) -> None:
    """Adopt the orphaned descendants of this process, so that they can be killed."""
    _prctl(libc, _PR_SET_CHILD_SUBREAPER, 1)


def close_to_tracers(libc: ctypes.CDLL | None) -> None:
    """Deny the unprivileged processes of the same user to read or trace this one."""
    _prctl(libc, _PR_SET_DUMPABLE, 0)


def apply(libc: ctypes.CDLL | None, cpu_seconds: float, memory_mib: int) -> tuple[list[str], list[str]]:
    """Confine this process; returns the measures in force and, plainly, what is missing."""
    seconds = math.ceil(cpu_seconds)
    in_force = ["a process group of its own, killed after each check", "CPU time limit", "file size limit"]
    missing = list(_MISSING)
    _lower(resource.RLIMIT_CPU, seconds, seconds + 1)
    _lower(resource.RLIMIT_FSIZE, _FILE_BYTES)
    _lower(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _lower(resource.RLIMIT_CORE, 0)
    held = data_bytes()
    if held is None:
        missing.append("memory is not limited")
    else:
        _lower(resource.RLIMIT_DATA, held + (memory_mib << 20))
        in_force.append("memory limit")
    if os.getuid():
        _lower(resource.RLIMIT_NPROC, count_tasks() + _PROCESSES)
        in_force.append("process limit")
    else:
        missing.append("the number of processes is not limited (running as root)")
    if _prctl(libc, _PR_SET_NO_NEW_PRIVS, 1):
        in_force.append("no new privileges")
    else:
        missing.append("the program can gain privileges")
    return in_force, missing


def data_bytes() -> int | None:
    """The private writable memory that RLIMIT_DATA counts, or None where /proc does not tell."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    lines = [line for line in status.splitlines() if line.startswith("VmData:")]
    return int(lines[0].split()[1]) << 10 if lines else None


def count_tasks() -> int:
    """How many processes and threads this user has; RLIMIT_NPROC counts them all."""
    user, tasks = os.getuid(), 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.stat().st_uid == user:
                tasks += sum(1 for _ in (folder / "task").iterdir())
        except OSError:
            continue
    return tasks


def _lower(kind: int, soft: int, hard: int | None = None) -> None:
    ceiling = resource.getrlimit(kind)[1]
    if ceiling == resource.RLIM_INFINITY:
        ceiling = max(soft, hard or soft)
    resource.setrlimit(kind, (min(soft, ceiling), min(hard or soft, ceiling)))


def _prctl(libc: ctypes.CDLL | None, option: int, value: int) -> bool:
    return libc is not None and libc.prctl(option, value, 0, 0, 0) == 0
