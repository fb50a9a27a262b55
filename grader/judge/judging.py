"""One judgement from task to verdict."""

import contextlib
import hashlib
import os
import sys
import time
import uuid
from collections.abc import Callable

import pytest

from grader.catalog import Exercise
from grader.judge.expectations import diagnose, read_expectations
from grader.judge.failing import smallest
from grader.judge.outcome import MAX_MESSAGE, Judgement, judge_error
from grader.judge.program import Program
from grader.judge.request import Task
from grader.judge.seeds import fresh_nonce
from grader.judge.session import Session
from grader.judge.stopped import Stopped
from grader.judge.zygote import Zygote
from grader.suite.errors import SubmissionError
from grader.text import neutralise, shorten
from grader.verdict import CheckResult, Decision, FailingCall, Verdict, decide, decision

_WITHOUT = (
    *("cacheprovider", "terminal", "faulthandler", "warnings", "doctest", "debugging", "logging"),
    *("unraisableexception", "threadexception"),
)
_PYTEST = [
    "--noconftest",
    "--import-mode=importlib",
    "--assert=plain",
    "--capture=no",
    "--strict-markers",
    "--config-file=/dev/null",
    *(f"-pno:{plugin}" for plugin in _WITHOUT),
]


def judge(
    exercise: Exercise,
    task: Task,
    zygote: Zygote,
    report: Callable[[CheckResult], None],
    started_at: int,
    clock: float,
) -> Verdict:
    """Run the suite; never raises for anything that a submission does.

    `started_at` is UTC in milliseconds, `clock` the monotonic time of the same moment.
    """
    _prepare(exercise)
    zygote.wait_until_ready()
    nonce = fresh_nonce() if task.seed is None else task.seed
    program = Program(exercise, task.source, task.filename, nonce, zygote)
    judgement = _Judgement(program, report)
    judgement.run()
    return Verdict(
        id=uuid.uuid4().hex,
        exercise=exercise.id,
        verdict=judgement.decision,
        checks=judgement.checks,
        nonce=nonce,
        submission_sha256=hashlib.sha256(task.source).hexdigest(),
        started_at=started_at,
        message=judgement.message,
        diagnosis=judgement.diagnosis,
        output=neutralise(judgement.output.decode(errors="replace")),
        sandbox=program.measures,
        cpu_seconds=round(program.cpu_seconds, 6),
        wall_seconds=round(time.monotonic() - clock, 6),
        smallest=judgement.smallest,
        information=judgement.information,
    )


class _Judgement:
    """The run of a suite, as it comes together."""

    def __init__(self, program: Program, report: Callable[[CheckResult], None]) -> None:
        self._program = program
        self._session = Session(program, self._load, report)
        self._unloadable: Judgement | None = None
        self._load_output = b""
        self.message = ""
        self.diagnosis = ""
        self.smallest: FailingCall | None = None
        self.checks: list[CheckResult] = []
        self.decision: Decision = "internal error"

    @property
    def information(self) -> list[str]:
        """What the suite tells besides."""
        return self._session.information

    @property
    def output(self) -> bytes:
        """What the program printed in the check that is told in full, else in the first that printed."""
        failed = [check.id for check in self.checks if check.outcome not in ("passed", "not run")]
        told = [self.smallest.check] if self.smallest else failed[:1]
        outputs = self._session.outputs
        printed = [outputs.get(each, b"") for each in (told or outputs)]
        return self._load_output or next(filter(None, printed), b"")

    def run(self) -> None:
        """Run pytest, then decide."""
        exercise, session = self._program.exercise, self._session
        folders = [exercise.folder / "public", exercise.solutions / "hidden"]
        arguments = [f"--rootdir={exercise.solutions}", *(str(each) for each in folders if each.is_dir())]
        missing = [str(each) for each in folders if not each.is_dir()]
        if missing:
            self.message = f"The suite is incomplete: {' and '.join(missing)} does not exist."
            return
        # While pytest collects the checks. What goes wrong here goes wrong again when a worker is needed.
        with contextlib.suppress(Stopped):
            self._program.prepare()
        status = pytest.main([*_PYTEST, *arguments], plugins=[session])
        self.checks = [session.results.get(check.id, check.not_run()) for check in session.checks]
        if session.problems or status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            self.message = "\n".join(session.problems) or f"pytest ended with {status!r}."
            return
        if self._unloadable:
            self.message = self._unloadable.message
            self.decision = decision(self._unloadable.outcome)
            return
        self._decide()

    def _decide(self) -> None:
        self.decision = decide([check for check in self.checks if not check.is_excused])
        if self.decision not in ("accepted", "internal error"):
            known = read_expectations(self._program.exercise.solutions)
            self.diagnosis = diagnose(known, self.checks, self.decision)
            self.smallest = smallest(self._session.calls, self.checks, self.decision)

    def _load(self) -> bool:
        """Load the submission once before the checks: what fails here concerns the whole program."""
        self._unloadable = self._try_to_load()
        return self._unloadable is None

    def _try_to_load(self) -> Judgement | None:
        try:
            missing = self._program.load()
            failure = _lacking(missing) if missing else None
        except Stopped as stop:
            failure = Judgement(stop.outcome, stop.message)
        except SubmissionError as error:
            failure = judge_error(error)
        usage = self._program.close(last=failure is not None)
        if usage.stopped:
            failure = Judgement(usage.stopped.outcome, usage.stopped.message)
        if failure is None:
            return None
        self._load_output = usage.output
        lead = "" if failure.outcome == "internal error" else "Your file could not be loaded.\n"
        return failure._replace(message=lead + shorten(failure.message, MAX_MESSAGE))


def _lacking(missing: list[str]) -> Judgement:
    names = " and ".join(f"`{name}`" for name in missing)
    return Judgement(
        "runtime error", f"It does not define {names}; the exercise asks for a function of that name."
    )


def _prepare(exercise: Exercise) -> None:
    """Load no plugin that happens to be installed, write nothing beside the suite, use one thread."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.dont_write_bytecode = True
    if exercise.description.needs.torch:
        import torch

        torch.set_num_threads(1)
