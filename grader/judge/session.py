"""The pytest plugin that runs a suite: collects the checks, loads the submission for each, judges it."""

import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader import gpu
from grader.judge import failing
from grader.judge.outcome import Judgement, judge_phase
from grader.judge.program import Program
from grader.judge.proxy import Kernels, Remote, Submission, WorkerGenerator
from grader.judge.ranks import Ranks
from grader.judge.seeds import seed_for
from grader.judge.workers import Usage
from grader.suite import MARKERS
from grader.verdict import NO_GPU, CheckResult, FailingCall, Group, Kind

MAX_TIMEOUTS = 3
_PHASES = ("setup", "call", "teardown")


class Check:
    """A check while it runs."""

    def __init__(self, item: pytest.Item, check_id: str, group: Group) -> None:
        self.item = item
        self.id = check_id
        self.group = group
        self.usage = Usage()
        self.remote: Remote | None = None
        self.ranks: Ranks | None = None
        self.judgements: list[Judgement] = []
        self.error: BaseException | None = None

    @property
    def lacks_gpu(self) -> bool:
        """Whether it runs on a GPU only, and there is none."""
        return self.item.get_closest_marker("gpu") is not None and not gpu.available()

    def judge_phase(self, error: BaseException | None, report: pytest.TestReport, starter: str) -> None:
        """Judge one phase; the first error is the one that counts."""
        caller = self.ranks or self.remote
        made = caller.made if caller else None
        self.judgements.append(judge_phase(error, report, made, starter))
        self.error = self.error or error

    def failing_call(self) -> FailingCall | None:
        """The last call of the submission, for a check that failed."""
        made = self.remote.made if self.remote else None
        return failing.keep(self.id, made, self.error) if made else None

    def result(self) -> CheckResult:
        """What the worker ran into, else the first judgement of a phase that is no pass, else the pass."""
        judgement = self._judge()
        caller = self.ranks or self.remote
        given = judgement.given or (caller.given if caller else "")
        return self._describe(judgement, "" if judgement.outcome == "passed" else given)

    def not_run(self) -> CheckResult:
        """The result of a check that did not run."""
        return self._describe(Judgement("not run", NO_GPU if self.lacks_gpu else ""), "")

    def _judge(self) -> Judgement:
        if self.usage.stopped:
            return Judgement(self.usage.stopped.outcome, self.usage.stopped.message)
        for judgement in self.judgements:
            if judgement.outcome != "passed":
                return judgement
        if len(self.judgements) != len(_PHASES):
            return Judgement("internal error", "the check did not run to its end")
        return self.judgements[-1]

    def _describe(self, judgement: Judgement, given: str) -> CheckResult:
        kind: Kind = "instrumented" if self.item.get_closest_marker("instrumented") else "proved"
        return CheckResult(
            id=self.id,
            title=_title(self.item),
            group=self.group,
            kind=kind,
            outcome=judgement.outcome,
            message=judgement.message,
            given=given,
            seconds=round(self.usage.seconds, 6),
            cpu_seconds=round(self.usage.cpu_seconds, 6),
        )


