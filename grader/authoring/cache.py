"""Proofs that need not be repeated: packages that were found sound, by the hash of all that decides it."""

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

import grader
from grader.authoring.report import ExerciseReport
from grader.catalog import Exercise
from grader.files import replace_file

_LIBRARIES = ("numpy", "pytest", "torch", "triton")


class _Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of the cache: the report on a sound package with this key."""

    key: str
    report: ExerciseReport


class _Judged(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file of an exercise's mutants; `key` stands for all that judged them."""

    key: str
    failures: dict[str, str]


class Cache:
    """One file for each exercise, holding its latest proof; what cannot be read or written is no proof."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = _environment()

    def key(self, exercise: Exercise) -> str:
        """The hash of both folders, the grader's sources and the versions they run on; raises OSError."""
        digest = hashlib.sha256(self._environment)
        digest.update(_hash_folder(exercise.folder) + _hash_folder(exercise.solutions))
        return digest.hexdigest()

    def find(self, exercise: Exercise, key: str, nonces: int) -> ExerciseReport | None:
        """The report of a proof with this key under at least so many nonces: they contain the fewer."""
        try:
            proof = msgspec.json.decode(self._file(exercise).read_bytes(), type=_Proof)
        except (OSError, ValueError, msgspec.MsgspecError):
            return None
        is_proof = proof.key == key and proof.report.sound and proof.report.nonces >= nonces
        return msgspec.structs.replace(proof.report, cached=True) if is_proof else None

    def store(self, exercise: Exercise, key: str, report: ExerciseReport) -> None:
        """Remember a sound package, unless it changed meanwhile."""
        with contextlib.suppress(OSError):
            if report.sound and self.key(exercise) == key:
                replace_file(self._file(exercise), msgspec.json.encode(_Proof(key, report)))

    def _file(self, exercise: Exercise) -> Path:
        return self._folder / f"{exercise.id}.json"


class Outcomes:
    """What came of the mutants of an exercise: what failed, or "" if accepted, by the text of the mutant.

    One file for each exercise; it counts as long as all that judges them is the same.
    """

    def __init__(self, folder: Path, exercise: Exercise, *, empty: bool = False) -> None:
        """Read them, unless they shall be `empty` at first; raises OSError."""
        self._file = folder / f"{exercise.id}.mutants.json"
        suite = _hash_folder(exercise.folder) + _hash_folder(exercise.solutions / "hidden")
        self._key = hashlib.sha256(_environment() + suite).hexdigest()
        self._failures = {} if empty else self._read()

    def find(self, source: str) -> str | None:
        """What failed of this mutant, "" if it was accepted, None if it was not judged."""
        return self._failures.get(_hash_text(source))

    def add(self, source: str, failure: str) -> None:
        """Take what came of a mutant."""
        self._failures[_hash_text(source)] = failure

    def save(self) -> None:
        """Write them, if that is possible."""
        with contextlib.suppress(OSError):
            replace_file(self._file, msgspec.json.encode(_Judged(self._key, self._failures)))

    def _read(self) -> dict[str, str]:
        try:
            judged = msgspec.json.decode(self._file.read_bytes(), type=_Judged)
        except (OSError, ValueError, msgspec.MsgspecError):
            return {}
        return judged.failures if judged.key == self._key else {}


def cache_folder() -> Path:
    """Where proofs are kept: below $STUDYAPP_CACHE, else the user's cache folder."""
    if variable := os.environ.get("STUDYAPP_CACHE"):
        root = Path(variable).expanduser()
    else:
        from platformdirs import user_cache_path

        root = user_cache_path("studyapp", appauthor=False)
    return root / "verified"


def _environment() -> bytes:
    """The hash of what judges: our sources, Python and the libraries; none of them is imported for it."""
    digest = hashlib.sha256(sys.version.encode())
    for name in _LIBRARIES:
        with contextlib.suppress(PackageNotFoundError):
            digest.update(f"{name} {version(name)}\0".encode())
    digest.update(_hash_folder(Path(grader.__file__).parent))
    return digest.digest()


def _hash_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _hash_folder(folder: Path) -> bytes:
    digest = hashlib.sha256()
    for file in sorted(_files(folder)):
        content = hashlib.sha256(file.read_bytes()).digest()
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + content)
    return digest.digest()


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
