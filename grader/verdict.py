"""What a judge says about a submission: plain data, the same in the library, in JSON and in the journal."""

from collections.abc import Sequence
from typing import Literal

import msgspec

Outcome = Literal[
    "passed",
    "wrong answer",
    "time limit",
    "memory limit",
    "output limit",
    "runtime error",
    "rejected",
    "internal error",
    "not run",
]
Decision = Literal[
    "accepted",
    "wrong answer",
    "time limit",
    "memory limit",
    "output limit",
    "runtime error",
    "rejected",
    "internal error",
]
Group = Literal["public", "hidden"]
Kind = Literal["proved", "instrumented"]

MAX_CALL_BYTES = 256 << 10
NO_GPU = "it needs a GPU, and there is none here"


class CheckResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One check of a suite, in the words of the exercise.

    `kind` is "proved" when it rests on values and measurements of the judge, "instrumented" when it relies on
    reports from inside the worker; `given` describes the failing call; `seconds` is the time the judge spent
    waiting for the submission, `cpu_seconds` the processor time that the submission used.
    """

    id: str
    title: str
    group: Group
    kind: Kind
    outcome: Outcome
    message: str = ""
    given: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    @property
    def is_excused(self) -> bool:
        """Whether it was not run for a reason that lies in this machine, which `message` tells."""
        return self.outcome == "not run" and self.message == NO_GPU


class FailingCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call of the submission in a check that failed: the last one that the check made.

    `arguments` is the encoded pair (list of positional, dict of named arguments) in the format of
    `grader.values`, `tensors` its safetensors body, `generators` the states of its random generators. If the
    check compared what the call returned with a value known beforehand, `expected` and `expected_tensors`
    hold that value in the same format. All of it together takes at most `MAX_CALL_BYTES`.
    """

    check: str
    function: str
    arguments: bytes
    tensors: bytes = b""
    generators: list[bytes] = []
    expected: bytes | None = None
    expected_tensors: bytes = b""

    @property
    def size(self) -> int:
        """The bytes of the arguments."""
        return len(self.arguments) + len(self.tensors)


class Score(msgspec.Struct, frozen=True):
    """How many checks of a group passed."""

    passed: int
    total: int


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The judgement of one submission.

    `id` is unique (a hexadecimal UUID); `nonce` replays it; `message` explains what concerns the whole
    program; `diagnosis` is the likely mistake when the failed checks are those of a known wrong program;
    `output` is what the program printed during the check that decided, bounded; `sandbox` lists the measures
    in force and those missing; `cpu_seconds` is what all workers used, `wall_seconds` what the whole
    judgement took; `started_at` is UTC in milliseconds. `smallest` is the smallest failing call among the
    checks that failed with this verdict, if one is small enough to be kept. `hints` counts the hints shown
    since the learner's file was started (0 for a file outside the workspace). `information` is what the suite
    measured beyond what it checks.
    """

    id: str
    exercise: str
    verdict: Decision
    checks: list[CheckResult]
    nonce: int
    submission_sha256: str
    started_at: int
    message: str = ""
    diagnosis: str = ""
    output: str = ""
    sandbox: list[str] = []
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    format_version: Literal[1] = 1
    smallest: FailingCall | None = None
    hints: int = 0
    information: list[str] = []

    @property
    def accepted(self) -> bool:
        """Whether the submission solves the exercise."""
        return self.verdict == "accepted"

    @property
    def groups(self) -> dict[Group, Score]:
        """The score of each group of checks."""
        return {"public": self._score("public"), "hidden": self._score("hidden")}

    @property
    def failed(self) -> list[CheckResult]:
        """The checks that ran and did not pass."""
        return [check for check in self.checks if check.outcome not in ("passed", "not run")]

    def _score(self, group: Group) -> Score:
        outcomes = [check.outcome for check in self.checks if check.group == group and not check.is_excused]
        return Score(outcomes.count("passed"), len(outcomes))


def decide(checks: Sequence[CheckResult]) -> Decision:
    """The overall verdict: an internal error wins, then a rejection, then the first check not passed.

    Fails closed: without a check, with a check that did not run, or with instrumented checks alone it is an
    internal error.
    """
    outcomes = [check.outcome for check in checks]
    if "internal error" in outcomes or not any(check.kind == "proved" for check in checks):
        return "internal error"
    if "rejected" in outcomes:
        return "rejected"
    failed = [outcome for outcome in outcomes if outcome not in ("passed", "not run")]
    if failed:
        return decision(failed[0])
    return "internal error" if "not run" in outcomes else "accepted"


def decision(outcome: Outcome) -> Decision:
    """A failing outcome as a verdict; anything else is an internal error here."""
    return "internal error" if outcome == "passed" or outcome == "not run" else outcome
