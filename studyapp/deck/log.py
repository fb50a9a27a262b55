"""The event log: immutable rows, each with its place in time, its device and a checksum over its content."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, insert, select

from studyapp.deck.schema import events
from studyapp.schedule.day import Moment


@dataclass(frozen=True, slots=True)
class Draft:
    """An event before it has a place in the log. id: given where the same fact must never be taken twice."""

    kind: str
    item: str | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    target: bytes | None = None
    id: bytes | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A row of the log. at: UTC milliseconds. day: the study day on which it happened."""

    id: bytes
    unit: bytes
    device: bytes
    seq: int
    at: int
    day: int
    kind: str
    item: str | None
    target: bytes | None
    payload: dict[str, Any]

    @property
    def moment(self) -> Moment:
        """When it happened."""
        return Moment(self.at, self.day)

    def checksum(self) -> bytes:
        """16 bytes over everything the row says."""
        ids = [part.hex() if part else None for part in (self.id, self.unit, self.device, self.target)]
        content = [*ids, self.seq, self.at, self.day, self.kind, self.item, self.payload]
        return blake2b(_encoded(content).encode(), digest_size=16).digest()


def append(connection: Connection, device: bytes, now: Moment, drafts: Sequence[Draft]) -> list[Event]:
    """Writes the events of one keypress and returns them. `at` never falls behind the device's last event."""
    last = connection.execute(
        select(events.c.seq, events.c.at)
        .where(events.c.device == device)
        .order_by(events.c.seq.desc())
        .limit(1)
    ).one_or_none()
    seq, at = (0, now.at) if last is None else (last.seq, max(now.at, last.at))
    rows: list[Event] = []
    for number, draft in enumerate(drafts, seq + 1):
        id_ = draft.id or new_id(at)
        unit = rows[0].unit if rows else id_
        rows.append(
            Event(id_, unit, device, number, at, now.day, draft.kind, draft.item, draft.target, draft.payload)
        )
    connection.execute(insert(events), [_as_row(event) for event in rows])
    return rows


def read(connection: Connection, *where: Any) -> Iterator[Event]:
    """Events that satisfy the conditions, in the order in which they are replayed."""
    query = select(events).where(*where).order_by(events.c.at, events.c.device, events.c.seq)
    for row in connection.execute(query):
        yield Event(
            id=row.id,
            unit=row.unit,
            device=row.device,
            seq=row.seq,
            at=row.at,
            day=row.day,
            kind=row.kind,
            item=row.item,
            target=row.target,
            payload=json.loads(row.payload),
        )


def undone_units(connection: Connection, units: Iterable[bytes]) -> set[bytes]:
    """Those of the units that an undo has taken back."""
    wanted = list(set(units))
    query = select(events.c.target).where(events.c.target.in_(wanted)).distinct()
    return set(connection.execute(query).scalars())


def new_id(at: int) -> bytes:
    """16 bytes that sort by time: six of milliseconds, ten random."""
    return at.to_bytes(6, "big") + os.urandom(10)


def _as_row(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "unit": event.unit,
        "device": event.device,
        "seq": event.seq,
        "at": event.at,
        "day": event.day,
        "kind": event.kind,
        "item": event.item,
        "target": event.target,
        "payload": _encoded(event.payload),
        "checksum": event.checksum(),
    }


def _encoded(content: object) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
