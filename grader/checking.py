"""`check` as everybody calls it: a file is judged, with what the workspace knows about the attempt."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from grader.catalog import Catalog
from grader.client import MAX_SEED, Judging, read_submission
from grader.daemon.wire import kind_of
from grader.hints import hints_shown
from grader.judge.request import Task
from grader.verdict import CheckResult, Verdict
from grader.workspace import workspace_path


def check(
    exercise_id: str,
    path: str | Path | None = None,
    *,
    seed: int | None = None,
    workspace: str | Path | None = None,
    catalog: Catalog | None = None,
    on_check: Callable[[CheckResult], None] | None = None,
    cancel: threading.Event | None = None,
    cold: bool = False,
) -> Verdict:
    """Judge the submission at `path` (default: the exercise's file in the workspace).

    `seed` (0 to 2**64 - 1) replays the nonce of an earlier verdict; `on_check` hears of each check as it is
    judged, in this thread; setting `cancel` raises `Cancelled` soon. The judge comes from a warm daemon,
    started if need be; with `cold` (or $GRADER_COLD) it is a process of its own, for the same verdict. A
    failure of the judge itself is the verdict "internal error". Raises CatalogError, SubmissionFileError,
    ValueError for a seed out of range.
    """
    if seed is not None and not 0 <= seed <= MAX_SEED:
        raise ValueError(f"the seed must lie between 0 and {MAX_SEED}")
    exercise = (catalog or Catalog.default()).get(exercise_id)
    own = workspace_path(workspace) / f"{exercise.id}.py"
    file = own if path is None else Path(path)
    source = read_submission(file, exercise.id)
    # The name is shown in tracebacks only; one that is no UTF-8 could not be sent.
    name = os.fsencode(file.name).decode(errors="replace")
    task = Task(exercise.description, str(exercise.folder), str(exercise.solutions), source, name, seed)
    is_cold = cold or bool(os.environ.get("GRADER_COLD"))
    verdict = Judging(task, on_check, cancel).run(None if is_cold else kind_of(exercise, source))
    if file.resolve() != own.resolve():
        return verdict
    return replace(verdict, hints=hints_shown(exercise.id, workspace=workspace))
