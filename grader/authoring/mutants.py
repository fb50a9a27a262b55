"""`verify --mutants`: prove that suites notice slips, by judging mutants of all accepted programs.

A mutant that is accepted survives: the suite lets a mistake pass, unless the mutant keeps the contract as its
program does. Such equivalents are reviewed and listed in mutants.toml, and judged like all others, so that
the list stays true.
"""

import hashlib
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from grader.authoring.cache import Outcomes, cache_folder
from grader.authoring.equivalents import mutant_key
from grader.authoring.mutation import Mutant, mutants, unmutated
from grader.authoring.package import Package, Program, read_package
from grader.authoring.pool import Progress
from grader.authoring.report import Breach, Change, MutantReport, Report
from grader.authoring.trials import Court, Outcome, Trial
from grader.catalog import Catalog


def verify_mutants(
    exercise_ids: Iterable[str],
    *,
    budget: float,
    jobs: int,
    catalog: Catalog | None = None,
    cache: bool = True,
    on_progress: Callable[[Progress], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Report[MutantReport]:
    """Judge the mutants of these exercises, one exercise after the other, with `jobs` verdicts at once.

    Of each exercise, no verdict is begun once `clock` has told `budget` seconds. With `cache`, what the same
    suite has judged before isn't judged again, so a run goes on where another ran out of time. `on_progress`
    hears of each verdict, in this thread. Raises UnknownExercise, OSError, ValueError for less than one job
    or a negative budget.
    """
    if jobs < 1 or budget < 0:
        raise ValueError("the number of jobs must be at least 1, and the budget not negative")
    catalog = catalog or Catalog.default()
    packages = [read_package(catalog, name) for name in dict.fromkeys(exercise_ids)]

    def prove(package: Package) -> MutantReport:
        if not package.exercise:
            return MutantReport(package.id, breaches=package.breaches)
        known = Outcomes(cache_folder(), package.exercise, empty=not cache)
        began = clock()
        court = Court(package.id, catalog, known, jobs, on_progress, lambda: clock() - began >= budget)
        tally = _judge_mutants(package, court)
        return tally.report(court.judged, round(clock() - began, 3), budget)

    return Report([prove(package) for package in packages])


class _Slip(NamedTuple):
    """A mutant of an accepted program."""

    program: Program
    mutant: Mutant

    @property
    def trial(self) -> Trial:
        """The mutant as it is judged."""
        return Trial(self.program, self.mutant.source)

    @property
    def change(self) -> Change:
        """The mutant as it is reported."""
        line, original, mutated, occurrence, _ = self.mutant
        return Change(self.program.name, line, original, mutated, occurrence)

    @property
    def order(self) -> bytes:
        """When it is judged. When time runs out, no part of a program should be the one left out."""
        return hashlib.sha256(self.mutant.source.encode()).digest()


class _Tally:
    """What was found about the mutants of a package so far."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._listed = {each.key: each for each in package.equivalents}
        self._breaches = [*package.breaches]
        self._suite: set[str] = set()
        self._killed = self._equivalent = self._total = 0
        self._survivors: list[Change] = []
        self._not_tried: list[Change] = []

    def unreadable(self, program: Program, error: Exception) -> None:
        """Take a program that has no mutants because it is no program."""
        self._breaches.append(Breach(program.name, f"It has no mutants, because it can't be parsed: {error}"))

    def wrong(self, program: Program, outcome: Outcome) -> None:
        """Take a program that is not accepted itself, so that a failure of its mutants shows nothing."""
        message = f"Its mutants are not judged, because it must be accepted and gets: {outcome.failure}"
        self._fail(Breach(program.name, message, internal=outcome.internal), outcome)

    def add(self, slip: _Slip, outcome: Outcome | None) -> None:
        """Take what came of a mutant."""
        self._total += 1
        entry = self._listed.get(mutant_key(slip.program.path, slip.mutant))
        if outcome is None:
            self._not_tried.append(slip.change)
        elif outcome.internal:
            message = f"Its mutant {slip.mutant.mutated} shows a fault of the suite: {outcome.failure}"
            self._fail(Breach(f"{slip.program.name}:{slip.mutant.line}", message, internal=True), outcome)
        elif outcome.failure:
            self._killed += 1
            if entry:
                self._breaches.append(entry.breach(f"It is no equivalent: {outcome.failure}"))
        elif entry:
            self._equivalent += 1
        else:
            self._survivors.append(slip.change)

    def report(self, judged: int, seconds: float, budget: float) -> MutantReport:
        """All of it."""
        return MutantReport(
            exercise=self._package.id,
            mutants=self._total,
            killed=self._killed,
            equivalent=self._equivalent,
            survivors=sorted(self._survivors),
            not_tried=sorted(self._not_tried),
            judged=judged,
            seconds=seconds,
            budget=budget,
            breaches=self._breaches,
        )

    def _fail(self, breach: Breach, outcome: Outcome) -> None:
        """Take a breach; a fault of the suite is told once."""
        if not outcome.internal or outcome.failure not in self._suite:
            self._breaches.append(breach)
        if outcome.internal:
            self._suite.add(outcome.failure)


def _judge_mutants(package: Package, court: Court) -> _Tally:
    """Judge the accepted programs without a slip, as the mutants are written, then their mutants."""
    tally = _Tally(package)
    plain: list[Trial] = []
    slips: list[_Slip] = []
    for program in package.programs:
        if program.kind != "accepted":
            continue
        source = program.path.read_bytes()
        try:
            slips += [_Slip(program, each) for each in mutants(source)]
            plain.append(Trial(program, unmutated(source)))
        except (SyntaxError, ValueError) as error:
            tally.unreadable(program, error)
    wrong = set()
    for trial, outcome in zip(plain, court.judge_all(plain), strict=True):
        if outcome and outcome.failure:
            wrong.add(trial.program.name)
            tally.wrong(trial.program, outcome)
    slips = sorted((each for each in slips if each.program.name not in wrong), key=lambda each: each.order)
    for slip, outcome in zip(slips, court.judge_all([each.trial for each in slips]), strict=True):
        tally.add(slip, outcome)
    return tally
