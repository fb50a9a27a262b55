"""The proof of one exercise: the verdicts that it needs, and the report that they add up to."""

import threading
import time
from collections.abc import Iterator
from typing import NamedTuple

from grader.authoring.cache import Cache
from grader.authoring.package import Kind, Package, Program
from grader.authoring.report import Breach, ExerciseReport
from grader.authoring.rules import find_breaches, slowest_check
from grader.catalog import Catalog, Exercise
from grader.checking import check
from grader.client import SubmissionFileError
from grader.verdict import Verdict


class Finding(NamedTuple):
    """A verdict on a program and what is wrong with it; `began` and `ended` in monotonic seconds."""

    program: Program
    nonce: int
    verdict: Verdict | None
    breaches: list[Breach]
    began: float
    ended: float


class Proof:
    """One exercise while it is being proved; `report` is there once it is."""

    def __init__(self, package: Package, nonces: int, catalog: Catalog, cache: Cache | None) -> None:
        """Take the report from the cache if the package was proved before; raises OSError."""
        self.package = package
        self._nonces = nonces
        self._catalog = catalog
        self._findings: list[Finding] = []
        self._failed: set[str] = set()
        self._cache = cache
        self._key = ""
        self.report = self._look_up()
        self.cases = [] if self.report else self._cases()
        self._left = len(self.cases)
        if not self._left:
            self._conclude()

    def judge(self, program: Program, nonce: int, cancel: threading.Event) -> Finding | None:
        """Judge a program, unless an earlier nonce has shown that it breaks its promise; in any thread.

        Cases are begun in order, so the lowest nonce that shows a breach is always judged.
        """
        if program.name in self._failed:
            return None
        began = time.monotonic()
        verdict = None
        try:
            verdict = check(self.package.id, program.path, seed=nonce, catalog=self._catalog, cancel=cancel)
            breaches = find_breaches(program, verdict)
        except SubmissionFileError as error:
            breaches = [Breach(program.name, str(error))]
        if breaches:
            self._failed.add(program.name)
        return Finding(program, nonce, verdict, breaches, began, time.monotonic())

    def add(self, finding: Finding | None) -> None:
        """Take what came of a case; the last one concludes the proof."""
        if finding:
            self._findings.append(finding)
        self._left -= 1
        if not self._left:
            self._conclude()

    def _cases(self) -> list[tuple[Program, int]]:
        """The verdicts that are needed, all nonces of a program together, in rising order."""
        return [
            (program, nonce)
            for program in self.package.programs
            for nonce in range(1, 2 if program.kind == "starter" else self._nonces + 1)
        ]

    def _look_up(self) -> ExerciseReport | None:
        exercise = self.package.exercise
        if not self._cache or not exercise or self.package.breaches:
            return None
        self._key = self._cache.key(exercise)
        return self._cache.find(exercise, self._key, self._nonces)

    def _conclude(self) -> None:
        exercise = self.package.exercise
        if self.report:
            return
        if not exercise:
            self.report = ExerciseReport(self.package.id, self._nonces, breaches=self.package.breaches)
            return
        self.report = self._report(exercise)
        if self._cache and self._key:
            self._cache.store(exercise, self._key, self.report)

    def _report(self, exercise: Exercise) -> ExerciseReport:
        limit = exercise.description.limits.cpu_seconds
        slowest, too_tight = self._slowest(limit)
        began = min((each.began for each in self._findings), default=0.0)
        ended = max((each.ended for each in self._findings), default=0.0)
        return ExerciseReport(
            exercise=exercise.id,
            nonces=self._nonces,
            checks=max((len(each.verdict.checks) for each in self._findings if each.verdict), default=0),
            accepted=self._score("accepted"),
            rejected=self._score("rejected"),
            slowest_cpu=slowest,
            cpu_limit=limit,
            seconds=round(ended - began, 3),
            breaches=[*self.package.breaches, *self._program_breaches(), *too_tight],
        )

    def _score(self, kind: Kind) -> tuple[int, int]:
        programs = [program for program in self.package.programs if program.kind == kind]
        return sum(program.name not in self._failed for program in programs), len(programs)

    def _program_breaches(self) -> Iterator[Breach]:
        """Of each program what its lowest failing nonce shows; one failure of the suite is told once."""
        failing = sorted((each for each in self._findings if each.breaches), key=lambda each: each.nonce)
        first = {each.program.name: each.breaches for each in reversed(failing)}
        suite: set[str] = set()
        for program in self.package.programs:
            for breach in first.get(program.name, []):
                if not breach.internal or breach.message not in suite:
                    yield breach
                if breach.internal:
                    suite.add(breach.message)

    def _slowest(self, limit: float) -> tuple[float, list[Breach]]:
        """The CPU seconds of the slowest check of an accepted program, and the breach if they are many."""
        readings = [
            (slowest_check(each.verdict), each)
            for each in self._findings
            if each.program.kind == "accepted" and each.verdict and each.verdict.accepted
        ]
        if not readings:
            return 0.0, []
        (seconds, check_id), finding = max(readings, key=lambda reading: reading[0])
        if 2 * seconds <= limit:
            return round(seconds, 3), []
        message = (
            f"The CPU limit of {limit:g} s is less than twice the {seconds:.2f} s that "
            f"{finding.program.name} needs; raise cpu_seconds or make the check smaller."
        )
        breach = Breach("exercise.toml", message, check_id, finding.nonce, str(finding.program.path))
        return round(seconds, 3), [breach]
