"""Bringing the deck up to date with the notes and the exercises, without ever losing a history."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from studyapp.deck.deck import Deck
from studyapp.deck.log import Draft
from studyapp.deck.schema import items, notes
from studyapp.notes import Card, Note, Problem

_SHOWN = ("front", "back", "front_zh", "back_zh")

# Lines of a note that fit between the positions of two notes.
_LINES_PER_NOTE = 1_000_000


class Stamp(NamedTuple):
    """What tells whether a note or its translation changed: st_mtime_ns and bytes, 0 for a missing file."""

    modified: int
    size: int
    modified_zh: int
    size_zh: int


@dataclass(frozen=True, slots=True)
class NoteFile:
    """A note as it was read, with its translation if it has one."""

    note: Note
    translation: Note | None
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class ExerciseEntry:
    """What the deck keeps of an exercise."""

    id: str
    title: str
    topic: str


@dataclass(slots=True)
class SyncReport:
    """What a synchronisation did, in cards, and what it could not read."""

    added: int = 0
    changed: int = 0
    retired: int = 0
    restored: int = 0
    problems: list[str] = field(default_factory=list)


def known_files(deck: Deck) -> dict[str, Stamp]:
    """Path → stamp of the notes that the deck has read."""
    with deck.reading() as connection:
        rows = connection.execute(select(notes.c.path, *(notes.c[name] for name in Stamp._fields)))
        return {row.path: Stamp(*row[1:]) for row in rows}


def note_problems(deck: Deck) -> list[str]:
    """The problems of all notes as they were last read."""
    with deck.reading() as connection:
        stored = connection.execute(select(notes.c.problems).order_by(notes.c.rank)).scalars()
        return [problem for problems in stored for problem in json.loads(problems)]


def take_notes(deck: Deck, changed: Sequence[NoteFile], present: Collection[str]) -> SyncReport:
    """Takes in the notes that changed. Cards that disappeared are retired; those that return are restored.

    changed: files that are new or differ from what the deck knows. present: the paths of all notes there are.
    """
    report = SyncReport()
    with deck.writing() as connection:
        known = set(connection.execute(select(notes.c.path)).scalars())
        if not changed and known <= set(present):
            return report
        read = [file for file in changed if file.note.readable]
        sync = _Sync(deck, connection, report, present)
        sync.problems = {file.note.path: _problems(file) for file in changed}
        sync.take(read)
        sync.retire_missing({file.note.path for file in read} | (known - set(present)))
        connection.execute(delete(notes).where(notes.c.path.in_(known - set(present))))
        _remember(connection, changed, sync.problems)
        _rank(connection)
    report.problems = [problem for file in changed for problem in sync.problems[file.note.path]]
    return report


class _Sync:
    """The state of one synchronisation."""

    problems: dict[str, list[str]]

    def __init__(
        self, deck: Deck, connection: Connection, report: SyncReport, present: Collection[str]
    ) -> None:
        self.deck = deck
        self.connection = connection
        self.report = report
        self.present = present
        rows = connection.execute(select(items).where(items.c.kind != "exercise"))
        self.stored: dict[str, Any] = {row.id: row for row in rows}
        self.seen: dict[str, str] = {}

    def take(self, files: Sequence[NoteFile]) -> None:
        """Adds and updates the cards of these files."""
        reread = {file.note.path for file in files}
        for file in files:
            translated = _translated(file.translation)
            for card in file.note.cards:
                self._take_card(file.note, card, translated, reread)
        for file in files:
            self._rename(file.note.meta.aliases)

    def retire_missing(self, paths: Collection[str]) -> None:
        """Retires the cards that these files no longer hold."""
        gone = [
            row.id
            for row in self.stored.values()
            if row.path in paths and row.id not in self.seen and not row.retired
        ]
        if gone:
            self.deck.act_within(self.connection, [Draft("retire", id_) for id_ in gone])
        self.report.retired += len(gone)

    def _take_card(
        self, note: Note, card: Card, translated: Mapping[str, Card] | None, reread: Collection[str]
    ) -> None:
        if card.id is None or card.group is None:
            return
        before = self.stored.get(card.id)
        elsewhere = self._other_home(card.id, before, note.path, reread)
        if elsewhere:
            problem = Problem(
                note.path,
                card.line,
                f"the card id {card.id!r} is taken by {elsewhere}",
                "give this card another ^id; it was left out",
            )
            self.problems[note.path].append(str(problem))
            return
        self.seen[card.id] = note.path
        content = _content(note, card) | _wording(card, translated)
        if before is None:
            self.connection.execute(insert(items).values(id=card.id, shuffle=_shuffle(card.id), **content))
            self.report.added += 1
            return
        if any(getattr(before, name) != value for name, value in content.items() if name != "position"):
            self.connection.execute(update(items).where(items.c.id == card.id).values(**content))
            self.report.changed += any(
                getattr(before, name) != content[name] for name in _SHOWN if name in content
            )
        if before.retired:
            self.deck.act_within(self.connection, [Draft("restore", card.id)])
            self.report.restored += 1

    def _other_home(self, id_: str, before: Any, path: str, reread: Collection[str]) -> str | None:
        if id_ in self.seen:
            return self.seen[id_]
        if before is None or before.path == path or before.retired:
            return None
        moved = before.path in reread or before.path not in self.present
        return None if moved else str(before.path)

    def _rename(self, aliases: Mapping[str, str]) -> None:
        for old, new in aliases.items():
            source, target = self.stored.get(old), new in self.seen and self.stored.get(new)
            fresh = not target or (target.reps == 0 and not target.retired)
            if source is not None and source.reps and old not in self.seen and new in self.seen and fresh:
                self.deck.rename_within(self.connection, old, new)


def take_exercises(deck: Deck, entries: Sequence[ExerciseEntry]) -> None:
    """Makes the deck's exercises those of the catalogue, in its order."""
    with deck.reading() as connection:
        topics = connection.execute(select(notes.c.topic, notes.c.area))
        areas = {row.topic: row.area for row in topics}
        rows = connection.execute(select(items).where(items.c.kind == "exercise")).all()
    stored = {row.id: row for row in rows}
    wanted = {entry.id: _exercise_content(entry, i, areas) for i, entry in enumerate(entries)}
    new = [id_ for id_ in wanted if id_ not in stored]
    different = [
        id_
        for id_, content in wanted.items()
        if id_ in stored and any(getattr(stored[id_], name) != value for name, value in content.items())
    ]
    gone = [id_ for id_, row in stored.items() if id_ not in wanted and not row.retired]
    back = [id_ for id_ in wanted if id_ in stored and stored[id_].retired]
    if not (new or different or gone or back):
        return
    with deck.writing() as connection:
        for id_ in new:
            connection.execute(insert(items).values(id=id_, shuffle=_shuffle(id_), **wanted[id_]))
        for id_ in different:
            connection.execute(update(items).where(items.c.id == id_).values(**wanted[id_]))
        drafts = [Draft("retire", id_) for id_ in gone] + [Draft("restore", id_) for id_ in back]
        if drafts:
            deck.act_within(connection, drafts)


