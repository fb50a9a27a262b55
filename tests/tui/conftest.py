"""The app on a deck of its own, with notes, an exercise and an editor that a test controls."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

import grader
from studyapp.paths import Places
from studyapp.tui.app import StudyApp
from studyapp.tui.screens.exercise import ExerciseScreen
from studyapp.tui.screens.problem import ProblemScreen
from tests.conftest import FakeClock

NOTE = """\
---
id: attention
title: Attention
area: llm
---

Q: What divides the scores in scaled dot-product attention?

A: $\\sqrt{d_k}$, so that their variance does not grow with $d_k$.

^scale

C: Attention computes {{c1::softmax}} of the scores, then a {{c2::weighted sum::what?}} of the values.

^softmax

Q: What does a causal mask hide from query $i$?

A: Every key $j > i$.

^causal
"""


@pytest.fixture
def clock() -> FakeClock:
    """Begins at the real time, because verdicts carry it."""
    clock = FakeClock()
    clock.at = time.time_ns() // 1_000_000
    return clock


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A content folder that takes the place of the shipped one."""
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "attention.md").write_text(NOTE, encoding="utf-8")
    shipped = grader.data_folder

    def data_folder(name: str) -> Path:
        return folder if name == "content" else shipped(name)

    monkeypatch.setattr(grader, "data_folder", data_folder, raising=False)
    return folder


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "deck.sqlite3", tmp_path / "config.toml", tmp_path / "workspace")


@pytest.fixture
def make_app(places: Places, content: Path, clock: FakeClock) -> Callable[[], StudyApp]:  # noqa: ARG001
    return lambda: StudyApp(lambda: places, clock)


async def until(pilot: Pilot[int], happened: Callable[[], bool]) -> None:
    """Lets the app run until something has happened; fails after a minute."""
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline, "it did not happen within a minute"
        await pilot.pause(0.01)
    await pilot.pause()


async def opened(pilot: Pilot[int]) -> None:
    """Waits until the deck is open and the screen says so."""
    app = pilot.app
    assert isinstance(app, StudyApp)
    await until(pilot, lambda: app.study is not None or isinstance(app.screen, ProblemScreen))


async def judged(pilot: Pilot[int]) -> None:
    """Waits until a verdict is on the screen."""
    screen = pilot.app.screen
    assert isinstance(screen, ExerciseScreen)
    await until(pilot, lambda: not screen.grading)


def text(pilot: Pilot[int], selector: str) -> str:
    """What a widget says."""
    return str(pilot.app.screen.query_one(selector, Static).content)
