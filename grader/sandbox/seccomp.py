"""The system call filter: a hand-written classic BPF program (seccomp(2), linux/filter.h).

It denies by list instead of allowing by list: Python, torch, OpenMP and compilers use calls that nobody can
name beforehand, and a list of permissions that is too short breaks a correct submission on some other libc.
What a deny list lacks, that a new kernel has calls nobody reviewed, is made good by a ceiling: calls above
`NEWEST` do not exist here, as on an older kernel.
"""

import ctypes
import errno
import functools
import struct
from typing import NamedTuple

from grader.sandbox import kernel
from grader.sandbox.syscalls import NEWEST, NUMBERS

# No library tries these, not even to see whether they work: the process is killed.
_KILLED = """
    ptrace process_vm_readv process_vm_writev
    mount umount2 pivot_root chroot setns
    move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick mount_setattr
    open_by_handle_at
    init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff ioperm iopl
"""
_DENIED = """
    chmod fchmod fchmodat fchmodat2 chown fchown fchownat lchown utime utimes futimesat utimensat
    setxattr lsetxattr fsetxattr setxattrat lremovexattr removexattr fremovexattr removexattrat
    file_setattr truncate
    setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups capset
    unshare setsid setpgid seccomp
    memfd_create memfd_secret shmget shmat shmctl shmdt
    semget semop semctl semtimedop msgget msgsnd msgrcv msgctl
    mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
    kcmp pidfd_getfd pidfd_send_signal process_madvise process_mrelease migrate_pages move_pages
    setpriority ioprio_set sched_setscheduler sched_setparam sched_setattr
    bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register io_setup vmsplice
    keyctl add_key request_key name_to_handle_at statmount listmount
    inotify_init inotify_init1 inotify_add_watch fanotify_init fanotify_mark
    acct quotactl quotactl_fd syslog lookup_dcookie nfsservctl uselib modify_ldt vhangup
    sethostname setdomainname settimeofday clock_settime adjtimex clock_adjtime
"""
# The C library falls back to clone and openat, whose flags are in registers where a filter can see them.
_ABSENT = "clone3 openat2"
_NETWORK = "bind connect listen accept accept4"
_PROCESSES = "fork vfork"
_PROGRAMS = "execve execveat"
_SIGNALS = "kill tgkill rt_sigqueueinfo rt_tgsigqueueinfo"
# By the number of a thread, which a filter cannot tell from a stranger's.
_THREAD_SIGNALS = "tkill sched_setaffinity"

_AF_UNIX, _AF_INET, _AF_INET6, _AF_NETLINK = 1, 2, 10, 16
_SOCK_STREAM, _SOCK_SEQPACKET, _SOCK_TYPE = 1, 5, 0xF
_O_ACCMODE, _O_TRUNC = 0o3, 0o1000
_MAP_SHARED, _MAP_ANONYMOUS = 0x01, 0x20
_MAP_GROWSDOWN = 0x100
_CLONE_THREAD = 0x00010000
# CLONE_PTRACE, _PARENT, _NEWNS, _UNTRACED, _NEWCGROUP, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET
_CLONE_OUTSIDE = 0x2000 | 0x8000 | 0x20000 | 0x800000 | 0x7E000000
_QUERY = 0xFFFFFFFF
# FIOCLEX, FIONCLEX, FIONBIO, FIONREAD; terminal: TCGETS, TCGETS2, TIOCGWINSZ, TIOCGPGRP.
_IOCTLS = (0x5451, 0x5450, 0x5421, 0x541B, 0x5401, 0x802C542A, 0x5413, 0x540F)
# SIOCGIFNAME, _CONF, _FLAGS, _ADDR, _BRDADDR, _NETMASK, _MTU, _HWADDR, _INDEX, and SIOCETHTOOL.
_NETWORK_IOCTLS = (0x8910, 0x8912, 0x8913, 0x8915, 0x8919, 0x891B, 0x8921, 0x8927, 0x8933, 0x8946)
# F_SETOWN, F_SETSIG, F_SETOWN_EX: signals to others by way of a descriptor; F_SETLEASE, F_NOTIFY.
_FCNTLS = (8, 10, 15, 1024, 1026)
# PR_GET_DUMPABLE, _SET_NAME, _GET_NAME, _GET_SECCOMP, _CAPBSET_READ, _SET_TIMERSLACK, _GET_TIMERSLACK,
# _SET_NO_NEW_PRIVS, _GET_NO_NEW_PRIVS, _SET_THP_DISABLE, _GET_THP_DISABLE, _SET_VMA, and the vector lengths
# and pointer tags of aarch64.
_PRCTLS = (3, 15, 16, 21, 23, 29, 30, 38, 39, 41, 42, 0x53564D41, 50, 51, 55, 56, 63, 64)

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_EPERM = _ERRNO | errno.EPERM
_ENOSYS = _ERRNO | errno.ENOSYS
_ENOTTY = _ERRNO | errno.ENOTTY
_LOAD, _AND, _EQUAL, _GREATER, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x54, 0x15, 0x25, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_FILTER = 2

Instruction = tuple[int, int, int, int]


class Rules(NamedTuple):
    """What the filter leaves open.

    `signals_to` is the only process that may be signalled; None where a PID namespace already sees to that.
    """

    network: bool = False
    processes: bool = False
    programs: bool = False
    signals_to: int | None = None


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def available() -> bool:
    """Whether this kernel filters system calls and the filter knows this machine."""
    try:
        kernel.prctl(kernel.PR_GET_SECCOMP)
    except OSError:
        return False
    return kernel.MACHINE in _ARCHITECTURES