def _content(note: Note, card: Card) -> dict[str, Any]:
    return {
        "kind": card.kind,
        "siblings": card.group,
        "topic": note.meta.id,
        "area": note.meta.area,
        "front": card.front,
        "back": card.back,
        "path": note.path,
        "line": card.line,
        "position": card.line,
    }


def _translated(translation: Note | None) -> dict[str, Card] | None:
    """The cards of a translation by their id without the topic; None for one that can't be read."""
    if translation is None:
        return {}
    if not translation.readable:
        return None
    return {_slug(card): card for card in translation.cards if card.id is not None}


def _wording(card: Card, translated: Mapping[str, Card] | None) -> dict[str, Any]:
    """The card in Chinese. A translation that can't be read leaves what was read before."""
    if translated is None:
        return {}
    other = translated.get(_slug(card))
    if other is None:
        return {"front_zh": None, "back_zh": None, "line_zh": None}
    return {"front_zh": other.front, "back_zh": other.back, "line_zh": other.line}


def _slug(card: Card) -> str:
    return str(card.id).partition("/")[2]


def _problems(file: NoteFile) -> list[str]:
    translated = file.translation.problems if file.translation is not None else ()
    return [str(problem) for problem in (*file.note.problems, *translated)]


def _stamp_to_keep(file: NoteFile) -> Stamp:
    """A file that could not be read is tried again next time."""
    stamp = file.stamp if file.note.readable else file.stamp._replace(modified=0)
    return stamp if file.translation is None or file.translation.readable else stamp._replace(modified_zh=0)


def _exercise_content(entry: ExerciseEntry, order: int, areas: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": "exercise",
        "siblings": entry.id,
        "topic": entry.topic,
        "area": areas.get(entry.topic, ""),
        "front": entry.title,
        "back": "",
        "path": "",
        "line": 0,
        "position": order,
    }


def _remember(connection: Connection, changed: Sequence[NoteFile], problems: Mapping[str, list[str]]) -> None:
    for file in changed:
        meta = file.note.meta
        values = {
            "topic": meta.id,
            "title": meta.title,
            "area": meta.area,
            "requires": json.dumps(list(meta.requires)),
            "rank": 0,
            **_stamp_to_keep(file)._asdict(),
            "problems": json.dumps(problems[file.note.path], ensure_ascii=False),
        }
        statement = insert(notes).values(path=file.note.path, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["path"], set_=values))


def _rank(connection: Connection) -> None:
    """Orders the notes: each after its prerequisites, otherwise by path."""
    rows = connection.execute(select(notes).order_by(notes.c.path)).all()
    by_topic = {row.topic: row for row in rows}
    ordered: list[str] = []
    visited: set[str] = set()

    def visit(row: Any) -> None:
        if row.path in visited:
            return
        visited.add(row.path)
        for topic in json.loads(row.requires):
            if topic in by_topic:
                visit(by_topic[topic])
        ordered.append(row.path)

    for row in rows:
        visit(row)
    for rank, path in enumerate(ordered):
        connection.execute(update(notes).where(notes.c.path == path).values(rank=rank))
        position = rank * _LINES_PER_NOTE + items.c.line
        connection.execute(
            update(items).where(items.c.path == path, items.c.position != position).values(position=position)
        )


def _shuffle(id_: str) -> int:
    return int.from_bytes(blake2b(id_.encode(), digest_size=4).digest(), "big")
