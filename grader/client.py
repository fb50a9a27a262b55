"""A judgement as its client sees it: the task goes to a judge, checks and the verdict come back.

The judge is a process of its own, so this needs no torch.
"""

import hashlib
import math
import os
import selectors
import stat
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path

from grader.daemon.wire import Kind
from grader.events import Nonsense, Report, pack
from grader.judge.request import Task
from grader.launch import ColdJudge, Judge, WarmJudge
from grader.verdict import CheckResult, Verdict

MAX_SOURCE = 1 << 20
MAX_SEED = (1 << 64) - 1
# The first check after a start of the machine waits until torch is imported.
_FIRST_SIGN_SECONDS = 60
_TICK = 0.05


class SubmissionFileError(Exception):
    """The submission cannot be read: missing, a directory, a pipe, too large."""


class Cancelled(Exception):
    """The check was cancelled; every process of it has ended."""


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


class Judging:
    """One judgement, from its task to its verdict.

    `on_check` hears of each check as it is judged, in the thread that calls `run`; setting `cancel` ends it
    soon.
    """

    def __init__(
        self, task: Task, on_check: Callable[[CheckResult], None] | None, cancel: threading.Event | None
    ) -> None:
        self._task = task
        self._on_check = on_check
        self._cancel = cancel
        self._checks: list[CheckResult] = []
        self._started_at = time.time_ns() // 1_000_000
        self._clock = time.monotonic()

    def run(self, kind: Kind | None) -> Verdict:
        """Ask a warm judge if its kind is given; a cold one when that one never came to judge.

        A failure of the judge is the verdict "internal error". Raises `Cancelled` and what `on_check` raises;
        the judge has ended by then.
        """
        if kind:
            answer = self._ask(WarmJudge(kind), _FIRST_SIGN_SECONDS)
            if isinstance(answer, Verdict):
                return answer
        if not self._checks:
            answer = self._ask(ColdJudge(), math.inf)
        return answer if isinstance(answer, Verdict) else self._failure(answer)

    def _ask(self, judge: Judge, patience: float) -> Verdict | str:
        """The verdict of this judge, or why there is none that counts."""
        report = Report()
        try:
            with judge:
                if judge.launch():
                    self._listen(judge, report, patience)
            verdict = report.close()
        except Nonsense as error:
            return f"{error} {judge.told}"
        if verdict is None:
            return f"The judge ended without a verdict. {judge.told}"
        return f"The judge failed after its verdict. {judge.told}" if judge.failed else verdict

    def _listen(self, judge: Judge, report: Report, patience: float) -> None:
        """Send the task and take events until the judge closes its end, or gives no first sign of life."""
        pending = memoryview(pack(self._task))
        deadline = time.monotonic() + patience
        with selectors.DefaultSelector() as selector:
            selector.register(judge.events, selectors.EVENT_READ)
            selector.register(judge.task, selectors.EVENT_WRITE)
            while time.monotonic() < deadline:
                if self._cancel and self._cancel.is_set():
                    raise Cancelled(f"The check of {self._task.description.id} was cancelled.")
                for key, _ in selector.select(_TICK if self._cancel or deadline < math.inf else None):
                    if key.fileobj is judge.task:
                        pending = _write(judge.task.fileno(), pending)
                        if not pending:
                            selector.unregister(judge.task)
                        continue
                    received = os.read(judge.events.fileno(), 1 << 16)
                    if not received:
                        return
                    deadline = math.inf
                    self._hear(report.feed(received))

    def _hear(self, checks: Iterable[CheckResult]) -> None:
        for check in checks:
            self._checks.append(check)
            if self._on_check:
                self._on_check(check)

    def _failure(self, message: str) -> Verdict:
        return Verdict(
            id=uuid.uuid4().hex,
            exercise=self._task.description.id,
            verdict="internal error",
            checks=self._checks,
            nonce=self._task.seed or 0,
            submission_sha256=hashlib.sha256(self._task.source).hexdigest(),
            started_at=self._started_at,
            message=message.strip(),
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
