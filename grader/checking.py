"""`check` as everybody calls it: the judgement, with what the workspace knows about the attempt."""

import threading
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from grader import client
from grader.catalog import Catalog
from grader.hints import hints_shown
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
    verdict = client.check(
        exercise_id,
        path,
        seed=seed,
        workspace=workspace,
        catalog=catalog,
        on_check=on_check,
        cancel=cancel,
        cold=cold,
    )
    own = workspace_path(workspace) / f"{exercise_id}.py"
    if path is not None and Path(path).resolve() != own.resolve():
        return verdict
    return replace(verdict, hints=hints_shown(exercise_id, workspace=workspace))
