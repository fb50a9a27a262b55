"""The learner's folder: one file for each exercise, archived attempts, the journal, hints, failing calls."""

import os
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

from grader.catalog import Catalog
from grader.files import replace_file
from grader.verdict import Verdict

JOURNAL = Path(".grader", "verdicts.jsonl")
_FAILURES = Path(".grader", "failures")
_APPEARANCES = Path(".grader", "hints.json")
_T = TypeVar("_T")


class StartedExercise(msgspec.Struct, frozen=True):
    """The file to work in; `created` when it was made from the starter; `archived` is the earlier attempt."""

    path: Path
    created: bool
    archived: Path | None = None


class GiveUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the journal: the learner gave an exercise up and read the solution.

    `id` is unique (a hexadecimal UUID), `at` is UTC in milliseconds, `hints` as in `Verdict`.
    """

    id: str
    exercise: str
    at: int
    hints: int = 0
    event: Literal["gave up"] = "gave up"


class Failure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last verdict on an exercise that was no pass, and the file that was judged."""

    path: str
    verdict: Verdict


class Appearance(msgspec.Struct, frozen=True):
    """What happened since an exercise was last started afresh, at `started_at` (UTC milliseconds)."""

    started_at: int = 0
    hints: Annotated[int, msgspec.Meta(ge=0)] = 0


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
    if fresh:
        if os.path.lexists(path):
            archived = _archive(path, folder / "attempts" / exercise.id)
        _write_appearance(folder, exercise.id, Appearance(_now()))
    created = _create(path, exercise.starter())
    return StartedExercise(path, created, archived)


def record(workspace: Path, verdict: Verdict, path: Path | None = None) -> None:
    """Add a verdict on the file `path` (default: the one in the workspace) to the journal; raises OSError.

    The failing call of the last verdict is kept for `grader repro`.
    """
    append_verdict(workspace, verdict)
    keep_failure(workspace, verdict, path or workspace / f"{verdict.exercise}.py")


def append_verdict(workspace: Path, verdict: Verdict) -> None:
    """Add a verdict to the journal and wait until it is on disk; raises OSError.

    The journal grows for months, so the failing call is left out; `keep_failure` keeps the last one.
    """
    _append(workspace, msgspec.structs.replace(verdict, smallest=None))


def append_give_up(workspace: Path, exercise_id: str) -> None:
    """Add to the journal that an exercise was given up, now; raises OSError."""
    hints = appearance(workspace, exercise_id).hints
    _append(workspace, GiveUp(uuid.uuid4().hex, exercise_id, _now(), hints))


def read_journal(workspace: Path) -> Iterator[Verdict]:
    """The verdicts of `grader check`, oldest first; torn or foreign lines are passed over."""
    return _read(workspace, Verdict)


def read_give_ups(workspace: Path) -> Iterator[GiveUp]:
    """The exercises that were given up, oldest first; torn or foreign lines are passed over."""
    return _read(workspace, GiveUp)


def keep_failure(workspace: Path, verdict: Verdict, path: Path) -> None:
    """Remember a failure of the file `path` for `grader repro`, until it passes or fails again.

    Raises OSError.
    """
    file = workspace / _FAILURES / f"{verdict.exercise}.json"
    if verdict.accepted:
        file.unlink(missing_ok=True)
    elif verdict.verdict != "internal error":
        replace_file(file, msgspec.json.encode(Failure(str(path.absolute()), verdict)))


def last_failure(workspace: Path, exercise_id: str) -> Failure | None:
    """What `keep_failure` kept, if anything that can be read."""
    try:
        data = (workspace / _FAILURES / f"{exercise_id}.json").read_bytes()
        return msgspec.json.decode(data, type=Failure)
    except (OSError, msgspec.MsgspecError, ValueError):
        return None


def appearance(workspace: Path, exercise_id: str) -> Appearance:
    """Since when the learner works on an exercise, and how many hints were shown since."""
    return _appearances(workspace).get(exercise_id, Appearance())


def count_hint(workspace: Path, exercise_id: str) -> int:
    """Count one more hint as shown, and return how many there are now; raises OSError."""
    now = appearance(workspace, exercise_id)
    _write_appearance(workspace, exercise_id, msgspec.structs.replace(now, hints=now.hints + 1))
    return now.hints + 1


def _append(workspace: Path, entry: Verdict | GiveUp) -> None:
    file = workspace / JOURNAL
    file.parent.mkdir(parents=True, exist_ok=True)
    line = msgspec.json.encode(entry) + b"\n"
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


def _read(workspace: Path, kind: type[_T]) -> Iterator[_T]:
    try:
        lines = (workspace / JOURNAL).read_bytes().splitlines()
    except FileNotFoundError:
        return
    decoder = msgspec.json.Decoder(kind)
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
    try:
        replace_file(path, text.encode())
    except BaseException:
        path.unlink()
        raise
    return True


def _appearances(workspace: Path) -> dict[str, Appearance]:
    try:
        return msgspec.json.decode((workspace / _APPEARANCES).read_bytes(), type=dict[str, Appearance])
    except (OSError, msgspec.MsgspecError, ValueError):
        # Without the file nothing was shown; a broken one is no reason to refuse the next hint.
        return {}


def _write_appearance(workspace: Path, exercise_id: str, now: Appearance) -> None:
    entries = _appearances(workspace) | {exercise_id: now}
    replace_file(workspace / _APPEARANCES, msgspec.json.encode(entries))


def _now() -> int:
    return time.time_ns() // 1_000_000


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
