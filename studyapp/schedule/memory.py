"""FSRS-6 on whole study days, with a fuzz of our own that a replay reproduces."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from hashlib import blake2b

import fsrs

from studyapp.schedule.day import Moment
from studyapp.schedule.settings import Settings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_DAY = timedelta(days=1)
# The library refuses the id None by sleeping a millisecond to invent one; the id has no part in scheduling.
_ANY_ID = 0


class Rating(IntEnum):
    """How well something was recalled."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


class Phase(IntEnum):
    """Where an item stands. NEW has no memory state; (RE)LEARNING moves in minutes, REVIEW in days."""

    NEW = 0
    LEARNING = 1
    REVIEW = 2
    RELEARNING = 3


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory state of one item.

    stability: days after which retrievability has fallen to 0.9. difficulty: 1 to 10.
    step: index of the current (re)learning step. due_day: study day on which it is due.
    due_at: UTC milliseconds, only within (re)learning. first_day, last_day: study days of the first and
    the last review. reps, lapses: reviews in all, and those failed from REVIEW.
    """

    phase: Phase = Phase.NEW
    step: int | None = None
    stability: float | None = None
    difficulty: float | None = None
    due_day: int | None = None
    due_at: int | None = None
    last_day: int | None = None
    first_day: int | None = None
    reps: int = 0
    lapses: int = 0

    @property
    def interval(self) -> int:
        """Days from the last review to the due day."""
        if self.due_day is None or self.last_day is None:
            return 0
        return self.due_day - self.last_day


class Scheduler:
    """Moves memory states by the settings in force. Cards take learning steps; exercises take none."""

    def __init__(self, settings: Settings, *, steps: bool = True) -> None:
        self._maximum = settings.maximum_interval
        self._fsrs = fsrs.Scheduler(
            parameters=settings.weights,
            desired_retention=settings.desired_retention,
            learning_steps=[timedelta(minutes=m) for m in settings.learning_steps] if steps else (),
            relearning_steps=[timedelta(minutes=m) for m in settings.relearning_steps] if steps else (),
            maximum_interval=settings.maximum_interval,
            enable_fuzzing=False,
        )

    def review(self, item: str, memory: Memory, rating: Rating, now: Moment) -> Memory:
        """The state after a review of `item` (its id seeds the fuzz) with `rating` at `now`."""
        # A study day stands for its midnight, so that the library's 24-hour days are our study days.
        today = _EPOCH + now.day * _ONE_DAY
        card, _ = self._fsrs.review_card(_to_fsrs(memory, today), fsrs.Rating(int(rating)), today)
        wait = card.due - today
        phase = Phase(int(card.state))
        lapsed = memory.phase is Phase.REVIEW and rating is Rating.AGAIN
        days = self._fuzzed(item, memory.reps, wait.days) if phase is Phase.REVIEW else 0
        return Memory(
            phase=phase,
            step=card.step,
            stability=card.stability,
            difficulty=card.difficulty,
            due_day=now.day + days,
            due_at=None if phase is Phase.REVIEW else now.at + wait // timedelta(milliseconds=1),
            last_day=now.day,
            first_day=now.day if memory.first_day is None else memory.first_day,
            reps=memory.reps + 1,
            lapses=memory.lapses + lapsed,
        )

    def outcomes(self, item: str, memory: Memory, now: Moment) -> dict[Rating, Memory]:
        """What each rating would lead to."""
        return {rating: self.review(item, memory, rating, now) for rating in Rating}

    def retrievability(self, memory: Memory, day: int) -> float:
        """Predicted probability of recall on a study day; 0 for an item never reviewed."""
        today = _EPOCH + day * _ONE_DAY
        return float(self._fsrs.get_card_retrievability(_to_fsrs(memory, today), today))

    def _fuzzed(self, item: str, reps: int, days: int) -> int:
        low, high = _fuzz_range(days, self._maximum)
        return low + math.floor(_uniform(item, reps) * (high - low + 1))


def credited(memory: Memory) -> Memory:
    """The state after an exercise used the card's knowledge: due a quarter of its interval later.

    Stability and difficulty stay as they are, because nothing was recalled on its own.
    """
    if memory.phase is not Phase.REVIEW or memory.due_day is None:
        return memory
    return replace(memory, due_day=memory.due_day + memory.interval // 4)


def _to_fsrs(memory: Memory, today: datetime) -> fsrs.Card:
    last = None if memory.last_day is None else min(_EPOCH + memory.last_day * _ONE_DAY, today)
    new = memory.phase is Phase.NEW
    return fsrs.Card(
        card_id=_ANY_ID,
        state=fsrs.State.Learning if new else fsrs.State(int(memory.phase)),
        step=0 if new else memory.step,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=today,
        last_review=last,
    )


def _uniform(item: str, reps: int) -> float:
    """A number in [0, 1) that depends on nothing but the item and how often it was reviewed."""
    digest = blake2b(f"{item}\n{reps}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / 2**53


def _fuzz_range(days: int, maximum: int) -> tuple[int, int]:
    """First and last day to which an interval may move; intervals under 2.5 days stay.

    The band is a day plus 15% of the part up to a week, 10% of that up to 20 days and 5% of the rest, as in
    FSRS's reference implementations.
    """
    if days < 2.5:
        return days, days
    parts = ((2.5, 7.0, 0.15), (7.0, 20.0, 0.1), (20.0, math.inf, 0.05))
    delta = 1.0 + sum(factor * max(0.0, min(days, end) - start) for start, end, factor in parts)
    high = min(round(days + delta), maximum)
    return min(max(2, round(days - delta)), high), high
