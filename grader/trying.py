"""`grader try`: the public examples in the learner's own interpreter, where prints and pdb work.

This module is also the pytest plugin that runs there: it gives the examples the fixtures of the judge, but
`submission` is the learner's module itself. Nothing here is confined or measured, and nothing is a verdict.
"""

import importlib.util
import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import pytest

from grader import gpu, suite
from grader.catalog import Exercise
from grader.suite.errors import SubmissionError, WrongAnswer
from grader.values import encode

_PYTEST = [
    "-q",
    "-rN",
    "--capture=no",
    "--tb=short",
    "--noconftest",
    "--strict-markers",
    "--import-mode=importlib",
    "--config-file=/dev/null",
    "-pno:cacheprovider",
    "-pgrader.trying",
]


def run_examples(exercise: Exercise, path: Path, *, pdb: bool) -> NoReturn:
    """Replace this process by a pytest that runs the public examples on the file `path`.

    It exits with 0 when all of them pass; with `pdb` it stops in the debugger where one fails.
    """
    driver = exercise.folder / "driver.py"
    command = [sys.executable, "-P", "-B", "-m", "pytest", *_PYTEST, f"--rootdir={exercise.folder}"]
    command += [f"--submission={path.absolute()}"] + ["--pdb"] * pdb
    command += [f"--driver={driver}"] if driver.is_file() else []
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    if exercise.description.needs.triton and not gpu.available():
        environment["TRITON_INTERPRET"] = "1"
    sys.stdout.flush()
    os.execve(sys.executable, [*command, str(exercise.folder / "public")], environment)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the learner's file lies, and the driver if there is one."""
    parser.addoption("--submission")
    parser.addoption("--driver")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers of the suite API; let `violation` see the learner's own exceptions."""
    for marker in suite.MARKERS:
        config.addinivalue_line("markers", marker)
    suite.violation = violation
    if "TRITON_INTERPRET" in os.environ:
        # Here as in the sandbox: a kernel that leaves its tensors is told so, and does not end the process.
        from grader.sandbox.kernels import Kernels

        Kernels()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Say what this was not."""
    print("These were the public examples in your own Python: no verdict, nothing recorded.")  # noqa: T201


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """End the traceback of a wrong answer in the example, not inside the comparison."""
    try:
        return (yield)
    except SubmissionError as raised:
        # In another process: its traceback is no part of this one.
        print(raised.traceback_text)  # noqa: T201
        raise
    except WrongAnswer as wrong:
        entries = []
        entry = wrong.__traceback__
        while entry:
            entries.append(entry)
            entry = entry.tb_next
        own = [each for each in entries if each.tb_frame.f_code.co_filename == str(pyfuncitem.path)]
        if own:
            own[-1].tb_next = None
        raise


@contextmanager
def violation(what: str, error: str = "ValueError") -> Iterator[None]:
    """As `grader.suite.violation`, for exceptions that were raised in this process."""
    try:
        yield
    except Exception as raised:
        own = [each.__name__ for each in type(raised).__mro__]
        if error in (raised.classes if isinstance(raised, SubmissionError) else own):
            return
        raise
    raise WrongAnswer(f"{what} must raise {error}; the call returned instead")


class Submission:
    """The learner's module, or what the driver makes of it."""

    def __init__(self, modules: list[ModuleType]) -> None:
        self._modules = modules
        self.mutated = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        for module in self._modules:
            if hasattr(module, name):
                return self._watched(getattr(module, name))
        raise AttributeError(f"your file does not define `{name}`")

    def _watched(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            __tracebackhide__ = True
            before = _snapshot(arguments, named)
            value = function(*arguments, **named)
            self.mutated = _snapshot(arguments, named) != before
            return value

        return call


@pytest.fixture
def submission(request: pytest.FixtureRequest) -> Submission:
    """The learner's module, executed anew for each example."""
    return _submission(request.config)


@pytest.fixture
def ranks(request: pytest.FixtureRequest) -> Iterator[Callable[[int], Any]]:
    """Starts so many processes that have executed the learner's module."""
    from grader.trying_ranks import LocalRanks

    started = LocalRanks(lambda: _submission(request.config))
    yield started.start
    started.end()


@pytest.fixture
def rng() -> random.Random:
    """Python's generator, the same in every run."""
    return random.Random(0)


@pytest.fixture
def numpy_rng() -> Any:
    """A numpy generator, the same in every run."""
    import numpy

    return numpy.random.default_rng(0)


@pytest.fixture
def torch_rng() -> Any:
    """A CPU torch.Generator, the same in every run."""
    import torch

    return torch.Generator().manual_seed(0)


@pytest.fixture
def worker_rng() -> Any:
    """torch's global generator."""
    return _GlobalGenerator()


class _GlobalGenerator:
    def seed(self, seed: int) -> None:
        import torch

        torch.manual_seed(seed)

    def draw(self, count: int) -> Any:
        import torch

        return torch.rand(count, dtype=torch.float64)


def _submission(config: pytest.Config) -> Submission:
    modules = [_load("submission", config.getoption("--submission"))]
    driver = config.getoption("--driver")
    if driver:
        modules.insert(0, _load("driver", driver))
    return Submission(modules)


def _load(name: str, path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file: its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _snapshot(arguments: tuple[Any, ...], named: dict[str, Any]) -> tuple[bytes, bytes]:
    value = encode([list(arguments), named], keep_strides=True, callbacks=True)
    return value.header, value.body
