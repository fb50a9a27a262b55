"""A look into a deck through sqlite3 alone, read-only, before anything heavy is loaded."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from studyapp.deck import queries
from studyapp.deck.queries import Card, Counts
from studyapp.schedule.day import Clock


class Glance(NamedTuple):
    """What the deck holds for today."""

    counts: Counts
    exercises: int
    streak: int
    first: Card | None


def glance(path: Path, clock: Clock) -> Glance | None:
    """Today's figures and the card that comes first; None when there is no deck that can be read.

    Opening the deck properly says what is wrong with one that can't be read.
    """
    try:
        with closing(_read_only(path)) as connection:
            return _glance(connection, clock)
    except (sqlite3.Error, LookupError, ValueError):
        return None


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=1.0)


def _glance(connection: sqlite3.Connection, clock: Clock) -> Glance:
    def fetch(sql: str, args: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        return connection.execute(sql, args).fetchall()

    ((stored,),) = fetch("SELECT value FROM meta WHERE key = 'settings'", {})
    settings = json.loads(stored)
    now = clock(settings["rollover_hour"])
    limit = settings["new_per_day"]
    ((exercises,),) = fetch(
        "SELECT count(*) FROM items WHERE kind = 'exercise' AND NOT retired AND due_day <= :today",
        {"today": now.day},
    )
    ((version,),) = fetch("PRAGMA user_version", {})
    # A deck of an older format can be counted; its cards are shown once it is open and up to date.
    readable = version == queries.SCHEMA_VERSION
    first = queries.queue(fetch, today=now.day, now=now.at, new_per_day=limit, limit=1) if readable else []
    return Glance(
        counts=queries.counts(fetch, today=now.day, new_per_day=limit),
        exercises=exercises,
        streak=queries.streak(fetch, today=now.day),
        first=first[0] if first else None,
    )
