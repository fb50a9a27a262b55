"""`check`: judge a submission in a process of its own, from a program that needs no torch."""

import contextlib
import hashlib
import os
import selectors
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import IO

import msgspec

from grader.catalog import Catalog
from grader.judge.request import Event, Final, Task
from grader.process import clean_environment
from grader.verdict import CheckResult, Verdict
from grader.workspace import workspace_path

MAX_SOURCE = 1 << 20
MAX_SEED = (1 << 64) - 1
_MAX_EVENT = 64 << 20
_LENGTH = struct.Struct(">Q")


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
) -> Verdict:
    """Judge the submission at `path` (default: the exercise's file in the workspace).

    `seed` (0 to 2**64 - 1) replays the nonce of an earlier verdict; `on_check` hears of each check as it is
    judged, in this thread; setting `cancel` raises `Cancelled` soon. A failure of the judge itself is the
    verdict "internal error". Raises CatalogError, SubmissionFileError, ValueError for a seed out of range.
    """
    if seed is not None and not 0 <= seed <= MAX_SEED:
        raise ValueError(f"the seed must lie between 0 and {MAX_SEED}")
    exercise = (catalog or Catalog.default()).get(exercise_id)
    file = Path(path) if path is not None else workspace_path(workspace) / f"{exercise.id}.py"
    source = read_submission(file, exercise.id)
    task = Task(exercise.description, str(exercise.folder), str(exercise.solutions), source, file.name, seed)
    return _Judging(task, on_check, cancel).run()


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
    """One judge process, from its start to its verdict."""

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

    def run(self) -> Verdict:
        reader, writer = os.pipe()
        with tempfile.TemporaryFile() as log, os.fdopen(reader, "rb", buffering=0) as events:
            process = _spawn(writer, log)
            try:
                _write_task(process, self._task)
                self._listen(events)
            except (msgspec.MsgspecError, ValueError):
                self._verdict = None
            finally:
                _end(process)
            return self._verdict or self._failure(process, log)

    def _listen(self, events: IO[bytes]) -> None:
        """Take events until the judge closes its end."""
        decoder = msgspec.msgpack.Decoder(Event)
        buffer = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(events, selectors.EVENT_READ)
            while True:
                if self._cancel and self._cancel.is_set():
                    raise Cancelled(f"The check of {self._task.description.id} was cancelled.")
                if not selector.select(0.05 if self._cancel else None):
                    continue
                data = events.read(1 << 16)
                if not data:
                    return
                buffer += data
                while (event := _take(buffer)) is not None:
                    self._handle(decoder.decode(event))

    def _handle(self, event: Event) -> None:
        if isinstance(event, Final):
            self._verdict = event.verdict
        else:
            self._checks.append(event.check)
            if self._on_check:
                self._on_check(event.check)

    def _failure(self, process: subprocess.Popen[bytes], log: IO[bytes]) -> Verdict:
        log.seek(0)
        told = log.read()[-4000:].decode(errors="replace").strip()
        return Verdict(
            id=uuid.uuid4().hex,
            exercise=self._task.description.id,
            verdict="internal error",
            checks=self._checks,
            nonce=self._task.seed or 0,
            submission_sha256=hashlib.sha256(self._task.source).hexdigest(),
            started_at=self._started_at,
            message=f"The judge ended without a verdict (status {process.returncode}).\n{told}".strip(),
            wall_seconds=round(time.monotonic() - self._clock, 6),
        )


def _spawn(events: int, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """A judge in a session of its own, so that Ctrl-C reaches only us."""
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "grader.judge", str(events)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
            env=clean_environment(),
            pass_fds=[events],
            start_new_session=True,
        )
    finally:
        os.close(events)


def _write_task(process: subprocess.Popen[bytes], task: Task) -> None:
    data = msgspec.msgpack.encode(task)
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(_LENGTH.pack(len(data)) + data)
        process.stdin.flush()


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


def _end(process: subprocess.Popen[bytes]) -> None:
    """Close the judge's input, which makes it end with all it started; wait until it has."""
    if process.stdin:
        with contextlib.suppress(OSError):
            process.stdin.close()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
