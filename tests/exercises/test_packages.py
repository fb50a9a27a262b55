"""Every exercise package keeps its promises: read through the catalogue, judged by real processes."""

import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

import grader
from grader import Catalog, Exercise, Verdict
from studyapp.notes import Note, discover, read_note

CATALOG = Catalog.default()
EXERCISES = [CATALOG.get(name) for name in CATALOG.ids()]
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)


def accepted_programs(exercise: Exercise) -> list[Path]:
    return sorted((exercise.solutions / "accepted").glob("*.py"))


def rejected_programs(exercise: Exercise) -> dict[str, dict[str, Any]]:
    text = (exercise.solutions / "expect.toml").read_text(encoding="utf-8")
    return {entry["program"]: entry for entry in tomllib.loads(text)["rejected"]}


def accepted_cases() -> Iterator[Any]:
    for exercise in EXERCISES:
        for program in accepted_programs(exercise):
            for seed in (1, 2):
                yield pytest.param(exercise, program, seed, id=f"{exercise.id}-{program.stem}-{seed}")


def rejected_cases() -> Iterator[Any]:
    for exercise in EXERCISES:
        for program, entry in rejected_programs(exercise).items():
            yield pytest.param(exercise, entry, id=f"{exercise.id}-{Path(program).stem}")


def is_named(check_id: str, patterns: list[str]) -> bool:
    return any(check_id == pattern or fnmatchcase(check_id, pattern) for pattern in patterns)


def failures(verdict: Verdict) -> list[str]:
    return [check.id for check in verdict.checks if check.outcome not in ("passed", "not run")]


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
def test_the_prompt_states_entry_points_and_limits(exercise: Exercise) -> None:
    prompt, limits = exercise.prompt(), exercise.description.limits
    memory = (
        f"{limits.memory_mib // 1024} GiB" if limits.memory_mib % 1024 == 0 else f"{limits.memory_mib} MiB"
    )
    for phrase in (*exercise.description.entry_points, f"{limits.cpu_seconds:g} seconds of CPU time", memory):
        assert phrase in prompt


@each_exercise
def test_hints_are_numbered(exercise: Exercise) -> None:
    hints = sorted(path.name for path in (exercise.folder / "hints").iterdir())
    assert len(hints) >= 3
    assert hints == [f"{number:02}.md" for number in range(1, len(hints) + 1)]


@each_exercise
def test_every_solution_is_accounted_for(exercise: Exercise) -> None:
    folder = exercise.solutions / "rejected"
    on_disk = {path.relative_to(folder).as_posix() for path in folder.glob("*/*.py")}
    assert len(accepted_programs(exercise)) >= 2
    assert len(on_disk) >= 8
    assert on_disk == set(rejected_programs(exercise))
    assert (exercise.solutions / "explanation.md").is_file()


@each_exercise
def test_the_starter_passes_nothing(exercise: Exercise) -> None:
    verdict = grader.check(exercise.id, exercise.folder / "starter.py", seed=1)
    assert verdict.verdict == "runtime error", verdict.message
    assert [check.id for check in verdict.checks if check.outcome == "passed"] == []


@pytest.mark.parametrize(("exercise", "program", "seed"), accepted_cases())
def test_accepted_programs_pass(exercise: Exercise, program: Path, seed: int) -> None:
    verdict = grader.check(exercise.id, program, seed=seed)
    assert (verdict.verdict, verdict.message, failures(verdict)) == ("accepted", "", [])


@pytest.mark.parametrize(("exercise", "entry"), rejected_cases())
def test_rejected_programs_fail_in_their_own_way(exercise: Exercise, entry: dict[str, Any]) -> None:
    program = exercise.solutions / "rejected" / entry["program"]
    verdict = grader.check(exercise.id, program, seed=3)
    failed = failures(verdict)
    assert verdict.verdict == program.parent.name.replace("_", " "), verdict.message
    assert [check_id for check_id in failed if not is_named(check_id, entry["fails"])] == []
    ran = [check.id for check in verdict.checks if check.outcome != "passed"]
    assert [pattern for pattern in entry["fails"] if not any(is_named(one, [pattern]) for one in ran)] == []
    assert verdict.diagnosis == entry["diagnosis"]
