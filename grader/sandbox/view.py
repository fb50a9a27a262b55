"""A file system of its own for a worker: the paths it may read, read-only, and one sized folder to write.

Built from empty instead of hiding parts of the whole: what is not named is not there, so there is nothing to
forget. Uses the kernel's newer mount calls (5.12, older than Landlock): a tree can be made read-only with all
its submounts before it appears anywhere, and folders that only root may pass are rebuilt open to all.
"""

import ctypes
import functools
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from grader.sandbox import kernel

_AT_FDCWD, _AT_EMPTY_PATH, _AT_RECURSIVE = -100, 0x1000, 0x8000
_CLONE, _CLOEXEC = 1, 0o2000000
_FSOPEN_CLOEXEC, _FSMOUNT_CLOEXEC, _MOVE_EMPTY_PATH = 1, 1, 0x04
_SET_STRING, _CREATE = 1, 6
READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_PROGRAMS = 0x1, 0x2, 0x4, 0x8
_RECURSIVE_PRIVATE = 0x4000 | 0x40000
_DETACH = 2
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
_INODES = 16384


class _Attributes(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "user_namespace"))


def enter(
    folder: str,
    size_mib: int,
    owner: tuple[int, int],
    readable: Iterable[str],
    devices: tuple[str, ...] = (),
) -> bool:
    """Leave the file system for a new one, in a mount namespace of its own; raises OSError.

    Afterwards `folder` is an empty folder of `owner` (user, group) in memory, at most `size_mib` large, and
    the only one that can be written; paths that do not exist or cannot be reached are passed over. `devices`
    are there besides those that every program has. Returns whether /proc shows this PID namespace only; where
    the system forbids that, it is the one that was there.
    """
    kernel.call("mount", None, "/", None, _RECURSIVE_PRIVATE, None)
    devices = (*_DEVICES, *devices)
    paths = [*outermost(tuple(readable)), *devices]
    trees = [(path, copy(path, path in devices)) for path in paths if os.access(path, os.F_OK)]
    proc, own_proc = _proc()
    trees.append(("/proc", proc))
    root = _memory(1, 0o755, (os.geteuid(), os.getegid()))
    attach(root, folder)
    for path, tree in trees:
        target = folder + path
        _make_target(target, stat.S_ISDIR(os.fstat(tree).st_mode))
        attach(tree, target)
        os.close(tree)
    for name, target in _LINKS.items():
        Path(f"{folder}/dev/{name}").symlink_to(target)
    _make_target(folder + folder, True)
    work = _memory(size_mib, 0o700, owner)
    attach(work, folder + folder)
    os.close(work)
    _harden(root, READ_ONLY, recursive=False)
    os.close(root)
    os.chdir(folder)
    kernel.call("pivot_root", ".", ".")
    kernel.call("umount2", ".", _DETACH)
    os.chdir(folder)
    return own_proc


@functools.cache
def outermost(paths: tuple[str, ...]) -> tuple[str, ...]:
    """These paths as written and as resolved, without those that lie in another one."""
    kept: list[Path] = []
    both = {name for path in map(Path, paths) for name in (path.absolute(), path.resolve())}
    for path in sorted(both):
        if not any(path.is_relative_to(other) for other in kept):
            kept.append(path)
    return tuple(map(str, kept))


def copy(path: str, is_device: bool = False) -> int:
    """A read-only copy of the mount tree at `path`, attached nowhere yet."""
    tree = kernel.call("open_tree", _AT_FDCWD, path, _CLONE | _CLOEXEC | _AT_RECURSIVE)
    # Flags are only added: those that the tree came with may be locked.
    _harden(tree, READ_ONLY | _NO_SUID | (0 if is_device else _NO_DEVICES), recursive=True)
    return tree


def _proc() -> tuple[int, bool]:
    """A tree for /proc, and whether it is one of this PID namespace."""
    try:
        return _file_system("proc", {}, READ_ONLY | _NO_SUID | _NO_DEVICES | _NO_PROGRAMS), True
    except OSError:
        return copy("/proc"), False


def _memory(size_mib: int, mode: int, owner: tuple[int, int]) -> int:
    options = {
        "size": f"{size_mib}m",
        "nr_inodes": str(_INODES),
        "mode": f"{mode:o}",
        "uid": str(owner[0]),
        "gid": str(owner[1]),
    }
    return _file_system("tmpfs", options, _NO_SUID | _NO_DEVICES)


def _file_system(kind: str, options: dict[str, str], attributes: int) -> int:
    context = kernel.call("fsopen", kind, _FSOPEN_CLOEXEC)
    try:
        for name, value in options.items():
            kernel.call("fsconfig", context, _SET_STRING, name, value, 0)
        kernel.call("fsconfig", context, _CREATE, None, None, 0)
        return kernel.call("fsmount", context, _FSMOUNT_CLOEXEC, attributes)
    finally:
        os.close(context)


def attach(tree: int, target: str) -> None:
    kernel.call("move_mount", tree, "", _AT_FDCWD, target, _MOVE_EMPTY_PATH)


def _harden(tree: int, attributes: int, *, recursive: bool) -> None:
    flags = _AT_EMPTY_PATH | (_AT_RECURSIVE if recursive else 0)
    wanted = _Attributes(attributes, 0, 0, 0)
    kernel.call("mount_setattr", tree, "", flags, wanted, ctypes.sizeof(wanted))


def _make_target(path: str, is_folder: bool) -> None:
    """An empty folder or file to mount on, with the folders above it."""
    if is_folder:
        Path(path).mkdir(parents=True, exist_ok=True)
    else:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).touch()
