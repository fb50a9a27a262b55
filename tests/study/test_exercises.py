"""Which exercise is offered and why; verdicts from the shell arrive once."""

from __future__ import annotations

from pathlib import Path

import grader
from grader.workspace import append_verdict
from studyapp.deck.attempts import ExerciseState, attempts, exercise_states
from studyapp.deck.deck import Deck
from studyapp.schedule.memory import Memory, Phase
from studyapp.study.exercises import begin, exercise_of_the_day, sync_exercises, take_journal
from tests.conftest import FakeClock

TODAY = 20_000


def state(
    name: str, *, due: int | None = None, last: int = TODAY - 9, started: int | None = None
) -> ExerciseState:
    memory = Memory() if due is None else Memory(Phase.REVIEW, due_day=due, last_day=last, reps=1)
    return ExerciseState(name, name.title(), "topic", "generative", memory, started)


def offered(*states: ExerciseState, **requires: list[str]) -> tuple[str, str] | None:
    found = exercise_of_the_day(states, requires, TODAY)
    return found and (found.state.id, found.reason)


def test_what_was_begun_comes_first():
    assert offered(state("a", due=TODAY - 3), state("b", started=1)) == ("b", "you have begun it")


def test_what_is_due_comes_before_anything_new():
    assert offered(state("new"), state("late", due=TODAY), state("later", due=TODAY - 2)) == (
        "later",
        "due again after 9 days",
    )


def test_the_next_new_one_has_its_prerequisites_behind_it():
    first, second = state("hard"), state("easy")
    assert offered(first, second, hard=["easy"]) == ("easy", "next in generative")
    assert offered(first, state("easy", due=TODAY + 5), hard=["easy"]) == ("hard", "next in generative")


def test_nothing_is_offered_when_everything_waits():
    assert offered(state("a", due=TODAY + 1)) is None


def verdict(path: Path, name: str, *, id_: str, at: int) -> grader.Verdict:
    return grader.Verdict(
        id=id_,
        exercise=name,
        verdict="accepted",
        checks=[],
        nonce=1,
        submission_sha256=path.name,
        started_at=at,
    )


def test_verdicts_given_in_the_shell_are_taken_in_once(deck: Deck, clock: FakeClock, tmp_path: Path):
    catalog = grader.Catalog.default()
    sync_exercises(deck, catalog)
    name = catalog.ids()[0]
    for number in range(3):
        append_verdict(tmp_path, verdict(tmp_path / "x", name, id_=f"{number:032x}", at=clock.at))
    append_verdict(tmp_path, verdict(tmp_path / "x", "no_such_exercise", id_="f" * 32, at=clock.at))
    assert take_journal(deck, catalog, tmp_path) == 3
    assert take_journal(deck, catalog, tmp_path) == 0
    assert len(attempts(deck, name)) == 3
    assert deck.memory(name).reps == 1


def test_a_verdict_counts_on_the_day_on_which_it_was_given(deck: Deck, clock: FakeClock, tmp_path: Path):
    catalog = grader.Catalog.default()
    sync_exercises(deck, catalog)
    name = catalog.ids()[0]
    append_verdict(tmp_path, verdict(tmp_path / "x", name, id_="1" * 32, at=clock.at))
    day = deck.now().day
    clock.forward(days=3)
    take_journal(deck, catalog, tmp_path)
    assert deck.memory(name).last_day == day


def test_each_appearance_starts_from_the_starter_and_keeps_the_old_file(
    deck: Deck, clock: FakeClock, tmp_path: Path
):
    catalog = grader.Catalog.default()
    sync_exercises(deck, catalog)
    name = catalog.ids()[0]

    def current() -> ExerciseState:
        return next(each for each in exercise_states(deck) if each.id == name)

    path = begin(deck, current(), catalog, tmp_path)
    assert path.read_text() == catalog.get(name).starter()
    path.write_text("my work\n")
    assert begin(deck, current(), catalog, tmp_path).read_text() == "my work\n"
    append_verdict(tmp_path, verdict(path, name, id_="2" * 32, at=clock.at))
    take_journal(deck, catalog, tmp_path)
    clock.forward(days=10)
    assert begin(deck, current(), catalog, tmp_path).read_text() == catalog.get(name).starter()
    (archived,) = (tmp_path / "attempts" / name).iterdir()
    assert archived.read_text() == "my work\n"
