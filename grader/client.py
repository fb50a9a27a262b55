"""`check`: judge a submission in a process of its own, from a program that needs no torch."""

import hashlib
import math
import os
import selectors
import stat
import struct
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import msgspec

from grader.catalog import Catalog
from grader.daemon.wire import Kind, kind_of
from grader.judge.request import Event, Final, Progress, Task
from grader.launch import ColdJudge, Judge, WarmJudge
from grader.verdict import CheckResult, Verdict
from grader.workspace import workspace_path

MAX_SOURCE = 1 << 20
MAX_SEED = (1 << 64) - 1
_MAX_EVENT = 64 << 20
_LENGTH = struct.Struct(">Q")
# The first check after a start of the machine waits until torch is imported.
_FIRST_SIGN_SECONDS = 60
_TICK = 0.05


class SubmissionFileError(Exception):
    """The submission cannot be read: missing, a directory, a pipe, too large."""


class Cancelled(Exception):
    """The check was cancelled; every process of it has ended."""


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
    started if need be; with `cold` (or $GRADER_COLD) it is a process of its own, for the same verdict.
    A failure of the judge itself is the verdict "internal error". Raises CatalogError, SubmissionFileError,
    ValueError for a seed out of range.
    """
    if seed is not None and not 0 <= seed <= MAX_SEED:
        raise ValueError(f"the seed must lie between 0 and {MAX_SEED}")
    exercise = (catalog or Catalog.default()).get(exercise_id)
    file = Path(path) if path is not None else workspace_path(workspace) / f"{exercise.id}.py"
    source = read_submission(file, exercise.id)
    # The name is shown in tracebacks only; one that is no UTF-8 could not be sent.
    name = os.fsencode(file.name).decode(errors="replace")
    task = Task(exercise.description, str(exercise.folder), str(exercise.solutions), source, name, seed)
    is_cold = cold or bool(os.environ.get("GRADER_COLD"))
    return _Judging(task, on_check, cancel).run(None if is_cold else kind_of(exercise, source))


def read_submission(file: Path, exercise_id: str) -> bytes:
    """The bytes of a regular file of at most 1 MiB; raises SubmissionFileError in plain words."""
    try:
        # Without O_NONBLOCK, opening a pipe would wait for a writer.
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError as error:
        raise SubmissionFileError(
            f"There is no file {file}. `grader start {exercise_id}` creates one to begin with."
        ) from error
    except OSError as error:
        raise SubmissionFileError(f"{file} cannot be read: {error.strerror}.") from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        kind = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
        raise SubmissionFileError(f"{file} is {kind}; name the Python file to be judged.")
    with os.fdopen(descriptor, "rb") as opened:
        source = opened.read(MAX_SOURCE + 1)
    if len(source) > MAX_SOURCE:
        raise SubmissionFileError(f"{file} is larger than 1 MiB, the most that a submission may have.")
    return source


class _Judging:
    """One judgement, from its task to its verdict."""

    def __init__(
        self, task: Task, on_check: Callable[[CheckResult], None] | None, cancel: threading.Event | None
    ) -> None:
        self._task = task
        self._on_check = on_check
        self._cancel = cancel
        self._checks: list[CheckResult] = []
        self._verdict: Verdict | None = None
        self._started_at = time.time_ns() // 1_000_000
        self._clock = time.monotonic()

    def run(self, kind: Kind | None) -> Verdict:
        """Ask a warm judge if its kind is given; a cold one when that one never came to judge."""
        if kind:
            self._ask(WarmJudge(kind), _FIRST_SIGN_SECONDS)
        if not self._verdict and not self._checks:
            told = self._ask(ColdJudge())
        else:
            told = "The warm process was killed; run the check again."
        return self._verdict or self._failure(told)

    def _ask(self, judge: Judge, patience: float | None = None) -> str:
        """Have this judge judge; returns what it told besides."""
        try:
            if judge.launch():
                self._listen(judge, patience)
        except (msgspec.MsgspecError, ValueError):
            self._verdict = None
        finally:
            told = judge.end()
        return told

    def _listen(self, judge: Judge, patience: float | None) -> None:
        """Send the task and take events until the judge closes its end, or gives no first sign of life."""
        data = msgspec.msgpack.encode(self._task)
        pending = memoryview(_LENGTH.pack(len(data)) + data)
        decoder = msgspec.msgpack.Decoder(Event)
        buffer = bytearray()
        deadline = time.monotonic() + patience if patience else math.inf
        with selectors.DefaultSelector() as selector:
            selector.register(judge.events, selectors.EVENT_READ)
            selector.register(judge.task, selectors.EVENT_WRITE)
            while time.monotonic() < deadline:
                if self._cancel and self._cancel.is_set():
                    raise Cancelled(f"The check of {self._task.description.id} was cancelled.")
                for key, _ in selector.select(_TICK if self._cancel or deadline < math.inf else None):
                    if key.fd == judge.task:
                        pending = _write(judge.task, pending)
                        if not pending:
                            selector.unregister(judge.task)
                        continue
                    received = os.read(judge.events, 1 << 16)
                    if not received:
                        return
                    buffer += received
                    deadline = math.inf
                while (event := _take(buffer)) is not None:
                    self._handle(decoder.decode(event))

    def _handle(self, event: Event) -> None:
        if isinstance(event, Final):
            self._verdict = event.verdict
        elif isinstance(event, Progress):
            self._checks.append(event.check)
            if self._on_check:
                self._on_check(event.check)

    def _failure(self, told: str) -> Verdict:
        return Verdict(
            id=uuid.uuid4().hex,
            exercise=self._task.description.id,
            verdict="internal error",
            checks=self._checks,
            nonce=self._task.seed or 0,
            submission_sha256=hashlib.sha256(self._task.source).hexdigest(),
            started_at=self._started_at,
            message=f"The judge ended without a verdict. {told}".strip(),
            wall_seconds=round(time.monotonic() - self._clock, 6),
        )


def _write(task: int, pending: memoryview) -> memoryview:
    """Write what the pipe takes; nothing more to a judge that is gone: its events end."""
    try:
        return pending[os.write(task, pending) :]
    except BlockingIOError:
        return pending
    except BrokenPipeError:
        return pending[:0]


def _take(buffer: bytearray) -> bytes | None:
    """Remove and return the first whole event; raises ValueError for a length out of bounds."""
    if len(buffer) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack_from(buffer)
    if length > _MAX_EVENT:
        raise ValueError("an event is too long")
    end = _LENGTH.size + length
    if len(buffer) < end:
        return None
    event = bytes(buffer[_LENGTH.size : end])
    del buffer[:end]
    return event
