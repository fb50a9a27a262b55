"""An exercise package as its author left it: its programs, and what is wrong with its files."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

import msgspec

from grader.authoring.equivalents import FILE, Equivalent, Key, listing_breaches, mutant_key, read_equivalents
from grader.authoring.mutation import mutants
from grader.authoring.report import Breach
from grader.catalog import Catalog, CatalogError, Exercise, UnknownExercise
from grader.judge.expectations import Known, read_expectations
from grader.verdict import Decision

Kind = Literal["starter", "accepted", "rejected"]
_CARD_ID = re.compile(r"[a-z][a-z0-9_]*/[a-z0-9-]+(#c[0-9]+)?")
_FOLDERS = {each.replace(" ", "_"): each for each in get_args(Decision)}
_VERDICTS: dict[str, Decision] = {
    folder: each for folder, each in _FOLDERS.items() if each not in ("accepted", "internal error")
}


class Program(msgspec.Struct, frozen=True):
    """A program of a package, named as in "accepted/doubling.py"; if rejected, with what is known of it."""

    kind: Kind
    name: str
    path: Path
    known: Known | None = None

    @property
    def expected(self) -> Decision:
        """The verdict that the folder of a rejected program names."""
        return _VERDICTS[self.path.parent.name]


class Package(msgspec.Struct, frozen=True):
    """An exercise with its programs, as far as it can be read, and what is wrong with its files."""

    id: str
    exercise: Exercise | None
    programs: list[Program]
    breaches: list[Breach]
    equivalents: list[Equivalent] = []


def read_package(catalog: Catalog, exercise_id: str) -> Package:
    """Read a package and check its files; raises UnknownExercise."""
    try:
        exercise = catalog.get(exercise_id)
    except UnknownExercise:
        raise
    except CatalogError as error:
        return Package(exercise_id, None, [], [Breach("exercise.toml", str(error))])
    starter = exercise.folder / "starter.py"
    programs = [Program("starter", starter.name, starter)] if starter.is_file() else []
    accepted = _accepted(exercise)
    rejected, expect_breaches = _rejected(exercise)
    equivalents, mutant_breaches = _equivalents(exercise, accepted)
    breaches = [*_file_breaches(exercise), *_credit_breaches(exercise), *expect_breaches, *mutant_breaches]
    return Package(exercise_id, exercise, [*programs, *accepted, *rejected], breaches, equivalents)


def _accepted(exercise: Exercise) -> list[Program]:
    files = sorted((exercise.solutions / "accepted").glob("*.py"))
    return [Program("accepted", f"accepted/{file.name}", file) for file in files]


def _rejected_files(exercise: Exercise) -> dict[str, Path]:
    folder = exercise.solutions / "rejected"
    return {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*.py"))}


def _rejected(exercise: Exercise) -> tuple[list[Program], list[Breach]]:
    """The rejected programs that expect.toml lists, and what is wrong with the list."""
    try:
        listed = read_expectations(exercise.solutions).rejected
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        return [], [Breach("expect.toml", f"It cannot be used: {error}")]
    on_disk, known = _rejected_files(exercise), {each.program: each for each in listed}
    programs = [
        Program("rejected", f"rejected/{name}", file, known[name])
        for name, file in on_disk.items()
        if name in known and _in_verdict_folder(name)
    ]
    return programs, [*_listing_breaches(listed, on_disk)]


def _equivalents(exercise: Exercise, accepted: list[Program]) -> tuple[list[Equivalent], list[Breach]]:
    """The entries of mutants.toml, and what is wrong with them."""
    try:
        listed = read_equivalents(exercise.solutions)
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        return [], [Breach(FILE, f"It cannot be used: {error}")]
    return listed, [*listing_breaches(listed, _mutant_keys(accepted) if listed else set())]


def _mutant_keys(accepted: list[Program]) -> set[Key]:
    """All mutants of these programs; one that can't be parsed, as its verdict will tell, has none."""
    keys: set[Key] = set()
    for program in accepted:
        with contextlib.suppress(OSError, SyntaxError, ValueError):
            keys.update(mutant_key(program.path, each) for each in mutants(program.path.read_bytes()))
    return keys


def _in_verdict_folder(name: str) -> bool:
    folder, _, file = name.partition("/")
    return folder in _VERDICTS and bool(file) and "/" not in file


def _file_breaches(exercise: Exercise) -> Iterator[Breach]:
    for folder, name in (
        (exercise.folder, "README.md"),
        (exercise.folder, "starter.py"),
        (exercise.solutions, "explanation.md"),
    ):
        if not _has_text(folder / name):
            yield Breach(name, "The file is missing, empty or not UTF-8 text.")
    for folder in (exercise.folder / "public", exercise.solutions / "hidden"):
        if not any(folder.glob("test_*.py")):
            yield Breach(f"{folder.name}/", "There is no test_*.py.")
    hints = sorted(file.name for file in (exercise.folder / "hints").glob("*.md"))
    if not hints or hints != [f"{number:02}.md" for number in range(1, len(hints) + 1)]:
        found = ", ".join(hints) or "none"
        yield Breach("hints/", f"The hints must be 01.md, 02.md and so on; found: {found}.")
    if len(_accepted(exercise)) < 2:
        yield Breach("accepted/", "At least two accepted programs are needed, independent of each other.")


def _has_text(file: Path) -> bool:
    try:
        return bool(file.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError):
        return False


def _credit_breaches(exercise: Exercise) -> Iterator[Breach]:
    for credit in exercise.description.credits:
        if not _CARD_ID.fullmatch(credit):
            yield Breach("exercise.toml", f"The credit {credit!r} is not a card id like topic/card-id.")


def _listing_breaches(listed: list[Known], on_disk: dict[str, Path]) -> Iterator[Breach]:
    names = [each.program for each in listed]
    for name in on_disk:
        if not _in_verdict_folder(name):
            folders = ", ".join(sorted(_VERDICTS))
            yield Breach(f"rejected/{name}", f"It must lie in a folder of its verdict, one of {folders}.")
        elif name not in names:
            yield Breach(f"rejected/{name}", "expect.toml does not list it.")
    for name in dict.fromkeys(names):
        if name not in on_disk:
            yield Breach("expect.toml", f"It lists {name}, and there is no rejected/{name}.")
        if names.count(name) > 1:
            yield Breach("expect.toml", f"It lists {name} more than once.")
    for each in listed:
        if not each.fails:
            yield Breach("expect.toml", f"It names no check that {each.program} fails.")
