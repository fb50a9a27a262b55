"""Exercises: one rating for each appearance, credit for the cards, nothing counted twice."""

from __future__ import annotations

import os

import pytest

from studyapp.deck import attempts
from studyapp.deck.attempts import Attempt, Outcome
from studyapp.deck.deck import Deck
from studyapp.deck.sync import ExerciseEntry, take_exercises
from studyapp.schedule.memory import Phase, Rating
from tests.conftest import FakeClock
from tests.deck.conftest import Fill, note, question

MINUTES = 30


@pytest.fixture
def exercise(deck: Deck, fill: Fill) -> str:
    fill(t=note("t", question("a"), question("b")))
    take_exercises(deck, [ExerciseEntry("window", "Window", "t")])
    return "window"


def attempt(
    deck: Deck, verdict: str, *, id_: bytes | None = None, sha: str = "aa", hints: int = 0
) -> Outcome | None:
    fact = Attempt(id_ or os.urandom(16), "window", verdict, deck.now().at, sha, 9, 9, 1, hints)
    return attempts.record(deck, fact, minutes=MINUTES, credits=["t/a", "t/missing"])


@pytest.mark.parametrize(("minutes", "rating"), [(5, Rating.EASY), (20, Rating.GOOD), (31, Rating.HARD)])
def test_a_pass_is_rated_by_its_time(
    deck: Deck, exercise: str, clock: FakeClock, minutes: float, rating: Rating
):
    attempts.start(deck, exercise)
    clock.forward(minutes=minutes)
    outcome = attempt(deck, "accepted")
    assert outcome is not None
    assert outcome.rating is rating
    assert outcome.memory.phase is Phase.REVIEW


def test_a_pass_with_hints_is_hard(deck: Deck, exercise: str):
    attempts.start(deck, exercise)
    outcome = attempt(deck, "accepted", hints=1)
    assert outcome is not None
    assert outcome.rating is Rating.HARD


def test_failed_attempts_are_no_reviews(deck: Deck, exercise: str):
    attempts.start(deck, exercise)
    outcome = attempt(deck, "wrong answer")
    assert outcome is not None
    assert outcome.rating is None
    assert outcome.memory.phase is Phase.NEW
    assert attempts.exercise_states(deck)[0].started_at is not None


def test_a_second_pass_of_one_appearance_counts_once(deck: Deck, exercise: str):
    attempts.start(deck, exercise)
    first = attempt(deck, "accepted")
    second = attempt(deck, "accepted")
    assert first is not None
    assert second is not None
    assert second.rating is None
    assert second.memory == first.memory


def test_the_same_verdict_is_taken_once(deck: Deck, exercise: str):
    id_ = os.urandom(16)
    assert attempt(deck, "wrong answer", id_=id_) is not None
    assert attempt(deck, "wrong answer", id_=id_) is None
    assert len(attempts.attempts(deck, exercise)) == 1


@pytest.mark.usefixtures("exercise")
def test_new_work_outside_an_appearance_counts(deck: Deck, clock: FakeClock):
    outcome = attempt(deck, "accepted", sha="aa")
    assert outcome is not None
    assert outcome.rating is Rating.GOOD
    clock.forward(days=5)
    again = attempt(deck, "accepted", sha="bb")
    assert again is not None
    assert again.rating is Rating.GOOD


def test_giving_up_brings_the_exercise_back_tomorrow(deck: Deck, exercise: str):
    attempts.start(deck, exercise)
    assert attempts.give_up(deck, exercise, b"g" * 16, deck.now().at)
    assert not attempts.give_up(deck, exercise, b"g" * 16, deck.now().at)
    assert deck.memory(exercise).interval == 1
    assert attempts.exercise_states(deck)[0].started_at is None


def test_a_pass_credits_the_cards_that_are_in_review(deck: Deck, exercise: str):
    deck.answer("t/a", Rating.EASY, seconds=3)
    before = deck.memory("t/a")
    attempts.start(deck, exercise)
    outcome = attempt(deck, "accepted")
    after = deck.memory("t/a")
    assert outcome is not None
    assert outcome.credited == 1
    assert after.due_day == (before.due_day or 0) + before.interval // 4
    assert after.stability == before.stability


def test_undo_in_a_review_leaves_solved_exercises_alone(deck: Deck, exercise: str):
    deck.answer("t/b", Rating.GOOD, seconds=3)
    attempts.start(deck, exercise)
    attempt(deck, "accepted")
    undone = deck.undo()
    assert undone is not None
    assert undone.card.id == "t/b"
    assert deck.memory(exercise).reps == 1


def test_an_exercise_that_left_the_catalogue_returns_with_its_history(deck: Deck, exercise: str):
    attempts.start(deck, exercise)
    attempt(deck, "accepted")
    memory = deck.memory(exercise)
    take_exercises(deck, [])
    assert attempts.exercise_states(deck) == []
    take_exercises(deck, [ExerciseEntry("window", "Window", "t")])
    assert [state.memory for state in attempts.exercise_states(deck)] == [memory]