class Session:
    """The plugin; `checks` are all that were collected, `results` those judged so far.

    `calls` holds the last call of each check that failed, `outputs` what the checks printed, both by id;
    `information` what they tell besides.
    """

    def __init__(
        self, program: Program, precheck: Callable[[], bool], report: Callable[[CheckResult], None]
    ) -> None:
        self.checks: list[Check] = []
        self.results: dict[str, CheckResult] = {}
        self.problems: list[str] = []
        self.outputs: dict[str, bytes] = {}
        self.calls: dict[str, FailingCall] = {}
        self.information: list[str] = []
        self._program = program
        self._starter = program.exercise.starter()
        self._precheck = precheck
        self._report = report
        self._by_node: dict[str, Check] = {}
        self._timeouts = 0
        self._is_last = False

    def pytest_configure(self, config: pytest.Config) -> None:
        """Declare the markers of the suite API."""
        for marker in MARKERS:
            config.addinivalue_line("markers", marker)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that cannot be collected, or skips itself, is a fault of the suite."""
        if not report.passed:
            # The last line alone: the rest would show the suite.
            lines = report.longreprtext.strip().splitlines() or [str(report.longrepr)]
            self.problems.append(f"{report.nodeid} cannot be collected: {lines[-1]}")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Name the checks; those that need a GPU are not run without one."""
        public = Path(self._program.exercise.folder, "public").resolve()
        for item in items:
            group: Group = "public" if item.path.resolve().is_relative_to(public) else "hidden"
            check = Check(item, f"{item.path.stem.removeprefix('test_')}::{item.name}", group)
            self.checks.append(check)
            self._by_node[item.nodeid] = check
        if len({check.id for check in self.checks}) != len(self.checks):
            self.problems.append("two checks of the suite have the same id")
        items[:] = [check.item for check in self.checks if not check.lacks_gpu]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Run nothing when the suite is faulty or the submission cannot be loaded."""
        if self.problems or session.testsfailed or not self._precheck():
            return True
        return None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Pass over the rest when the submission keeps running into the time limit."""
        self._is_last = nextitem is None
        if self._timeouts >= MAX_TIMEOUTS:
            return True
        _seed_globals(seed_for(self._program.nonce, self._by_node[item.nodeid].id, "global"))
        return None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Judge one phase of a check; after the last one, the check."""
        report: pytest.TestReport = yield  # type: ignore[assignment]
        check = self._by_node[item.nodeid]
        check.judge_phase(call.excinfo.value if call.excinfo else None, report, self._starter)
        if call.when == "teardown":
            self._close(check)
        return report  # type: ignore[return-value]

    @pytest.fixture
    def submission(self, request: pytest.FixtureRequest) -> Submission:
        """The learner's module, loaded anew."""
        return Submission(self._remote(request))

    @pytest.fixture
    def ranks(self, request: pytest.FixtureRequest) -> Callable[[int], Ranks]:
        """Gives so many processes with the learner's module, loaded anew, which reach each other."""
        check = self._by_node[request.node.nodeid]
        sizes = [1, *self._program.exercise.description.needs.world_size]

        def start(size: int) -> Ranks:
            if size not in sizes:
                raise ValueError(f"ranks({size}): exercise.toml does not list this world_size")
            check.ranks = self._program.open_ranks(size, check.id)
            return check.ranks

        return start

    @pytest.fixture
    def worker_rng(self, request: pytest.FixtureRequest) -> WorkerGenerator:
        """torch's global generator in the worker of this check."""
        return WorkerGenerator(self._remote(request))

    @pytest.fixture
    def kernels(self, request: pytest.FixtureRequest) -> Kernels:
        """The Triton kernels of the submission."""
        return Kernels(self._remote(request))

    @pytest.fixture
    def inform(self) -> Callable[[str], None]:
        """Take a line of information for the learner, which decides nothing."""
        return self.information.append

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> random.Random:
        """Python's generator, seeded from the nonce and the check."""
        return random.Random(self._seed(request, "rng"))

    @pytest.fixture
    def numpy_rng(self, request: pytest.FixtureRequest) -> Any:
        """A numpy generator, seeded from the nonce and the check."""
        import numpy

        return numpy.random.default_rng(self._seed(request, "numpy_rng"))

    @pytest.fixture
    def torch_rng(self, request: pytest.FixtureRequest) -> Any:
        """A CPU torch.Generator, seeded from the nonce and the check."""
        import torch

        return torch.Generator().manual_seed(self._seed(request, "torch_rng"))

    def _remote(self, request: pytest.FixtureRequest) -> Remote:
        check = self._by_node[request.node.nodeid]
        if check.remote is None:
            measured = request.node.get_closest_marker("measured") is not None
            check.remote = self._program.open(check.id, measured=measured)
        return check.remote

    def _seed(self, request: pytest.FixtureRequest, use: str) -> int:
        return seed_for(self._program.nonce, self._by_node[request.node.nodeid].id, use)

    def _close(self, check: Check) -> None:
        check.usage = self._program.close(last=self._is_last)
        self.outputs[check.id] = check.usage.output
        result = check.result()
        self._timeouts += result.outcome == "time limit"
        self.results[check.id] = result
        if result.outcome != "passed" and (call := check.failing_call()):
            self.calls[check.id] = call
        # What the submission returned may be large, and is of no further use.
        check.remote = check.ranks = check.error = None
        self._report(result)


def _title(item: pytest.Item) -> str:
    """The first line of the docstring with the parameters in parentheses."""
    function = getattr(item, "function", None)
    lines = (getattr(function, "__doc__", None) or "").strip().splitlines()
    title = (
        lines[0].rstrip(".") if lines else item.name.partition("[")[0].removeprefix("test_").replace("_", " ")
    )
    callspec = getattr(item, "callspec", None)
    return f"{title} ({callspec.id})" if callspec else title


def _seed_globals(seed: int) -> None:
    """A suite that uses the global generators (gradgradcheck does) replays too."""
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % 2**32)
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.manual_seed(seed)
