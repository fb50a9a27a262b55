"""Exercises in the deck: appearances that start and end, attempts in between, and what a pass does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from studyapp.deck import rows
from studyapp.deck.deck import Deck
from studyapp.deck.log import Draft, Event, new_id
from studyapp.deck.schema import events, items
from studyapp.schedule.exercise import rating_of_pass
from studyapp.schedule.memory import Memory, Rating


@dataclass(frozen=True, slots=True)
class Attempt:
    """One verdict on a submission.

    id: the verdict's 16 bytes. at: UTC milliseconds. sha256: of the submission. passed, total: checks.
    nonce: replays the verdict. hints: shown since the exercise was started.
    """

    id: bytes
    exercise: str
    verdict: str
    at: int
    sha256: str
    passed: int
    total: int
    nonce: int
    hints: int = 0

    @property
    def accepted(self) -> bool:
        """Whether it passed."""
        return self.verdict == "accepted"


@dataclass(frozen=True, slots=True)
class ExerciseState:
    """Where an exercise stands. started_at: UTC milliseconds when it is being worked on, else None."""

    id: str
    title: str
    topic: str
    area: str
    memory: Memory
    started_at: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt meant for the schedule. rating is None for one that ends nothing."""

    rating: Rating | None
    memory: Memory
    credited: int


def exercise_states(deck: Deck) -> list[ExerciseState]:
    """All exercises in the order of the catalogue."""
    with deck.reading() as connection:
        last = (
            select(events.c.item, events.c.kind, events.c.at, func.max(events.c.n))
            .where(events.c.item.in_(select(items.c.id).where(items.c.kind == "exercise")))
            .where(events.c.kind.in_(["start", "solve"]))
            .group_by(events.c.item)
        )
        started = {row.item: row.at for row in connection.execute(last) if row.kind == "start"}
        query = select(items).where(items.c.kind == "exercise", ~items.c.retired).order_by(items.c.position)
        return [
            ExerciseState(row.id, row.front, row.topic, row.area, rows.state(row).memory, started.get(row.id))
            for row in connection.execute(query)
        ]


def start(deck: Deck, exercise: str) -> None:
    """Opens an appearance of an exercise: from now on its time counts."""
    deck.act(Draft("start", exercise))


def give_up(deck: Deck, exercise: str, id_: bytes, at: int) -> bool:
    """Ends the appearance without a pass: it is rated again. Returns whether it was not taken in before.

    id_: 16 bytes that name this decision. at: UTC milliseconds.
    """
    with deck.writing() as connection:
        if connection.execute(select(events.c.n).where(events.c.id == id_)).first():
            return False
        draft = Draft("solve", exercise, {"rating": int(Rating.AGAIN)}, id=id_)
        deck.act_within(connection, [draft], at=at)
        return True


def record(deck: Deck, attempt: Attempt, *, minutes: int, credits: Sequence[str]) -> Outcome | None:
    """Takes in a verdict; the first pass of an appearance ends it with a rating and credits cards.

    minutes: the time that the exercise allows. credits: ids of the cards whose knowledge it uses; those that
    are not in the deck are passed over. Returns None when this verdict was taken in before.
    """
    history = deck.history(attempt.exercise)
    with deck.writing() as connection:
        taken = connection.execute(select(events.c.n).where(events.c.id == attempt.id)).first()
        if taken:
            return None
        drafts = [Draft("attempt", attempt.exercise, _payload(attempt), id=attempt.id)]
        rating = _rating(history, attempt, minutes)
        cards: list[str] = []
        if rating is not None:
            drafts.append(Draft("solve", attempt.exercise, {"rating": int(rating)}, id=new_id(attempt.at)))
            wanted = items.c.id.in_(credits) | items.c.siblings.in_(credits)
            found = connection.execute(select(items.c.id).where(wanted, ~items.c.retired))
            cards = sorted(found.scalars())
            drafts += [Draft("credit", card) for card in cards]
        states = deck.act_within(connection, drafts, at=attempt.at)
        return Outcome(rating, states[attempt.exercise].memory, len(cards))


def not_taken(deck: Deck, ids: Sequence[bytes]) -> set[bytes]:
    """Those of the verdict ids that the deck does not hold yet."""
    with deck.reading() as connection:
        return set(ids) - set(connection.execute(select(events.c.id).where(events.c.id.in_(ids))).scalars())


def attempts(deck: Deck, exercise: str) -> list[Event]:
    """The verdicts on an exercise, oldest first."""
    return [event for event in deck.history(exercise) if event.kind == "attempt"]


def _payload(attempt: Attempt) -> dict[str, object]:
    return {
        "verdict": attempt.verdict,
        "sha256": attempt.sha256,
        "passed": attempt.passed,
        "total": attempt.total,
        "nonce": attempt.nonce,
        "hints": attempt.hints,
    }


def _rating(history: Sequence[Event], attempt: Attempt, minutes: int) -> Rating | None:
    """The rating that an attempt earns, or None.

    A pass outside an appearance counts only if it is new work: the file that passed last time proves nothing.
    """
    if not attempt.accepted:
        return None
    appearances = [event for event in history if event.kind in ("start", "solve")]
    if appearances and appearances[-1].kind == "start":
        elapsed = (attempt.at - appearances[-1].at) / 60_000
        return rating_of_pass(max(0.0, elapsed), minutes, hints=attempt.hints)
    passed_before = {
        event.payload["sha256"]
        for event in history
        if event.kind == "attempt" and event.payload["verdict"] == "accepted"
    }
    if attempt.sha256 in passed_before:
        return None
    return rating_of_pass(None, minutes, hints=attempt.hints)
