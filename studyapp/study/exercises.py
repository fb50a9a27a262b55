"""The exercise of the day: choosing it, working on it, and what a verdict means for the schedule."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import grader
from studyapp.deck import attempts
from studyapp.deck.attempts import Attempt, ExerciseState, Outcome
from studyapp.deck.deck import Deck
from studyapp.deck.sync import ExerciseEntry, take_exercises
from studyapp.schedule.memory import Memory, Phase


@dataclass(frozen=True, slots=True)
class Assignment:
    """The exercise of the day and why it is this one."""

    state: ExerciseState
    reason: str


def sync_exercises(deck: Deck, catalog: grader.Catalog) -> None:
    """Makes the deck's exercises those of the catalogue."""
    take_exercises(deck, [ExerciseEntry(each.id, each.title, _topic(each)) for each in catalog.order()])


def exercise_of_the_day(
    states: Sequence[ExerciseState], requires: Mapping[str, Collection[str]], today: int
) -> Assignment | None:
    """What to work on: what was begun, then what is due, then what is next; None when nothing is left.

    states: in the order of the catalogue. requires: exercise → those that come before it. today: study day.
    """
    begun = [state for state in states if state.started_at is not None]
    if begun:
        latest = max(begun, key=lambda state: state.started_at or 0)
        return Assignment(latest, "you have begun it")
    due = [state for state in states if _is_due(state.memory, today)]
    if due:
        first = min(due, key=lambda state: state.memory.due_day or 0)
        return Assignment(first, f"due again after {_days(today - (first.memory.last_day or today))}")
    done = {state.id for state in states if state.memory.phase is not Phase.NEW}
    for state in states:
        if state.id not in done and all(other in done for other in requires.get(state.id, ())):
            return Assignment(state, f"next in {state.area}" if state.area else "next in order")
    return None


def solved_today(states: Sequence[ExerciseState], today: int) -> list[ExerciseState]:
    """Exercises whose appearance ended on this study day."""
    return [state for state in states if state.memory.last_day == today and state.started_at is None]


def next_due(states: Sequence[ExerciseState]) -> ExerciseState | None:
    """The exercise that comes back first."""
    scheduled = [state for state in states if state.memory.phase is not Phase.NEW]
    return min(scheduled, key=lambda state: state.memory.due_day or 0, default=None)


def begin(deck: Deck, state: ExerciseState, catalog: grader.Catalog, workspace: Path) -> Path:
    """The learner's file. A new appearance starts from the starter, and the old file is archived."""
    fresh = state.started_at is None
    started = grader.start(state.id, workspace=workspace, catalog=catalog, fresh=fresh)
    if fresh:
        attempts.start(deck, state.id)
    return started.path


def record_verdict(deck: Deck, verdict: grader.Verdict, catalog: grader.Catalog) -> Outcome | None:
    """Takes a verdict into the deck; None when it is there already or judged nothing of the learner's."""
    if verdict.verdict == "internal error":
        return None
    exercise = catalog.get(verdict.exercise).description
    attempt = Attempt(
        id=bytes.fromhex(verdict.id),
        exercise=verdict.exercise,
        verdict=verdict.verdict,
        at=verdict.started_at,
        sha256=verdict.submission_sha256,
        passed=sum(score.passed for score in verdict.groups.values()),
        total=sum(score.total for score in verdict.groups.values()),
        nonce=verdict.nonce,
        hints=verdict.hints,
    )
    return attempts.record(deck, attempt, minutes=exercise.minutes, credits=exercise.credits)


def take_journal(deck: Deck, catalog: grader.Catalog, workspace: Path) -> int:
    """Takes in the verdicts and give-ups of the workspace's journal. Returns how many were new."""
    known = set(catalog.ids())
    verdicts = {bytes.fromhex(v.id): v for v in grader.read_journal(workspace) if v.exercise in known}
    given_up = {bytes.fromhex(g.id): g for g in grader.read_give_ups(workspace) if g.exercise in known}
    new = attempts.not_taken(deck, [*verdicts, *given_up])
    taken = 0
    for id_ in sorted(new, key=lambda id_: _when(verdicts.get(id_), given_up.get(id_))):
        if id_ in verdicts:
            taken += record_verdict(deck, verdicts[id_], catalog) is not None
        else:
            taken += attempts.give_up(deck, given_up[id_].exercise, id_, given_up[id_].at)
    return taken


def _when(verdict: grader.Verdict | None, given_up: grader.GiveUp | None) -> int:
    """UTC milliseconds of an entry of the journal."""
    if verdict is not None:
        return verdict.started_at
    return given_up.at if given_up is not None else 0


def _topic(exercise: grader.Exercise) -> str:
    topics = exercise.description.topics
    return topics[0] if topics else ""


def _is_due(memory: Memory, today: int) -> bool:
    return memory.phase is not Phase.NEW and memory.due_day is not None and memory.due_day <= today


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"
