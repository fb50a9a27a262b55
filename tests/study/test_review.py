"""A review session as a learner goes through it."""

from __future__ import annotations

import pytest

from studyapp.deck.deck import Deck
from studyapp.schedule.memory import Memory, Phase, Rating
from studyapp.study.review import ReviewSession, wait_text
from tests.conftest import FakeClock
from tests.deck.conftest import Fill, fill, folder, note, question

__all__ = ["fill", "folder"]


def session(deck: Deck) -> ReviewSession:
    return ReviewSession(deck, timer=lambda: 0.0)


def shown(review: ReviewSession) -> str | None:
    return review.current and review.current.id


def test_grading_moves_on_and_undo_moves_back(deck: Deck, fill: Fill):
    fill(t=note("t", question("a"), question("b")))
    review = session(deck)
    assert shown(review) == "t/a"
    assert review.upcoming is not None
    assert review.upcoming.id == "t/b"
    review.answer(Rating.EASY)
    assert shown(review) == "t/b"
    review.answer(Rating.EASY)
    assert (shown(review), review.reviewed) == (None, 2)
    review.undo()
    assert (shown(review), review.reviewed) == ("t/b", 1)
    review.undo()
    assert (shown(review), review.reviewed) == ("t/a", 0)
    assert review.undo() is None


def test_waits_tell_what_each_grade_does(deck: Deck, fill: Fill):
    fill(t=note("t", question("a")))
    review = session(deck)
    waits = review.waits()
    assert waits[Rating.AGAIN] == "1 min"
    assert waits[Rating.GOOD] == "10 min"
    assert waits[Rating.EASY].endswith(" d")
    memory = review.answer(Rating.EASY)
    assert wait_text(memory, deck.now().at, deck.now().day) == waits[Rating.EASY]


def test_the_time_taken_is_recorded_without_long_absences(deck: Deck, fill: Fill):
    fill(t=note("t", question("a"), question("b")))
    now = 0.0
    review = ReviewSession(deck, timer=lambda: now)
    now = 8.5
    review.answer(Rating.GOOD)
    now = 9000.0
    review.answer(Rating.GOOD)
    seconds = [event.payload["seconds"] for slug in "ab" for event in deck.history(f"t/{slug}")]
    assert seconds == [8.5, 120.0]


def test_an_edited_card_is_shown_as_it_is_now(deck: Deck, fill: Fill):
    fill(t=note("t", question("a"), question("b")))
    review = session(deck)
    fill(t=note("t", question("a", "Better?"), question("b")))
    review.refresh()
    assert review.current is not None
    assert "Better?" in review.current.front
    fill(t=note("t", question("b")))
    review.refresh()
    assert shown(review) == "t/b"


def test_suspending_and_burying_move_on(deck: Deck, fill: Fill, clock: FakeClock):
    fill(t=note("t", question("a"), question("b"), question("c")))
    review = session(deck)
    review.suspend()
    assert shown(review) == "t/b"
    review.bury()
    assert shown(review) == "t/c"
    clock.forward(days=1)
    assert shown(session(deck)) == "t/b"


@pytest.mark.parametrize(
    ("days", "text"), [(1, "1 d"), (30, "30 d"), (45, "1.5 mo"), (364, "12.0 mo"), (730, "2.0 y")]
)
def test_long_waits_are_told_in_months_and_years(days: int, text: str):
    memory = Memory(Phase.REVIEW, due_day=100 + days, last_day=100)
    assert wait_text(memory, 0, 100) == text
