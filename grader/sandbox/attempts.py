"""What a hostile program would try: each act returns when it succeeds and raises when it is stopped."""

import mmap
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.sandbox import kernel, limits

FOLDER_MIB = 80
MEMORY_MIB = 64
TASKS = 16
CPU_SECONDS = 1
# What acts raise when a wall stops them.
STOPPED = (OSError, ValueError, MemoryError)

_MIB = 1 << 20
_PTRACE_ATTACH = 16
_KEYCTL_GET_KEYRING_ID, _SESSION_KEYRING = 0, -3
_NEWUSER = 0x10000000

FILES = "Use a kernel from 5.13 on with Landlock switched on (`landlock` in the boot parameter `lsm=`)."
CALLS = "Use a kernel with seccomp filters, on x86-64 or 64-bit ARM."
_NAMESPACES = (
    "Let programs have namespaces: run outside a container, and allow unprivileged user namespaces "
    "(`sysctl user.max_user_namespaces`, on Ubuntu `kernel.apparmor_restrict_unprivileged_userns=0`)."
)
_LIMITS = "Run as a user other than root, or let root use other user ids."
_OURS = "Report this: it is our mistake."


@dataclass(frozen=True)
class Scene:
    """What the acts aim at: all of it outside of the walls, made for this purpose."""

    secret: Path
    library: Path
    port: int
    socket_file: Path
    victim: int


@dataclass(frozen=True)
class Attempt:
    """One act; `leaves` means that it succeeds if something of it outlives the worker."""

    name: str
    act: Callable[[Scene], Any]
    consequence: str
    remedy: str
    processes: bool = False
    leaves: bool = False


def _write_outside(scene: Scene) -> None:
    scene.secret.with_name("new").write_text("x")


def _change_library(scene: Scene) -> None:
    """Any of three ways would do."""
    for flags in (os.O_WRONLY, os.O_RDONLY | os.O_TRUNC):
        try:
            os.close(os.open(scene.library, flags))
        except OSError:
            continue
        return
    os.truncate(scene.library, 0)


def _connect(scene: Scene) -> None:
    socket.create_connection(("127.0.0.1", scene.port), timeout=1).close()


def _send_to_socket_file(scene: Scene) -> None:
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    pair[0].sendto(b"x", str(scene.socket_file))


def _trace(scene: Scene) -> None:
    kernel.call("ptrace", _PTRACE_ATTACH, scene.victim, 0, 0)


def _fork(_scene: Scene) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _fork_many(_scene: Scene) -> None:
    # The children end with the pipe.
    reading, writing = os.pipe()
    for _ in range(TASKS):
        if os.fork() == 0:
            os.close(writing)
            os.read(reading, 1)
            os._exit(0)


def _leave_process(_scene: Scene) -> None:
    if os.fork():
        return
    if os.fork() == 0:
        signal.pause()
    os._exit(0)


def _compute(_scene: Scene) -> None:
    while time.process_time() < 3 * CPU_SECONDS:
        pass


def _open_many(_scene: Scene) -> None:
    for _ in range(2 * limits.OPEN_FILES):
        os.open(os.devnull, os.O_RDONLY)


def _fill_folder(_scene: Scene) -> None:
    for number in range(2 * FOLDER_MIB):
        Path(f"{number}").write_bytes(bytes(_MIB))


def _large_file(_scene: Scene) -> None:
    with Path("large").open("wb") as file:
        for _ in range(FOLDER_MIB - 1):
            file.write(bytes(_MIB))


