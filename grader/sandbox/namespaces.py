"""Namespaces of its own for a worker: what it cannot name it cannot reach.

A second wall, where the system lets a program have them (namespaces(7)): some distributions and most
containers do not. What works is found out once, by a process that is thrown away.
"""

import fcntl
import functools
import os
import signal
import socket
import struct
import tempfile
from pathlib import Path
from typing import NamedTuple, NoReturn

from grader.sandbox import kernel, privileges, view

NEWNS, NEWUTS, NEWIPC = 0x00020000, 0x04000000, 0x08000000
NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_LOOPBACK = b"lo"
_MOST_DESCRIPTORS = 1 << 16

_shares_network = False


class Survey(NamedTuple):
    """The namespaces that this process can have, as a sum of flags; if some fail, the system's reason."""

    flags: int
    reason: str = ""

    def has(self, flag: int) -> bool:
        """Whether it can have this namespace."""
        return bool(self.flags & flag)

    def without(self, flag: int) -> "Survey":
        """The other namespaces."""
        return self._replace(flags=self.flags & ~flag)


@functools.cache
def survey() -> Survey:
    """What `separate` will do for this process and its forks; costs a fork the first time.

    The mount namespace counts only if a view (`view.enter`) can be built in it.
    """
    with tempfile.TemporaryDirectory() as folder:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            _explore(writing, folder)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            answer = pipe.read()
        os.waitpid(child, 0)
    flags, _, reason = answer.partition(" ")
    return Survey(int(flags or 0), reason)


def share_network(found: Survey) -> None:
    """Move this process, which must have one thread, into a network for it and all of its forks from now on.

    Its loopback device is up. Raises OSError, where the system has no such networks too.
    """
    global _shares_network
    if found.has(NEWUSER):
        _own_user_namespace(NEWUSER | NEWNET)
    else:
        kernel.call("unshare", NEWNET)
    raise_loopback()
    _shares_network = True


def shares_network() -> bool:
    """Whether `share_network` was called, here or where this process was forked from."""
    return _shares_network


def separate(found: Survey) -> None:
    """Move this process, which must have one thread, into the namespaces found; raises OSError.

    With a PID namespace the caller goes on as its first process, in a fork: the process that called only
    waits for it, without a descriptor, and ends as it ended. Killing either of them kills all inside.
    """
    if found.has(NEWUSER):
        _own_user_namespace(found.flags)
    elif found.flags:
        kernel.call("unshare", found.flags)
    if found.has(NEWPID):
        die_with_parent()
        child = os.fork()
        if child:
            _relay(child)


def die_with_parent() -> None:
    """Let the kernel kill this process when the thread that forked it ends; a change of user undoes it."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)


def raise_loopback() -> None:
    """Bring up the loopback device of this network namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        request = fcntl.ioctl(device, _SIOCGIFFLAGS, struct.pack("16sH22x", _LOOPBACK, 0))
        flags = struct.unpack_from("16sH", request)[1]
        fcntl.ioctl(device, _SIOCSIFFLAGS, struct.pack("16sH22x", _LOOPBACK, flags | _IFF_UP))


def _own_user_namespace(flags: int) -> None:
    user, group = os.geteuid(), os.getegid()
    # The files of a process that is closed to tracers belong to root, its identity maps among them.
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)
    kernel.call("unshare", flags)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def _relay(child: int) -> NoReturn:
    """Wait for `child` and end as it ended, whatever happens here."""
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        os.closerange(0, _MOST_DESCRIPTORS)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            os._exit(os.WEXITSTATUS(status))
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
    finally:
        os._exit(1)


def _explore(answer: int, folder: str) -> NoReturn:
    """Try everything and report what worked; runs in a process of its own."""
    flags, reason = 0, ""
    try:
        if not privileges.capable(privileges.CAP_SYS_ADMIN):
            _own_user_namespace(NEWUSER)
            flags = NEWUSER
        for flag in (NEWNS, NEWUTS, NEWIPC, NEWPID, NEWNET):
            try:
                kernel.call("unshare", flag)
                flags |= flag
            except OSError as error:
                reason = str(error)
        if flags & NEWNS:
            flags &= ~NEWNS
            view.enter(folder, 1, (os.geteuid(), os.getegid()), ())
            flags |= NEWNS
    except OSError as error:
        reason = str(error)
    finally:
        os.write(answer, f"{flags} {reason}".encode())
        os._exit(0)
