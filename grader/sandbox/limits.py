"""The limits of the operating system that a worker sets for itself before it meets a submission.

`memory_mib` is a budget on top of what the forked process already holds, so it does not depend on whether
torch is loaded. RLIMIT_DATA, not RLIMIT_AS: threads reserve address space by the hundred megabytes.
"""

import ctypes
import math
import os
import resource
import sys
from pathlib import Path

OPEN_FILES = 256
_FILE_BYTES = 64 << 20
_STACK_BYTES = 8 << 20
# Threads reserve address space that they never fill.
_ADDRESS_ROOM = 16 << 30
_DRIVER_BYTES = 8 << 30
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_SMALL = 64 << 10
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36


def load_libc() -> ctypes.CDLL | None:
    """The C library for prctl, to be loaded before the fork; None outside Linux."""
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def become_subreaper(libc: ctypes.CDLL | None) -> None:
    """Adopt the orphaned descendants of this process, so that they can be killed."""
    _prctl(libc, _PR_SET_CHILD_SUBREAPER, 1)


def close_to_tracers(libc: ctypes.CDLL | None) -> None:
    """Deny the unprivileged processes of the same user to read or trace this one."""
    _prctl(libc, _PR_SET_DUMPABLE, 0)


def give_memory_back(libc: ctypes.CDLL | None) -> None:
    """Unmap memory as soon as it is freed, so that what is resident is what the process holds."""
    if libc is not None and hasattr(libc, "mallopt"):
        libc.mallopt(_M_MMAP_THRESHOLD, _SMALL)
        libc.mallopt(_M_TRIM_THRESHOLD, _SMALL)
        libc.malloc_trim(0)


def apply(cpu_seconds: float, memory_mib: int, *, gpu: bool = False) -> tuple[list[str], list[str]]:
    """Confine this process; returns the measures in force and, plainly, what is missing.

    With `gpu` there is room for its driver, which also reserves address space without bound.
    """
    seconds = math.ceil(cpu_seconds)
    in_force = [
        "a process group of its own, killed after each check",
        "CPU time limit",
        "file size limit",
        "limit on open files",
    ]
    missing = []
    _lower(resource.RLIMIT_CPU, seconds, seconds + 1)
    _lower(resource.RLIMIT_FSIZE, _FILE_BYTES)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    _lower(resource.RLIMIT_CORE, 0)
    # What RLIMIT_DATA does not count: the stack, and page tables (a 512th of the address space).
    _lower(resource.RLIMIT_STACK, _STACK_BYTES)
    held = status_bytes("VmData")
    if held is None:
        missing.append("memory is not limited")
    else:
        _lower(resource.RLIMIT_DATA, held + (memory_mib << 20) + (_DRIVER_BYTES if gpu else 0))
        if not gpu:
            _lower(resource.RLIMIT_AS, (status_bytes("VmSize") or 0) + (memory_mib << 20) + _ADDRESS_ROOM)
        in_force.append("memory limit")
    return in_force, missing


def status_bytes(field: str) -> int | None:
    """A size from this process's status, or None where /proc does not tell.

    VmData is the private writable memory that RLIMIT_DATA counts, VmSize the address space.
    """
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    lines = [line for line in status.splitlines() if line.startswith(f"{field}:")]
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
