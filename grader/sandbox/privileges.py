"""Giving up the powers of this process: user, groups, capabilities, and whatever could bring them back."""

import ctypes
import errno
import itertools
import os
from collections.abc import Iterable
from pathlib import Path

from grader.sandbox import kernel

CAP_SETGID, CAP_SETUID, CAP_SYS_ADMIN = 6, 7, 21

# No system gives out user ids from here on (systemd's list, "Users, Groups, UIDs and GIDs"); with the process
# id added no two workers share one, hence neither a count of processes nor the right to signal each other.
_FIRST_ACCOUNT = 0x70000000
_NOBODY = 65534
_VERSION_3 = 0x20080522
_CLEAR_AMBIENT = 4
_PASS = 0o001


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Capabilities(ctypes.Structure):
    _fields_ = tuple(
        (f"{kind}_{half}", ctypes.c_uint32)
        for half in ("low", "high")
        for kind in ("effective", "permitted", "inheritable")
    )


def capable(*numbers: int) -> bool:
    """Whether this process has all these capabilities (of the lower 32) in its user namespace."""
    held = _Capabilities()
    try:
        kernel.call("capget", _Header(_VERSION_3, 0), held)
    except OSError:
        return False
    return all(held.effective_low >> number & 1 for number in numbers)


def spare_account() -> int | None:
    """A user and group id for this process to become that no other process has; None when it may not.

    In a user namespace that does not map it, `nobody`, which other processes may share.
    """
    if not capable(CAP_SETUID, CAP_SETGID):
        return None
    for account in (_FIRST_ACCOUNT + os.getpid(), _NOBODY):
        if _mapped(account, "uid_map") and _mapped(account, "gid_map"):
            return account
    return None


def unreachable(paths: Iterable[str]) -> str | None:
    """A folder above one of these that only its owner may pass, or None."""
    for path in paths:
        for folder in reversed(Path(path).parents):
            if folder.exists() and not folder.stat().st_mode & _PASS:
                return str(folder)
    return None


def drop(account: int | None) -> None:
    """Become `account`, if any, and give up all capabilities for good; raises OSError."""
    for number in itertools.count():
        try:
            kernel.prctl(kernel.PR_CAPBSET_DROP, number)
        except OSError as error:
            # Past the last one, or nothing to give up.
            if error.errno in (errno.EINVAL, errno.EPERM):
                break
            raise
    if account is not None:
        os.setgroups([])
        os.setresgid(account, account, account)
        os.setresuid(account, account, account)
    kernel.prctl(kernel.PR_CAP_AMBIENT, _CLEAR_AMBIENT)
    kernel.call("capset", _Header(_VERSION_3, 0), _Capabilities())
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)


def _mapped(identity: int, table: str) -> bool:
    rows = [
        [int(field) for field in line.split()] for line in Path("/proc/self", table).read_text().splitlines()
    ]
    return any(first <= identity < first + count for first, _, count in rows)
