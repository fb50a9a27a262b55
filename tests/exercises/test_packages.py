"""Every exercise package keeps its promises: read through the catalogue, judged by real processes."""

import pytest

import grader
from grader import Catalog, Exercise
from grader.authoring.verify import verify
from studyapp.notes import Note, discover, read_note

CATALOG = Catalog.default()
EXERCISES = [CATALOG.get(name) for name in CATALOG.ids()]
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)


@pytest.fixture(scope="module")
def notes() -> dict[str, Note]:
    return {note.meta.id: note for note in map(read_note, discover(grader.data_folder("content")))}


def test_there_is_an_order_of_study() -> None:
    assert sorted(exercise.id for exercise in CATALOG.order()) == CATALOG.ids()


@each_exercise
def test_topics_have_notes_that_name_the_exercise(exercise: Exercise, notes: dict[str, Note]) -> None:
    topics = exercise.description.topics
    assert topics
    assert [topic for topic in topics if exercise.id not in notes[topic].meta.exercises] == []


@each_exercise
def test_credited_cards_exist(exercise: Exercise, notes: dict[str, Note]) -> None:
    cards = {name for note in notes.values() for card in note.cards for name in (card.id, card.group)}
    assert exercise.description.credits
    assert [credit for credit in exercise.description.credits if credit not in cards] == []


@each_exercise
def test_hints_are_numbered(exercise: Exercise) -> None:
    hints = sorted(path.name for path in (exercise.folder / "hints").iterdir())
    assert len(hints) >= 3
    assert hints == [f"{number:02}.md" for number in range(1, len(hints) + 1)]


@each_exercise
def test_there_are_enough_wrong_programs(exercise: Exercise) -> None:
    assert len(list((exercise.solutions / "rejected").glob("*/*.py"))) >= 8


@each_exercise
def test_the_starter_passes_nothing(exercise: Exercise) -> None:
    verdict = grader.check(exercise.id, exercise.folder / "starter.py", seed=1)
    assert verdict.verdict == "runtime error", verdict.message
    assert [check.id for check in verdict.checks if check.outcome == "passed"] == []


@each_exercise
def test_every_program_gets_its_verdict_in_its_own_way(exercise: Exercise) -> None:
    """Passed over for a package that was proved before and has not changed since, as `grader verify` does."""
    report = verify([exercise.id], nonces=1, jobs=1)
    assert [str(breach) for each in report.exercises for breach in each.breaches] == []
    assert report.sound
