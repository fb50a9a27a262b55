"""Judge submissions to exercises. `import grader` is nearly free: names are loaded when first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.catalog import Catalog, CatalogError, Exercise
    from grader.checking import check
    from grader.client import Cancelled, SubmissionFileError
    from grader.explaining import Explanation, explanation, give_up
    from grader.hints import Hint, all_hints, hints_shown, next_hint
    from grader.progress import CourseProgress, course_progress
    from grader.resources import data_folder
    from grader.verdict import CheckResult, FailingCall, Score, Verdict
    from grader.workspace import (
        GiveUp,
        StartedExercise,
        read_give_ups,
        read_journal,
        record,
        start,
        workspace_path,
    )

__all__ = [
    "Cancelled",
    "Catalog",
    "CatalogError",
    "CheckResult",
    "CourseProgress",
    "Exercise",
    "Explanation",
    "FailingCall",
    "GiveUp",
    "Hint",
    "Score",
    "StartedExercise",
    "SubmissionFileError",
    "Verdict",
    "all_hints",
    "check",
    "course_progress",
    "data_folder",
    "explanation",
    "give_up",
    "hints_shown",
    "next_hint",
    "read_give_ups",
    "read_journal",
    "record",
    "start",
    "workspace_path",
]

_HOMES = {
    "grader.catalog": ["Catalog", "CatalogError", "Exercise"],
    "grader.checking": ["check"],
    "grader.client": ["Cancelled", "SubmissionFileError"],
    "grader.explaining": ["Explanation", "explanation", "give_up"],
    "grader.hints": ["Hint", "all_hints", "hints_shown", "next_hint"],
    "grader.progress": ["CourseProgress", "course_progress"],
    "grader.resources": ["data_folder"],
    "grader.verdict": ["CheckResult", "FailingCall", "Score", "Verdict"],
    "grader.workspace": [
        "GiveUp",
        "StartedExercise",
        "read_give_ups",
        "read_journal",
        "record",
        "start",
        "workspace_path",
    ],
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
