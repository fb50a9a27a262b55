"""The walls around a worker, put up in order; read this file to see what a submission can do.

Three make the base, which needs neither privilege nor package: Landlock (files), seccomp (system calls) and
the limits of `limits.py`. Namespaces are a second wall. `enter` names what is in force and what is missing; a
wall that should stand but cannot be put up is an error, never left out.
"""

import errno
import os
import resource
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from grader import gpu
from grader.resources import data_folder
from grader.sandbox import kernel, landlock, limits, namespaces, privileges, seccomp, view

_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
_MACHINE = ("/sys/devices/system/cpu", "/sys/devices/system/node")
_NETWORK = ("/sys/class/net", "/sys/devices", "/sys/bus/pci/devices")
_PROCESS = (
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/filesystems",
    "/proc/sys/vm/overcommit_memory",
)
# For the driver, and for the C compiler and assembler that Triton starts.
_GPU = (
    *(
        "/usr/bin",
        "/usr/include",
        "/usr/libexec",
        "/usr/local/cuda",
        "/usr/local/nvidia",
        "/etc/alternatives",
    ),
    *("/sys/bus/pci", "/sys/devices"),
)
_GPU_PROCESS = ("/proc/driver/nvidia", "/proc/devices", "/proc/modules", "/proc/sys/vm/mmap_min_addr")
_GPU_FOLDER_MIB = 512
_DEVICES = ("/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
UNFILTERED = "system calls are not filtered, and programs can be started: the driver of the GPU needs it"
_NO_WALLS = (
    "the program can read and change your files",
    "the program can use the network",
    "the program can start other programs",
    "the number of processes is not limited",
)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What a worker may do.

    `folder` is an empty folder of the caller, from now on the working and temporary folder; where the worker
    has a file system of its own it lies in memory and holds at most `folder_mib` MiB. `readable` are files
    and folders with what is below them; `python_paths` gives those of the interpreter. `tasks` bounds
    processes and threads together. `loopback` allows sockets, but only in a network of its own: that of the
    caller if it made one (`namespaces.share_network`), so that workers reach each other. `gpu` gives the
    devices of the GPU, and programs for the compiler; its driver makes calls that the filter denies, so there
    is no filter then.
    """

    folder: str
    readable: tuple[str, ...]
    folder_mib: int = 64
    tasks: int = 128
    allow_processes: bool = False
    allow_programs: bool = False
    loopback: bool = False
    gpu: bool = False


class Walls(NamedTuple):
    """The measures in force and those missing, in plain words."""

    in_force: tuple[str, ...]
    missing: tuple[str, ...]


def base_available() -> bool:
    """Whether this system has Landlock, seccomp and resource limits: without, a verdict is unofficial."""
    return sys.platform == "linux" and landlock.version() > 0 and seccomp.available()


def python_paths() -> tuple[str, ...]:
    """What this interpreter imports from and loads libraries from, without the solutions of exercises.

    Of a checkout on the path only this package is kept, of a folder that `pip install --target` filled all
    but `share`.
    """
    paths = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    # A bundled interpreter (conda, pyenv) has the libraries of its extension modules in lib.
    paths += [*filter(None, sys.path), f"{sys.base_prefix}/lib"]
    try:
        secret = data_folder("solutions").resolve()
    except FileNotFoundError:
        secret = None
    kept = [part for path in map(Path, dict.fromkeys(paths)) for part in _without(secret, path)]
    return tuple(str(part) for part in kept if part.exists())


def _without(secret: Path | None, path: Path) -> list[Path]:
    """`path`, or what may be read of it."""
    if secret is None or not secret.is_relative_to(path.resolve()):
        return [path]
    if not secret.is_relative_to(path.resolve() / "share"):
        return [Path(__file__).parents[1]]
    return [part for part in path.iterdir() if part.name != "share"]


def enter(policy: Policy) -> Walls:
    """Confine this process, a fresh fork with one thread, for good; raises OSError and must then not go on.

    Returns in a fork of it where PID namespaces are to be had (see `namespaces.separate`). Call it before
    anything of the submission is received, with no descriptor open on a folder.
    """
    if sys.platform != "linux":
        return Walls((), _NO_WALLS)
    kernel.require_one_thread()
    _require_no_open_folder()
    builder = _Builder(policy, namespaces.survey())
    builder.build()
    return Walls(tuple(builder.in_force), tuple(builder.missing))


def prepare(readable: tuple[str, ...], *, loopback: bool = False) -> None:
    """Find out, for all forks of this process, what `enter` needs; quickest while little is loaded."""
    if sys.platform == "linux":
        namespaces.survey()
        view.outermost((*readable, *_system_paths(loopback=loopback)))
        if seccomp.available():
            seccomp.assemble(kernel.MACHINE, seccomp.Rules(network=loopback))


class _Builder:
    """The steps of `enter`; the order of `build` matters."""

    def __init__(self, policy: Policy, found: namespaces.Survey) -> None:
        self._policy = policy
        self._folder = str(Path(policy.folder).resolve())
        self._found = found
        self._account: int | None = None
        self.in_force: list[str] = []
        self.missing: list[str] = []

    def build(self) -> None:
        """Put the walls up, those that need a privilege before it is given up."""
        if os.geteuid() == 0:
            self._choose_account()
        shares = self._policy.loopback and namespaces.shares_network()
        namespaces.separate(self._found.without(namespaces.NEWNET) if shares else self._found)
        self._describe_namespaces()
        self._settle_in_folder()
        privileges.drop(self._account)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        namespaces.die_with_parent()
        self._limit_tasks()
        self._fence_files()
        self._filter_calls()

    def _choose_account(self) -> None:
        account = privileges.spare_account()
        if account is None:
            self.missing.append("the program runs as root, without its powers (no other user may be used)")
            return
        closed = privileges.unreachable((self._folder, *self._policy.readable))
        if closed and not self._found.has(namespaces.NEWNS):
            self.missing.append(
                f"the program runs as root, without its powers ({closed} is closed to others)"
            )
            return
        self._account = account
        self.in_force.append("a user of its own")

    def _describe_namespaces(self) -> None:
        if self._found.has(namespaces.NEWPID):
            self.in_force.append("processes of its own: it reaches no other, and nothing outlives it")
        else:
            self.missing.append(f"the program can see which processes run{self._because()}")
        if self._found.has(namespaces.NEWNET):
            self.in_force.append("a network of its own, without connections")
            if self._policy.loopback and not namespaces.shares_network():
                namespaces.raise_loopback()
        elif self._policy.loopback:
            self.missing.append(
                f"the network that the exercise needs (it stays without any){self._because()}"
            )

    def _settle_in_folder(self) -> None:
        folder = self._folder
        size = _GPU_FOLDER_MIB if self._policy.gpu else self._policy.folder_mib
        if self._found.has(namespaces.NEWNS):
            owner = self._owner()
            own_proc = view.enter(
                folder, size, owner, (*self._policy.readable, *self._system_paths()), self._gpu_devices()
            )
            self.in_force.append(f"a read-only file system without your files, and {size} MiB to write")
            if not own_proc:
                self.missing.append("the program can see which processes run (/proc cannot be mounted)")
        else:
            self.missing.append(f"the program can tell which of your files exist{self._because()}")
            self.missing.append("files are limited one by one, not in all")
            os.chown(folder, *self._owner())
            os.chdir(folder)
        os.environ["TMPDIR"] = folder
        tempfile.tempdir = None

    def _limit_tasks(self) -> None:
        if self._policy.allow_processes or self._policy.gpu:
            self.missing.append("memory is limited process by process, not in all")
        if os.geteuid() == 0:
            self.missing.append("the number of processes is not limited (the system does not limit root's)")
            return
        # The system counts all tasks of a user, but those of a user namespace apart.
        alone = self._account is not None or self._found.has(namespaces.NEWUSER)
        tasks = self._policy.tasks + (0 if alone else limits.count_tasks() - 1)
        ceiling = resource.getrlimit(resource.RLIMIT_NPROC)[1]
        tasks = tasks if ceiling == resource.RLIM_INFINITY else min(tasks, ceiling)
        resource.setrlimit(resource.RLIMIT_NPROC, (tasks, tasks))
        self.in_force.append("process limit")

    def _fence_files(self) -> None:
        if landlock.version() == 0:
            self.missing.append("Landlock: this kernel does not fence files in")
            return
        program = landlock.EXECUTE if self._policy.allow_programs or self._policy.gpu else 0
        paths = (*self._policy.readable, *self._system_paths(), *_PROCESS, *_DEVICES)
        rules = [(path, landlock.READ | program) for path in paths]
        rules.append(("/dev/null", landlock.READ | landlock.WRITE_FILE))
        if self._policy.gpu:
            rules += [(path, landlock.READ) for path in _GPU_PROCESS]
            driver = landlock.READ | landlock.WRITE_FILE | landlock.IOCTL
            rules += [(path, driver) for path in self._gpu_devices()]
        rules.append((self._folder, landlock.READ | landlock.CHANGE | program))
        landlock.restrict(rules, tcp=self._has_network())
        self.in_force.append("files fenced in (Landlock)")

    def _filter_calls(self) -> None:
        if not seccomp.available():
            self.missing.append("seccomp: system calls are not filtered")
            return
        if self._policy.gpu:
            self.missing.append(UNFILTERED)
            return
        signals_to = None if self._found.has(namespaces.NEWPID) else os.getpid()
        policy = self._policy
        seccomp.install(
            seccomp.Rules(self._has_network(), policy.allow_processes, policy.allow_programs, signals_to)
        )
        self.in_force.append("system calls filtered (seccomp)")
        self.in_force.append(
            "it can only talk to itself" if self._has_network() else "it can open no sockets"
        )
        if not policy.allow_processes:
            self.in_force.append("it can start no processes")

    def _system_paths(self) -> tuple[str, ...]:
        return (*_system_paths(loopback=self._policy.loopback), *(_GPU if self._policy.gpu else ()))

    def _gpu_devices(self) -> tuple[str, ...]:
        return gpu.devices() if self._policy.gpu else ()

    def _has_network(self) -> bool:
        return self._policy.loopback and self._found.has(namespaces.NEWNET)

    def _owner(self) -> tuple[int, int]:
        if self._account is None:
            return os.geteuid(), os.getegid()
        return self._account, self._account

    def _because(self) -> str:
        return f" ({self._found.reason})" if self._found.reason else ""


def _system_paths(*, loopback: bool) -> tuple[str, ...]:
    return (*_LIBRARIES, *_MACHINE, *(_NETWORK if loopback else ()))


def _require_no_open_folder() -> None:
    """A descriptor of a folder outside leads past every view of the file system."""
    for descriptor in Path("/proc/self/fd").iterdir():
        if descriptor.is_dir():
            raise OSError(errno.EBADF, "a folder is open in the process that enters the sandbox", descriptor)
