"""Versions of a program on trial: each is judged up to its first failed check, while there is time."""

import tempfile
import threading
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import NamedTuple

from grader.authoring.cache import Outcomes
from grader.authoring.package import Program
from grader.authoring.pool import Progress, run_all
from grader.authoring.rules import describe_check, describe_failure, describe_internal_error
from grader.catalog import Catalog
from grader.checking import check
from grader.verdict import CheckResult

_NONCE = 1


class Trial(NamedTuple):
    """The text of a version of this program."""

    program: Program
    source: str


class Outcome(NamedTuple):
    """What failed first, in words, "" for an accepted version; `internal` if the suite or the judge did."""

    failure: str
    internal: bool = False


class Court:
    """Judges trials of one exercise with `jobs` verdicts at once; begins none after `is_over` says so.

    What `known` has is not judged again, and what is judged goes there.
    """

    def __init__(
        self,
        exercise_id: str,
        catalog: Catalog,
        known: Outcomes,
        jobs: int,
        on_progress: Callable[[Progress], None] | None,
        is_over: Callable[[], bool],
    ) -> None:
        self._exercise_id = exercise_id
        self._catalog = catalog
        self._known = known
        self._jobs = jobs
        self._on_progress = on_progress
        self._is_over = is_over
        self.judged = 0

    def judge_all(self, trials: Sequence[Trial]) -> list[Outcome | None]:
        """What came of each trial; None if it was not begun."""
        found = [self._known.find(each.source) for each in trials]
        outcomes = [None if failure is None else Outcome(failure) for failure in found]
        unknown = [index for index, outcome in enumerate(outcomes) if outcome is None]
        done = count(1)

        def take(place: int, outcome: Outcome | None) -> None:
            index = unknown[place]
            outcomes[index] = outcome
            self._remember(trials[index], outcome)
            if self._on_progress:
                self._on_progress(
                    Progress(next(done), len(unknown), self._exercise_id, trials[index].program.name)
                )

        try:
            run_all([partial(self._judge, trials[index]) for index in unknown], self._jobs, take)
        finally:
            self._known.save()
        return outcomes

    def _remember(self, trial: Trial, outcome: Outcome | None) -> None:
        if outcome:
            self.judged += 1
            if not outcome.internal:
                self._known.add(trial.source, outcome.failure)

    def _judge(self, trial: Trial, cancel: threading.Event) -> Outcome | None:
        if self._is_over():
            return None
        with tempfile.TemporaryDirectory(prefix="grader-trial-") as folder:
            path = Path(folder, trial.program.path.name)
            path.write_text(trial.source, encoding="utf-8")
            return self._judge_file(path, cancel)

    def _judge_file(self, path: Path, cancel: threading.Event) -> Outcome:
        try:
            verdict = check(
                self._exercise_id,
                path,
                seed=_NONCE,
                catalog=self._catalog,
                on_check=_stop_at_failure,
                cancel=cancel,
            )
        except _Failed as failed:
            return Outcome(describe_check(failed.check), failed.check.outcome == "internal error")
        if verdict.verdict == "internal error":
            return Outcome(describe_internal_error(verdict)[0], internal=True)
        return Outcome("" if verdict.accepted else describe_failure(verdict))


class _Failed(Exception):
    """Ends a judgement at its first failed check; the judge and all its workers end with it."""

    def __init__(self, check: CheckResult) -> None:
        super().__init__(check.id)
        self.check = check


def _stop_at_failure(check: CheckResult) -> None:
    if check.outcome not in ("passed", "not run"):
        raise _Failed(check)
