"""How far through the course a learner is, by the journal."""

from pathlib import Path

import msgspec

from grader.catalog import Catalog
from grader.workspace import read_journal, workspace_path


class CourseProgress(msgspec.Struct, frozen=True):
    """How many of the exercises were passed at least once, and the id of the next one, if any is left."""

    passed: int
    total: int
    next_exercise: str | None


def course_progress(*, workspace: str | Path | None = None, catalog: Catalog | None = None) -> CourseProgress:
    """Read the journal; the next exercise is the first in the order of study not yet passed.

    Raises CatalogError, OSError.
    """
    order = [exercise.id for exercise in (catalog or Catalog.default()).order()]
    passed = {entry.exercise for entry in read_journal(workspace_path(workspace)) if entry.accepted}
    left = [name for name in order if name not in passed]
    return CourseProgress(len(order) - len(left), len(order), left[0] if left else None)
