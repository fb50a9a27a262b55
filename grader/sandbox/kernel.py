"""System calls that Python has no function for; they raise OSError as Python's own do."""

import ctypes
import errno
import os
import sys
from typing import Any

from grader.sandbox.syscalls import NUMBERS

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_GET_SECCOMP = 21
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
_CLONE_THREAD = 0x00010000

# A 32-bit interpreter on a 64-bit kernel makes other calls than the machine's name tells.
MACHINE = os.uname().machine if sys.platform == "linux" and sys.maxsize > 1 << 32 else ""
_numbers = NUMBERS.get(MACHINE, {})
_libc: Any = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

Argument = int | bytes | str | ctypes.Structure | None


def call(name: str, *arguments: Argument) -> int:
    """Make the system call `name`; structures are passed by reference.

    Raises OSError: ENOSYS where the system or the machine is not one that the sandbox knows.
    """
    if name not in _numbers:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), name)
    function = _libc.syscall
    function.restype = ctypes.c_long
    ctypes.set_errno(0)
    result: int = function(ctypes.c_long(_numbers[name]), *(_convert(each) for each in arguments))
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)
    return result


def prctl(option: int, value: Argument = 0, third: Argument = 0) -> int:
    """Query or change one attribute of this process; raises OSError."""
    return call("prctl", option, value, third, 0, 0)


def require_one_thread() -> None:
    """Raise OSError (EINVAL) when this process has other threads, which no wall would enclose."""
    call("unshare", _CLONE_THREAD)


def _convert(argument: Argument) -> Any:
    if isinstance(argument, int):
        return ctypes.c_long(argument)
    if isinstance(argument, str):
        return ctypes.c_char_p(os.fsencode(argument))
    if isinstance(argument, ctypes.Structure):
        return ctypes.byref(argument)
    return ctypes.c_char_p(argument)
