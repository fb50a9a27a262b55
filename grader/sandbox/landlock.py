"""Landlock: what this process and its descendants may still open; no privilege needed, no way back.

A right that a ruleset handles is denied wherever no rule grants it. The numbers are those of the kernel's
include/uapi/linux/landlock.h; its userspace-api/landlock.rst says which interface version brought what.
"""

import ctypes
import os
import stat
from collections.abc import Iterable

from grader.sandbox import kernel

EXECUTE = 1 << 0
WRITE_FILE = 1 << 1
READ_FILE = 1 << 2
READ_DIR = 1 << 3
REMOVE_DIR = 1 << 4
REMOVE_FILE = 1 << 5
MAKE_DIR = 1 << 7
MAKE_REG = 1 << 8
MAKE_FIFO = 1 << 10
MAKE_SYM = 1 << 12
REFER = 1 << 13
TRUNCATE = 1 << 14
IOCTL = 1 << 15

READ = READ_FILE | READ_DIR
CHANGE = WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | MAKE_FIFO | MAKE_SYM | REFER | TRUNCATE

_FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL
# The rights on files that exist since each version: 13 at first, then moving (2), truncating (3), and
# ioctl on devices (5).
_HANDLED = {1: (1 << 13) - 1, 2: REFER, 3: TRUNCATE, 5: IOCTL}
_TCP_SINCE, _BIND_AND_CONNECT = 4, 0b11
_SCOPE_SINCE, _ABSTRACT_SOCKETS_AND_SIGNALS = 6, 0b11
_VERSION = 1
_PATH_BENEATH = 1


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("access", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """The kernel's interface version; 0 when there is no Landlock or it is switched off."""
    try:
        return kernel.call("landlock_create_ruleset", None, 0, _VERSION)
    except OSError:
        return 0


def restrict(rules: Iterable[tuple[str, int]], *, tcp: bool) -> None:
    """Grant the rights of `rules` (path, rights) and deny all others; raises OSError.

    Needs no_new_privs. Paths that do not exist or cannot be reached are passed over: nothing is granted
    there. With `tcp` TCP stays as it is; signals and abstract sockets never reach outside, where the kernel
    can see to that.
    """
    available = version()
    handled = sum(rights for since, rights in _HANDLED.items() if since <= available)
    ruleset = _Ruleset(
        handled,
        _BIND_AND_CONNECT if available >= _TCP_SINCE and not tcp else 0,
        _ABSTRACT_SOCKETS_AND_SIGNALS if available >= _SCOPE_SINCE else 0,
    )
    # The kernel accepts a structure that is longer than it knows as long as the rest is zero.
    descriptor = kernel.call("landlock_create_ruleset", ruleset, ctypes.sizeof(ruleset), 0)
    try:
        for path, rights in rules:
            _grant(descriptor, path, rights & handled)
        kernel.call("landlock_restrict_self", descriptor, 0)
    finally:
        os.close(descriptor)


def _grant(ruleset: int, path: str, rights: int) -> None:
    try:
        target = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(target).st_mode):
            rights &= _FILE_RIGHTS
        kernel.call("landlock_add_rule", ruleset, _PATH_BENEATH, _PathBeneath(rights, target), 0)
    finally:
        os.close(target)
