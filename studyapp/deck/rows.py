"""Reading and writing single rows: between the tables and the types that the rest of the deck works with."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects.sqlite import insert

from studyapp.deck.errors import DeckError
from studyapp.deck.queries import Card, Fetch, chinese
from studyapp.deck.replay import ItemState
from studyapp.deck.schema import items, meta
from studyapp.schedule.memory import Memory, Phase
from studyapp.schedule.settings import Settings


def fetch_from(connection: Connection) -> Fetch:
    """A way to run the shared queries on this connection."""

    def fetch(sql: str, args: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        return connection.exec_driver_sql(sql, dict(args)).fetchall()

    return fetch


def find(connection: Connection, id_: str) -> Row[Any]:
    """The row of a card or exercise.

    Raises:
        DeckError: there is none with this id.
    """
    row = connection.execute(select(items).where(items.c.id == id_)).one_or_none()
    if row is None:
        raise DeckError(
            f"The deck holds no card or exercise {id_!r}.",
            "Nothing was changed.",
            "Run `studyapp sync-notes`; if the id was renamed in its note, list it there under `aliases`.",
        )
    return row


def card(row: Row[Any]) -> Card:
    """The part of a row that is shown."""
    return Card(
        id=row.id,
        kind=row.kind,
        siblings=row.siblings,
        topic=row.topic,
        area=row.area,
        front=row.front,
        back=row.back,
        path=row.path,
        line=row.line,
        phase=row.phase,
        zh=chinese(row.front_zh, row.back_zh, row.line_zh),
    )


def state(row: Row[Any]) -> ItemState:
    """The part of a row that is a cache of its history."""
    memory = Memory(
        phase=Phase(row.phase),
        step=row.step,
        stability=row.stability,
        difficulty=row.difficulty,
        due_day=row.due_day,
        due_at=row.due_at,
        first_day=row.first_day,
        last_day=row.last_day,
        reps=row.reps,
        lapses=row.lapses,
    )
    return ItemState(memory, bool(row.retired), bool(row.suspended), row.buried_day)


def store(connection: Connection, id_: str, state: ItemState) -> None:
    """Writes the cached state of a card or exercise."""
    memory = state.memory
    connection.execute(
        update(items)
        .where(items.c.id == id_)
        .values(
            retired=state.retired,
            suspended=state.suspended,
            buried_day=state.buried_day,
            phase=int(memory.phase),
            step=memory.step,
            stability=memory.stability,
            difficulty=memory.difficulty,
            due_day=memory.due_day,
            due_at=memory.due_at,
            first_day=memory.first_day,
            last_day=memory.last_day,
            reps=memory.reps,
            lapses=memory.lapses,
        )
    )


def device(connection: Connection) -> bytes:
    """The id of this deck file among the learner's devices; drawn when the deck is created."""
    stored = _meta(connection, "device")
    if stored is None:
        stored = os.urandom(8).hex()
        _store_meta(connection, "device", stored)
    return bytes.fromhex(stored)


def settings(connection: Connection) -> Settings:
    """The settings in force. They are a cache of the setting events, so that a glance needs no replay."""
    stored = _meta(connection, "settings")
    if stored is None:
        store_settings(connection, Settings())
        return Settings()
    known = Settings()
    for name, value in json.loads(stored).items():
        known = known.changed(name, value)
    return known


def store_settings(connection: Connection, settings: Settings) -> None:
    """Writes the cached settings."""
    _store_meta(connection, "settings", json.dumps(settings.as_dict()))


def _meta(connection: Connection, key: str) -> str | None:
    return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar()


def _store_meta(connection: Connection, key: str, value: str) -> None:
    statement = insert(meta).values(key=key, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
