"""A place to write small exercises and programs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader import Verdict, check
from tests.grader.packages import Workshop
from tests.grader.processes import daemons, kill, running, wait_until

Judge = Callable[..., Verdict]


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


@pytest.fixture
def installed(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """The exercises of the workshop are those that the command `grader` knows."""
    monkeypatch.setattr("grader.catalog.data_folder", lambda name: workshop.folder / name)
    return workshop


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place for a daemon of this test alone."""
    with tempfile.TemporaryDirectory(prefix="g") as folder:
        monkeypatch.setenv("GRADER_RUNTIME", folder)
        yield Path(folder)
        # It would notice in a few seconds that its place is gone. What it keeps warm ends with it either way.
        kill(daemons(Path(folder)))
    wait_until(lambda: not running(folder), "a process outlived its place")


@pytest.fixture
def judge(workshop: Workshop) -> Judge:
    """Judges a program text against the default exercise, or against the one that the test wrote."""

    def run(program: str, **options: object) -> Verdict:
        if not workshop.catalog.ids():
            workshop.exercise()
        return check("total", workshop.submit(program), catalog=workshop.catalog, **options)

    return run