def install(rules: Rules) -> None:
    """Filter the system calls of this thread and its descendants for good; needs no_new_privs."""
    code = assemble(kernel.MACHINE, rules)
    kernel.prctl(kernel.PR_SET_SECCOMP, _FILTER, _Program(len(code) // 8, code))


@functools.cache
def assemble(machine: str, rules: Rules) -> bytes:
    """The filter as `struct sock_filter[]` for a machine, "x86_64" or "aarch64"."""
    numbers = NUMBERS[machine]
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        *_verdict_unless(_ARCHITECTURES[machine], _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        lines += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL)]
    lines += [(_GREATER, 0, 1, NEWEST), (_RETURN, 0, 0, _ENOSYS)]
    for name, verdict in _outright(rules).items():
        if name in numbers:
            lines += [(_EQUAL, 0, 1, numbers[name]), (_RETURN, 0, 0, verdict)]
    for name, block in _by_argument(rules).items():
        if name in numbers:
            lines += [(_EQUAL, 0, len(block), numbers[name]), *block]
    lines.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _outright(rules: Rules) -> dict[str, int]:
    """The calls that are denied whatever their arguments."""
    verdicts = dict.fromkeys(_KILLED.split(), _KILL)
    denied = _DENIED
    denied += "" if rules.network else f" socket {_NETWORK}"
    denied += "" if rules.processes else f" {_PROCESSES}"
    denied += "" if rules.programs else f" {_PROGRAMS}"
    denied += "" if rules.signals_to is None else f" {_THREAD_SIGNALS}"
    verdicts |= dict.fromkeys(denied.split(), _EPERM)
    return verdicts | dict.fromkeys(_ABSENT.split(), _ENOSYS)


def _by_argument(rules: Rules) -> dict[str, list[Instruction]]:
    """The calls that are denied by an argument; each block ends with a verdict.

    The kernel reads these arguments as 32-bit numbers, so only their low halves (the first, little-endian)
    count; comparing 64 bits would let a value with a stray high half through.
    """
    # Without write access Landlock does not see that an open for reading truncates, before its version 3.
    truncating = (_O_TRUNC | _O_ACCMODE, _O_TRUNC)
    blocks = {
        "open": _deny_masked(1, *truncating),
        "openat": _deny_masked(2, *truncating),
        # Memory that RLIMIT_DATA does not count.
        "mmap": _mapping(),
        "socketpair": _socket_pair(),
        "clone": _clone(rules.processes),
        "ioctl": _allow_only(1, _IOCTLS + (_NETWORK_IOCTLS if rules.network else ()), otherwise=_ENOTTY),
        "fcntl": _deny_values(1, _FCNTLS),
        "prctl": _allow_only(0, _PRCTLS),
        "personality": _allow_only(0, (0, _QUERY)),
        "prlimit64": _allow_only(0, (0,)),
    }
    if rules.network:
        # Neither path names (connecting to one is no opening for Landlock) nor the host's virtual sockets.
        blocks["socket"] = _allow_only(0, (_AF_INET, _AF_INET6, _AF_NETLINK))
    if rules.signals_to is not None:
        blocks |= dict.fromkeys(_SIGNALS.split(), _allow_only(0, (rules.signals_to,)))
    return blocks


def _argument(position: int) -> Instruction:
    return _LOAD, 0, 0, _ARGUMENTS + 8 * position


def _verdict_unless(value: int, verdict: int) -> list[Instruction]:
    return [(_EQUAL, 1, 0, value), (_RETURN, 0, 0, verdict)]


def _allow_only(
    position: int, values: tuple[int, ...], *, mask: int = 0xFFFFFFFF, otherwise: int = _EPERM
) -> list[Instruction]:
    tests = [(_EQUAL, len(values) - place, 0, value) for place, value in enumerate(values)]
    return [
        _argument(position),
        (_AND, 0, 0, mask),
        *tests,
        (_RETURN, 0, 0, otherwise),
        (_RETURN, 0, 0, _ALLOW),
    ]


def _deny_values(position: int, values: tuple[int, ...]) -> list[Instruction]:
    tests = [(_EQUAL, len(values) - place, 0, value) for place, value in enumerate(values)]
    return [_argument(position), *tests, (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _EPERM)]


def _deny_masked(position: int, mask: int, value: int) -> list[Instruction]:
    return [
        _argument(position),
        (_AND, 0, 0, mask),
        (_EQUAL, 0, 1, value),
        (_RETURN, 0, 0, _EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]


def _mapping() -> list[Instruction]:
    """Neither anonymous shared memory nor a mapping that grows like a stack."""
    shared = _MAP_SHARED | _MAP_ANONYMOUS
    load, *rest = _deny_masked(3, shared, shared)
    return [load, (_ANY_BIT, 0, 1, _MAP_GROWSDOWN), (_RETURN, 0, 0, _EPERM), *rest]


def _socket_pair() -> list[Instruction]:
    """Connected local sockets only: one for datagrams can send to any socket that has a name."""
    types = _allow_only(1, (_SOCK_STREAM, _SOCK_SEQPACKET), mask=_SOCK_TYPE)
    return [_argument(0), *_verdict_unless(_AF_UNIX, _EPERM), *types]


def _clone(processes: bool) -> list[Instruction]:
    """Threads always, processes by permission, namespaces and others' children never."""
    needed = [] if processes else [(_ANY_BIT, 1, 0, _CLONE_THREAD), (_RETURN, 0, 0, _EPERM)]
    return [
        _argument(0),
        (_ANY_BIT, 0, 1, _CLONE_OUTSIDE),
        (_RETURN, 0, 0, _EPERM),
        *needed,
        (_RETURN, 0, 0, _ALLOW),
    ]
