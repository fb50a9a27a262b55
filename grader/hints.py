"""Hints, one at a time; the workspace remembers how many were shown since the exercise was started afresh."""

from pathlib import Path

import msgspec

from grader.catalog import Catalog, CatalogError
from grader.workspace import appearance, count_hint, workspace_path


class Hint(msgspec.Struct, frozen=True):
    """The hint number `number` of `total`, in Markdown."""

    number: int
    total: int
    text: str


def next_hint(
    exercise_id: str, *, workspace: str | Path | None = None, catalog: Catalog | None = None
) -> Hint | None:
    """The first hint that was not shown yet, counted as shown from now on; None when all of them were.

    Raises CatalogError, OSError when it cannot be counted.
    """
    hints = all_hints(exercise_id, catalog=catalog)
    shown = hints_shown(exercise_id, workspace=workspace)
    if shown >= len(hints):
        return None
    count_hint(workspace_path(workspace), exercise_id)
    return hints[shown]


def hints_shown(exercise_id: str, *, workspace: str | Path | None = None) -> int:
    """How many hints were shown since the exercise was last started afresh."""
    return appearance(workspace_path(workspace), exercise_id).hints


def all_hints(exercise_id: str, *, catalog: Catalog | None = None) -> list[Hint]:
    """The hints of an exercise, in order; raises CatalogError."""
    exercise = (catalog or Catalog.default()).get(exercise_id)
    files = sorted((exercise.folder / "hints").glob("*.md"))
    try:
        texts = [file.read_text(encoding="utf-8").strip() for file in files]
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(f"The hints of {exercise_id} cannot be read: {error}") from error
    return [Hint(number, len(texts), text) for number, text in enumerate(texts, start=1)]
