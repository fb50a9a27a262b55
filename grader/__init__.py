"""Judge submissions to exercises. `import grader` is nearly free: names are loaded when first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.catalog import Catalog, CatalogError, Exercise
    from grader.client import Cancelled, SubmissionFileError, check
    from grader.resources import data_folder
    from grader.verdict import CheckResult, Score, Verdict
    from grader.workspace import StartedExercise, read_journal, start, workspace_path

__all__ = [
    "Cancelled",
    "Catalog",
    "CatalogError",
    "CheckResult",
    "Exercise",
    "Score",
    "StartedExercise",
    "SubmissionFileError",
    "Verdict",
    "check",
    "data_folder",
    "read_journal",
    "start",
    "workspace_path",
]

_HOMES = {
    "grader.catalog": ["Catalog", "CatalogError", "Exercise"],
    "grader.client": ["Cancelled", "SubmissionFileError", "check"],
    "grader.resources": ["data_folder"],
    "grader.verdict": ["CheckResult", "Score", "Verdict"],
    "grader.workspace": ["StartedExercise", "read_journal", "start", "workspace_path"],
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
