"""What the first screen says."""

from __future__ import annotations

from dataclasses import dataclass

from studyapp.deck.attempts import ExerciseState, exercise_states
from studyapp.deck.queries import Counts
from studyapp.study.exercises import Assignment, exercise_of_the_day, next_due, solved_today, take_journal
from studyapp.study.opening import Study


@dataclass(frozen=True, slots=True)
class Today:
    """The figures of a study day.

    minutes, difficulty: of the assigned exercise. coming: the exercise that returns first, and in how many
    days.
    """

    counts: Counts
    streak: int
    assignment: Assignment | None
    minutes: int
    difficulty: int
    solved: list[ExerciseState]
    coming: tuple[ExerciseState, int] | None
    next_learning_minutes: int | None


def today(study: Study) -> Today:
    """Where the learner stands now, verdicts given in a shell meanwhile included."""
    deck, catalog = study.deck, study.catalog
    take_journal(deck, catalog, study.workspace)
    now = deck.now()
    states = exercise_states(deck)
    requires = {id_: catalog.get(id_).description.requires_exercises for id_ in catalog.ids()}
    assignment = exercise_of_the_day(states, requires, now.day)
    described = catalog.get(assignment.state.id).description if assignment else None
    coming = next_due(states)
    learning = deck.next_learning_at()
    return Today(
        counts=deck.counts(),
        streak=deck.streak(),
        assignment=assignment,
        minutes=described.minutes if described else 0,
        difficulty=described.difficulty if described else 0,
        solved=solved_today(states, now.day),
        coming=None if coming is None else (coming, max(0, (coming.memory.due_day or now.day) - now.day)),
        next_learning_minutes=learning and max(1, round((learning - now.at) / 60_000)),
    )
