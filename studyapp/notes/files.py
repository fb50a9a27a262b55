"""Find notes in a folder and read them.

`ddim.zh.md` is the Chinese translation of `ddim.md`.
"""

import os
from collections.abc import Callable
from pathlib import Path

from studyapp.notes.frontmatter import complete_meta
from studyapp.notes.model import Note, Problem
from studyapp.notes.parse import parse_note

_TRANSLATED = ".zh.md"
_READMES = {"README.md", "README.zh.md"}


def discover(folder: Path) -> list[Path]:
    """The notes in `folder` and below, sorted: `*.md` without translations (`*.zh.md`), README.md and what
    is hidden. Linked folders are followed; a folder that is reached twice counts once.
    """
    return _files(folder, lambda name: not name.endswith(_TRANSLATED))


def orphans(folder: Path) -> list[Path]:
    """The translations in `folder` and below whose note is not there, sorted."""
    translations = _files(folder, lambda name: name.endswith(_TRANSLATED))
    return [path for path in translations if not note_path(path).exists()]


def translation_path(note: Path) -> Path:
    """Where the translation of a note is, if it has one."""
    return Path(f"{str(note).removesuffix('.md')}{_TRANSLATED}")


def note_path(path: Path) -> Path:
    """The note that the file translates, or the file itself."""
    name = path.name
    return path.with_name(f"{name.removesuffix(_TRANSLATED)}.md") if name.endswith(_TRANSLATED) else path


def _files(folder: Path, wanted: Callable[[str], bool]) -> list[Path]:
    """The Markdown files with a wanted name in `folder` and below, sorted."""
    found: list[Path] = []
    seen: set[tuple[int, int]] = set()
    for root, folders, files in os.walk(folder, followlinks=True):
        stat = Path(root).stat()
        if (stat.st_dev, stat.st_ino) in seen:
            folders.clear()
            continue
        seen.add((stat.st_dev, stat.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(root, name) for name in files if _is_shown(name) and wanted(name)]
    return sorted(found)


def read_note(path: Path) -> Note:
    """Parse the file at `path`; one that cannot be read gives a note without cards and with the problem."""
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return _unreadable(
            path, 1, f"cannot be read ({reason})", "check that the file exists and is yours to read"
        )
    try:
        return parse_note(data.decode("utf-8"), path=str(path))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return _unreadable(
            path, line, f"byte 0x{data[error.start]:02x} is not UTF-8", "save the file as UTF-8"
        )


def _unreadable(path: Path, line: int, what: str, hint: str) -> Note:
    meta = complete_meta({}, path=str(path), heading="")
    return Note(str(path), meta, (), (Problem(str(path), line, what, hint),), readable=False)


def _is_shown(name: str) -> bool:
    return name.endswith(".md") and not name.startswith(".") and name not in _READMES
