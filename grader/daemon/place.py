"""Where the daemon of this user, this environment and this very code is to be found."""

import hashlib
import os
import stat
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from grader.process import clean_environment

# The longest path of a Unix socket, with its final zero.
_LONGEST = 107
_PACKAGE = Path(__file__).parents[1]


class Place(NamedTuple):
    """A folder of this user alone, and the lock that is held while a daemon is started or ends."""

    folder: Path
    lock: Path

    @property
    def socket(self) -> Path:
        """The daemon's socket."""
        return self.folder / "s"

    @property
    def work(self) -> Path:
        """The temporary folder of its processes."""
        return self.folder / "w"


def find_place() -> Place:
    """The place for the code that is installed now; its folder may not exist yet. Raises OSError."""
    root = _runtime_folder()
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = root.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise PermissionError(f"{root} is not a folder of this user alone")
    place = Place(root / fingerprint(), root / "lock")
    if len(os.fsencode(place.socket)) > _LONGEST:
        raise OSError(f"{place.socket} is too long for a socket")
    return place


def environment() -> dict[str, str]:
    """The environment of the warm processes; without TMPDIR, which differs between callers."""
    return {name: value for name, value in clean_environment().items() if name != "TMPDIR"}


def fingerprint() -> str:
    """Changes with the grader's code, the interpreter, the installed packages and the environment."""
    digest = hashlib.sha256(repr((sys.executable, sys.version, sorted(environment().items()))).encode())
    for path in _watched():
        try:
            found = path.stat()
        except OSError:
            continue
        digest.update(f"{path} {found.st_mtime_ns} {found.st_size}\n".encode())
    return digest.hexdigest()[:16]


def _runtime_folder() -> Path:
    chosen = os.environ.get("GRADER_RUNTIME")
    if chosen:
        return Path(chosen).absolute()
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and Path(runtime).is_dir():
        return Path(runtime, "studyapp-grader")
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser().absolute() / "studyapp" / "warm"


def _watched() -> Iterator[Path]:
    yield from sorted(_PACKAGE.rglob("*.py"))
    installed = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    installed += [path for path in sys.path if path.endswith("-packages")]
    for folder in map(Path, dict.fromkeys(installed)):
        # Installing anything changes the folder itself.
        yield from (folder, folder / "torch" / "version.py")
