"""A pytest plugin that runs a suite against a module in the same process: no sandbox, no judge.

`python -m pytest -p benchmarks.bare --submission FILE SUITE`; the least that judging could cost.
"""

import importlib.util
import random
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy
import pytest
import torch

from grader.suite.errors import SubmissionError

torch.set_num_threads(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--submission")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "instrumented: relies on reports from inside the worker")


class Submission:
    """The functions of a module; their exceptions look as a judge shows them to a suite."""

    mutated = False

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function = getattr(self._module, name)

        def call(*arguments: Any, **named: Any) -> Any:
            try:
                return function(*arguments, **named)
            except Exception as error:
                classes = [each.__name__ for each in type(error).__mro__]
                raise SubmissionError(classes, str(error), "", False) from error

        return call


@pytest.fixture
def submission(request: pytest.FixtureRequest) -> Submission:
    """The module, loaded anew for each check, as the judge does."""
    path = Path(request.config.getoption("--submission"))
    spec = importlib.util.spec_from_file_location("submission", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return Submission(module)


class WorkerGenerator:
    """torch's global generator, which is that of the submission here."""

    def seed(self, seed: int) -> None:
        torch.manual_seed(seed)

    def draw(self, count: int) -> torch.Tensor:
        return torch.rand(count, dtype=torch.float64)


@pytest.fixture
def worker_rng() -> WorkerGenerator:
    return WorkerGenerator()


@pytest.fixture
def rng() -> random.Random:
    return random.Random(1)


@pytest.fixture
def numpy_rng() -> numpy.random.Generator:
    return numpy.random.default_rng(1)


@pytest.fixture
def torch_rng() -> torch.Generator:
    return torch.Generator().manual_seed(1)