ATTEMPTS = (
    Attempt(
        "read a file of yours",
        lambda scene: scene.secret.read_bytes(),
        "A submission can read the hidden tests and your files.",
        FILES,
    ),
    Attempt(
        "find out which files exist",
        lambda scene: scene.secret.stat(),
        "A submission can see names and sizes of files, not their content.",
        _NAMESPACES,
    ),
    Attempt("write outside its folder", _write_outside, "A submission can change your files.", FILES),
    Attempt(
        "change a library that it may read",
        _change_library,
        "A submission can change Python itself, and with it later verdicts.",
        FILES,
    ),
    Attempt(
        "change a file's permissions",
        lambda scene: scene.secret.chmod(0o600),
        "A submission can open your files to others or lock you out.",
        CALLS,
    ),
    Attempt(
        "change a file's times",
        lambda scene: os.utime(scene.secret),
        "A submission can make changed files look unchanged to build tools.",
        CALLS,
    ),
    Attempt(
        "connect to a server on this machine",
        _connect,
        "A submission can talk to your local services.",
        CALLS,
    ),
    Attempt(
        "open a socket",
        lambda _scene: socket.socket(),
        "A submission can reach the network: fetch a solution, send files away.",
        CALLS,
    ),
    Attempt(
        "send to a socket file",
        _send_to_socket_file,
        "A submission can command the system's services.",
        CALLS,
    ),
    Attempt("trace another process", _trace, "A submission can take over your programs.", CALLS),
    Attempt(
        "read another process's environment",
        lambda scene: Path(f"/proc/{scene.victim}/environ").read_bytes(),
        "A submission can read secrets of your programs.",
        FILES,
    ),
    Attempt(
        "see other processes",
        lambda scene: Path(f"/proc/{scene.victim}").stat(),
        "A submission can see which processes run, not what they do.",
        _NAMESPACES,
    ),
    Attempt(
        "signal another process",
        lambda scene: os.kill(scene.victim, signal.SIGCONT),
        "A submission can kill the judge and your programs.",
        CALLS,
    ),
    Attempt(
        "start a process", _fork, "A submission can multiply its memory and slow the machine down.", CALLS
    ),
    Attempt(
        "start too many processes",
        _fork_many,
        "Where an exercise needs processes, a submission can bring the machine to a halt.",
        _LIMITS,
        processes=True,
    ),
    Attempt(
        "leave a process behind",
        _leave_process,
        "Where an exercise needs processes, a submission can go on after its verdict.",
        _NAMESPACES,
        processes=True,
        leaves=True,
    ),
    Attempt(
        "start another program",
        lambda _scene: os.execv(sys.executable, [sys.executable, "-c", ""]),
        "A submission can use every program of this machine.",
        CALLS,
    ),
    Attempt(
        "mount a file system",
        lambda _scene: kernel.call("mount", None, ".", "tmpfs", 0, None),
        "A submission can rearrange the files that it sees.",
        CALLS,
    ),
    Attempt(
        "make namespaces of its own",
        lambda _scene: kernel.call("unshare", _NEWUSER),
        "A submission can reach parts of the kernel that are closed to users.",
        CALLS,
    ),
    Attempt(
        "use your keys",
        lambda _scene: kernel.call("keyctl", _KEYCTL_GET_KEYRING_ID, _SESSION_KEYRING, 1),
        "A submission can use the keys of your session.",
        CALLS,
    ),
    Attempt("become root", lambda _scene: os.setuid(0), "A submission can get powers back.", CALLS),
    Attempt(
        "lift its limits",
        lambda _scene: resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY,) * 2),
        "A submission can run as long as it likes.",
        _LIMITS,
    ),
    Attempt("compute without end", _compute, "A submission can run as long as it likes.", _OURS),
    Attempt(
        "use too much memory",
        lambda _scene: bytearray(2 * MEMORY_MIB * _MIB),
        "A submission can use up the machine's memory.",
        "Mount /proc: the limit is computed from it.",
    ),
    Attempt(
        "use shared memory",
        lambda _scene: mmap.mmap(-1, 2 * MEMORY_MIB * _MIB),
        "A submission can use memory that no limit counts.",
        CALLS,
    ),
    Attempt("open too many files", _open_many, "A submission can keep others from opening files.", _OURS),
    Attempt("write a huge file", _large_file, "A submission can fill your disk.", _OURS),
    Attempt("fill the disk with many files", _fill_folder, "A submission can fill your disk.", _NAMESPACES),
)
