"""The questions asked before anything else is loaded.

They are plain SQL run through a `Fetch`, so that the light commands ask them through sqlite3 and the deck
through SQLAlchemy, and both get the same answer. Named tuples instead of dataclasses for the same reason:
these import `inspect`, which costs as much as the question.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from studyapp.language import Language

# What `PRAGMA user_version` says of a deck that these questions fit.
SCHEMA_VERSION = 2

Fetch = Callable[[str, Mapping[str, Any]], Sequence[Sequence[Any]]]

# A card in (re)learning may come up this much early when nothing else is left: waiting would only cost the
# learner time.
LEARN_AHEAD_MS = 20 * 60 * 1000

_ACTIVE = "i.kind <> 'exercise' AND NOT i.retired AND NOT i.suspended"
_VISIBLE = f"{_ACTIVE} AND i.buried_day IS NOT :today"
_SIBLING_STUDIED = (
    "EXISTS (SELECT 1 FROM items s WHERE s.siblings = i.siblings AND s.last_day = :today AND s.id <> i.id)"
)
_SIBLING_DUE = (
    "EXISTS (SELECT 1 FROM items s WHERE s.siblings = i.siblings AND s.id <> i.id AND s.phase <> 0 "
    "AND s.due_day <= :today AND NOT s.retired AND NOT s.suspended)"
)
_LEARNING = f"items i WHERE i.phase IN (1, 3) AND {_VISIBLE}"
_REVIEW = f"items i WHERE i.phase = 2 AND i.due_day <= :today AND {_VISIBLE} AND NOT {_SIBLING_STUDIED}"
_NEW = f"items i WHERE i.phase = 0 AND {_VISIBLE} AND NOT {_SIBLING_STUDIED} AND NOT {_SIBLING_DUE}"
_COLUMNS = (
    "i.id, i.kind, i.siblings, i.topic, i.area, i.front, i.back, i.path, i.line, i.phase, "
    "i.front_zh, i.back_zh, i.line_zh"
)


class Wording(NamedTuple):
    """The two sides of a card in one language, as Markdown; line: in the file that is written in it."""

    front: str
    back: str
    line: int


class Card(NamedTuple):
    """What is needed to show a card. front and back are Markdown; path and line say where it is written.

    zh: the same in Chinese, from the note's translation.
    """

    id: str
    kind: str
    siblings: str
    topic: str
    area: str
    front: str
    back: str
    path: str
    line: int
    phase: int
    zh: Wording | None = None

    def wording(self, language: Language) -> Wording:
        """What is shown to a reader of this language: English where there is no translation."""
        return self.zh if language == "zh" and self.zh else Wording(self.front, self.back, self.line)


class Counts(NamedTuple):
    """Cards still to be studied today, siblings counted once."""

    learning: int
    review: int
    new: int

    @property
    def due(self) -> int:
        """Cards that were studied before and are due."""
        return self.learning + self.review

    @property
    def total(self) -> int:
        """All of them."""
        return self.due + self.new


def counts(fetch: Fetch, *, today: int, new_per_day: int) -> Counts:
    """How much there is to do on the study day `today`."""
    left = _new_left(fetch, today, new_per_day)
    args = {"today": today, "left": left}
    ((learning,),) = fetch(f"SELECT count(*) FROM {_LEARNING} AND i.due_day <= :today", args)
    ((review,),) = fetch(f"SELECT count(DISTINCT i.siblings) FROM {_REVIEW}", args)
    ((new,),) = fetch(f"SELECT count(*) FROM (SELECT DISTINCT i.siblings FROM {_NEW} LIMIT :left)", args)
    return Counts(learning, review, new)


def queue(fetch: Fetch, *, today: int, now: int, new_per_day: int, limit: int) -> list[Card]:
    """The next `limit` cards in the order in which they are shown.

    First what is in (re)learning and whose minutes have passed, then reviews from the most overdue, then new
    cards in the order of the notes, then what is in (re)learning and nearly due.
    """
    cards: list[Card] = []
    args = {"today": today, "now": now, "ahead": now + LEARN_AHEAD_MS}
    for source in (
        f"{_LEARNING} AND i.due_at <= :now ORDER BY i.due_at LIMIT :limit",
        f"{_REVIEW} ORDER BY i.due_day, i.shuffle LIMIT :limit",
        f"{_NEW} ORDER BY i.position LIMIT min(:limit, :left)",
        f"{_LEARNING} AND i.due_at > :now AND i.due_at <= :ahead ORDER BY i.due_at LIMIT :limit",
    ):
        if len(cards) >= limit:
            break
        left = _new_left(fetch, today, new_per_day) if ":left" in source else 0
        rows = fetch(f"SELECT {_COLUMNS} FROM {source}", {**args, "limit": limit, "left": left})
        cards += _one_of_each_family([_card(row) for row in rows], cards)
    return cards[:limit]


def _card(row: Sequence[Any]) -> Card:
    """A card from the columns that a queue asks for."""
    return Card._make((*row[:-3], chinese(*row[-3:])))


def chinese(front: str | None, back: str | None, line: int | None) -> Wording | None:
    """The Chinese wording that a row holds, if it does."""
    return None if front is None or back is None or line is None else Wording(front, back, line)


def _one_of_each_family(found: list[Card], before: list[Card]) -> list[Card]:
    taken = {card.siblings for card in before}
    chosen = []
    for card in found:
        if card.siblings not in taken:
            taken.add(card.siblings)
            chosen.append(card)
    return chosen


def _new_left(fetch: Fetch, today: int, new_per_day: int) -> int:
    ((introduced,),) = fetch(
        "SELECT count(*) FROM items WHERE first_day = :today AND kind <> 'exercise'", {"today": today}
    )
    return max(0, new_per_day - int(introduced))


def streak(fetch: Fetch, *, today: int) -> int:
    """Study days in a row with a review or a solved exercise, up to today or (none yet today) yesterday."""
    length, before = 0, today + 1
    while True:
        ((day,),) = fetch(
            "SELECT max(day) FROM events WHERE kind IN ('review', 'solve') AND day < :before",
            {"before": before},
        )
        if day is None or (day != before - 1 and not (length == 0 and day == today - 1)):
            return length
        length, before = length + 1, day
