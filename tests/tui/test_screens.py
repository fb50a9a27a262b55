"""What keys do on each screen, through the app itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import grader
from grader.workspace import append_verdict
from studyapp.paths import Places
from studyapp.schedule.memory import Rating
from studyapp.study import opening
from studyapp.tui.app import StudyApp
from studyapp.tui.screens.exercise import ExerciseScreen
from studyapp.tui.screens.problem import ProblemScreen
from studyapp.tui.screens.review import ReviewScreen
from studyapp.tui.screens.today import TodayScreen
from tests.conftest import FakeClock
from tests.tui.conftest import judged, opened, text, until

SOLVED = Path(__file__).parents[2] / "solutions/sliding_window_max/accepted/monotonic_deque.py"

Make = Callable[[], StudyApp]


async def test_today_counts_cards_and_offers_an_exercise(make_app: Make):
    async with make_app().run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        assert "3  new" in text(pilot, "#cards")
        assert "Sliding-window maximum" in text(pilot, "#exercise")


async def test_a_card_is_answered_graded_and_scheduled(make_app: Make):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("space")
        await pilot.pause()
        assert isinstance(app.screen, ReviewScreen)
        assert "What divides the scores" in text(pilot, "#card")
        assert "variance" not in text(pilot, "#card")
        await pilot.press("4")  # no grade before the answer was seen
        await pilot.press("space")
        assert "variance" in text(pilot, "#card")
        assert "10 min" in text(pilot, "#grade-3")
        await pilot.press("3")
        assert "softmax" not in text(pilot, "#card")
        assert app.study is not None
        assert app.study.deck.memory("attention/scale").reps == 1
        await pilot.press("q")
        assert isinstance(app.screen, TodayScreen)
        assert "1  due" in text(pilot, "#cards")


async def test_a_review_begins_before_the_deck_is_open_and_grades_when_it_is(
    make_app: Make, monkeypatch: pytest.MonkeyPatch
):
    async with make_app().run_test(size=(80, 24)) as pilot:
        await opened(pilot)
    may_open = threading.Event()
    open_study = opening.open_study

    def slowly(*arguments: Any) -> Any:
        assert may_open.wait(60)
        return open_study(*arguments)

    monkeypatch.setattr(opening, "open_study", slowly)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen))
        assert "What divides the scores" in text(pilot, "#card")
        await pilot.press("space")
        assert "variance" in text(pilot, "#card")
        await pilot.press("3")  # nothing to write it into yet
        assert "variance" in text(pilot, "#card")
        may_open.set()
        await opened(pilot)
        assert "variance" in text(pilot, "#card")
        await pilot.press("3")
        assert app.study is not None
        assert app.study.deck.memory("attention/scale").reps == 1


async def test_a_verdict_from_the_shell_shows_on_the_first_screen(make_app: Make, places: Places):
    async with make_app().run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("space")
        assert places.workspace is not None
        verdict = grader.Verdict(
            id="5" * 32,
            exercise="sliding_window_max",
            verdict="accepted",
            checks=[],
            nonce=1,
            submission_sha256="x",
            started_at=time.time_ns() // 1_000_000,
        )
        append_verdict(places.workspace, verdict)
        await pilot.press("q")
        await pilot.pause()
        assert "Done today: Sliding-window maximum" in text(pilot, "#exercise")


@pytest.mark.parametrize(("key", "rating"), [("1", 1), ("2", 2), ("3", 3), ("4", 4)])
async def test_each_grade_has_its_key(make_app: Make, key: str, rating: int):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("space", "space", key)
        assert app.study is not None
        (event,) = app.study.deck.history("attention/scale")
        assert event.payload["rating"] == rating


async def test_grades_can_be_clicked(make_app: Make):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("space")
        await pilot.click("#show")
        await pilot.click("#grade-4")
        assert app.study is not None
        (event,) = app.study.deck.history("attention/scale")
        assert event.payload["rating"] == Rating.EASY


async def test_undo_shows_the_card_again(make_app: Make):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("space", "space", "4")
        assert "What divides" not in text(pilot, "#card")
        await pilot.press("u")
        assert "What divides" in text(pilot, "#card")
        assert app.study is not None
        assert app.study.deck.memory("attention/scale").reps == 0


@pytest.mark.parametrize("key", ["s", "b"])
async def test_suspend_and_bury_show_the_next_card(make_app: Make, key: str):
    async with make_app().run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("space", key)
        assert "What divides" not in text(pilot, "#card")
        await pilot.press("u")
        assert "What divides" in text(pilot, "#card")


async def test_a_cloze_hides_its_answer_and_shows_its_hint(make_app: Make, content: Path):
    path = content / "attention.md"
    path.write_text(path.read_text().replace("Q: What divides", "D: What divides"))
    async with make_app().run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("space")
        assert "⟦…⟧" in text(pilot, "#card")
        assert "weighted sum" in text(pilot, "#card")
        await pilot.press("space")
        assert "⟦softmax⟧" in text(pilot, "#card")


async def test_formulas_are_drawn_and_m_shows_their_source(make_app: Make):
    async with make_app().run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("space", "space")
        assert "√" in text(pilot, "#card")
        await pilot.press("m")
        assert "\\sqrt{d_k}" in text(pilot, "#card")


async def test_an_edited_card_is_shown_at_once(
    make_app: Make, content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/What divides the scores/By what are scores divided/' \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    app = make_app()
    monkeypatch.setattr(app, "suspend", lambda: _Nothing())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("space", "e")
        await pilot.pause()
        assert "By what are scores divided" in text(pilot, "#card")
    assert "By what" in (content / "attention.md").read_text()


async def test_when_nothing_is_left_it_says_so_and_undo_still_works(make_app: Make):
    async with make_app().run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("space", "space", "4", "space", "4", "space", "4")
        assert "All done for today" in text(pilot, "#card")
        await pilot.press("space", "1", "s", "b")  # none of them has a card to act on
        await pilot.press("u")
        assert "causal mask" in text(pilot, "#card")


async def test_a_damaged_deck_is_explained_and_left_alone(make_app: Make, places: Places):
    app = make_app()
    places.deck.write_text("no deck " * 100)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        assert isinstance(app.screen, ProblemScreen)
        assert "damaged" in text(pilot, ".what")
        await pilot.press("enter")
        await pilot.pause()
    assert app.return_value == 1
    assert places.deck.read_text().startswith("no deck")


async def test_the_exercise_of_the_day_is_solved_recorded_and_scheduled(
    make_app: Make, places: Places, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("VISUAL", "true")
    app = make_app()
    monkeypatch.setattr(app, "suspend", lambda: _Nothing())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("x")
        await pilot.pause()
        assert isinstance(app.screen, ExerciseScreen)
        await pilot.press("g")  # nothing to grade yet
        await pilot.press("e")
        file = places.workspace / "sliding_window_max.py"
        await pilot.press("g")
        await judged(pilot)
        assert "accepted" not in text(pilot, "#verdict")
        file.write_bytes(SOLVED.read_bytes())
        clock.forward(minutes=2)
        await pilot.press("g")
        await judged(pilot)
        assert "accepted" in text(pilot, "#verdict")
        assert "Counts as easy" in text(pilot, "#verdict")
        await pilot.press("q")
        await pilot.pause()
        assert "Done today: Sliding-window maximum" in text(pilot, "#exercise")
        assert app.study is not None
        assert app.study.deck.memory("sliding_window_max").interval >= 1


async def test_hints_come_one_at_a_time_with_their_formulas_drawn(make_app: Make):
    async with make_app().run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("x")
        await pilot.pause()
        await pilot.press("i")
        await pilot.pause()
        assert "Hint 1 of 3" in text(pilot, "#verdict")
        first = text(pilot, "#hint")
        assert first
        assert "$" not in first
        await pilot.press("i")
        await pilot.pause()
        assert "Hint 2 of 3" in text(pilot, "#verdict")
        assert text(pilot, "#hint") != first


async def test_the_task_is_shown_in_the_other_language(make_app: Make):
    async with make_app().run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("x")
        await pilot.pause()
        english = text(pilot, "#text")
        await pilot.press("c")
        await pilot.pause()
        assert "滑动窗口" in text(pilot, "#text")
        await pilot.press("c")
        await pilot.pause()
        assert text(pilot, "#text") == english


async def test_giving_up_is_asked_first(make_app: Make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VISUAL", "true")
    app = make_app()
    monkeypatch.setattr(app, "suspend", lambda: _Nothing())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("x")
        await pilot.pause()
        await pilot.press("e", "G")
        await pilot.pause()
        await pilot.press("n")
        await pilot.pause()
        assert app.study is not None
        assert app.study.deck.memory("sliding_window_max").reps == 0
        await pilot.press("G")
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        assert app.study.deck.memory("sliding_window_max").reps == 1
        assert "comes back in 1 d" in text(pilot, "#verdict")


class _Nothing:
    """In place of leaving the terminal to an editor."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...
