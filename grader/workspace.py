"""The learner's folder: one file for each exercise, archived attempts, and the journal of verdicts."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from grader.catalog import Catalog
from grader.verdict import Verdict

JOURNAL = Path(".grader", "verdicts.jsonl")


class StartedExercise(msgspec.Struct, frozen=True):
    """The file to work in; `created` when it was made from the starter; `archived` is the earlier attempt."""

    path: Path
    created: bool
    archived: Path | None = None


def workspace_path(override: str | Path | None = None) -> Path:
    """The workspace: `override`, else $STUDYAPP_WORKSPACE, else `studyapp` in the user's documents."""
    chosen = override or os.environ.get("STUDYAPP_WORKSPACE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_documents_path

    return user_documents_path() / "studyapp"


def start(
    exercise_id: str,
    *,
    fresh: bool = False,
    workspace: str | Path | None = None,
    catalog: Catalog | None = None,
) -> StartedExercise:
    """Create `<workspace>/<id>.py` from the starter.

    An existing file is kept, or with `fresh` first moved to `attempts/<id>/<UTC time>.py`; nothing is ever
    overwritten. Raises CatalogError, OSError.
    """
    exercise = (catalog or Catalog.default()).get(exercise_id)
    folder = workspace_path(workspace)
    path = folder / f"{exercise.id}.py"
    folder.mkdir(parents=True, exist_ok=True)
    archived = None
    if fresh and os.path.lexists(path):
        archived = _archive(path, folder / "attempts" / exercise.id)
    created = _create(path, exercise.starter())
    return StartedExercise(path, created, archived)


def append_verdict(workspace: Path, verdict: Verdict) -> None:
    """Add a verdict to the journal and wait until it is on disk; raises OSError."""
    file = workspace / JOURNAL
    file.parent.mkdir(parents=True, exist_ok=True)
    line = msgspec.json.encode(verdict) + b"\n"
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # A line torn by a crash must not swallow this one.
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line
        while line:
            line = line[os.write(descriptor, line) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_journal(workspace: Path) -> Iterator[Verdict]:
    """The verdicts of `grader check`, oldest first; torn or foreign lines are passed over."""
    try:
        lines = (workspace / JOURNAL).read_bytes().splitlines()
    except FileNotFoundError:
        return
    decoder = msgspec.json.Decoder(Verdict)
    for line in lines:
        try:
            yield decoder.decode(line)
        except (msgspec.MsgspecError, ValueError):
            continue


def _create(path: Path, text: str) -> bool:
    """Write a new file whole; False when there is one already."""
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return False
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    with draft.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return True


def _archive(path: Path, attempts: Path) -> Path:
    """Move a file to a new name in `attempts`, never over another one."""
    attempts.mkdir(parents=True, exist_ok=True)
    while True:
        target = attempts / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.py"
        try:
            # Reserves the name: the file that is replaced next can only be this empty one.
            target.touch(exist_ok=False)
        except FileExistsError:
            continue
        return path.replace(target)
