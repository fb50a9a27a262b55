"""`scaffold`: lay out a new exercise package, whole or not at all."""

import keyword
import re
import tempfile
from pathlib import Path
from string import Template

from grader.authoring import suites, templates
from grader.catalog import Catalog

_ID = re.compile(r"[a-z][a-z0-9_]*")


class ScaffoldError(Exception):
    """An exercise that cannot be created as asked, in plain words."""


def scaffold(
    exercise_id: str, *, catalog: Catalog, topic: str | None = None, torch: bool = False
) -> tuple[Path, Path]:
    """Create the public and the secret folder of a new exercise, and return them.

    The exercise has one function, named like it, of a list of ints or (`torch`) a tensor. Raises
    ScaffoldError for an id that exists or can't be one, OSError; then nothing is left behind.
    """
    _check_name("id", exercise_id)
    if keyword.iskeyword(exercise_id):
        raise ScaffoldError(f"{exercise_id!r} can't be the id: it is a keyword of Python.")
    if topic is not None:
        _check_name("topic", topic)
    public, secret = catalog.exercises / exercise_id, catalog.solutions / exercise_id
    for folder in (public, secret):
        if folder.exists() or folder.is_symlink():
            raise ScaffoldError(f"There already is {folder}; choose another id.")
        folder.parent.mkdir(parents=True, exist_ok=True)
    # Beside the solutions, where the catalogue doesn't look.
    with tempfile.TemporaryDirectory(dir=secret.parent, prefix=f".new-{exercise_id}-") as name:
        draft = Path(name)
        fields = _fields(exercise_id, topic, torch)
        _write(draft / "exercise", _public_files(torch), fields)
        _write(draft / "solutions", _secret_files(torch), fields)
        _publish(draft, public, secret)
    return public, secret


def _check_name(what: str, name: str) -> None:
    if not _ID.fullmatch(name):
        raise ScaffoldError(
            f"{name!r} can't be the {what}: it consists of a-z, 0-9 and _ and begins with a letter."
        )


def _fields(exercise_id: str, topic: str | None, torch: bool) -> dict[str, str]:
    title = exercise_id.replace("_", " ").strip().capitalize()
    topics = f'"{topic}"' if topic else ""
    return {"id": exercise_id, "title": title, "topics": topics} | (
        templates.TORCH if torch else templates.PYTHON
    )


def _public_files(torch: bool) -> dict[str, str]:
    return templates.EXERCISE | (suites.PUBLIC_TORCH if torch else suites.PUBLIC_PYTHON)


def _secret_files(torch: bool) -> dict[str, str]:
    return templates.SOLUTIONS | (suites.HIDDEN_TORCH if torch else suites.HIDDEN_PYTHON)


def _write(folder: Path, files: dict[str, str], fields: dict[str, str]) -> None:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(Template(text).substitute(fields), encoding="utf-8", newline="\n")


def _publish(draft: Path, public: Path, secret: Path) -> None:
    """Move both folders into place, the public one last: it is what makes the exercise exist."""
    (draft / "solutions").rename(secret)
    try:
        (draft / "exercise").rename(public)
    except OSError:
        secret.rename(draft / "solutions")
        raise
