"""The tables of a deck. `events` is the truth; everything else can be rebuilt from it and from the notes."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

# Marks the file as a deck for `file(1)` and for us: "stdy" in ASCII.
APPLICATION_ID = 0x73746479

metadata = MetaData()

events = Table(
    "events",
    metadata,
    Column("n", Integer, primary_key=True),  # order of arrival in this file
    Column("id", LargeBinary, nullable=False, unique=True),  # 16 bytes, time-ordered
    Column("unit", LargeBinary, nullable=False),  # id of the first event of the keypress it belongs to
    Column("device", LargeBinary, nullable=False),
    Column("seq", Integer, nullable=False),  # counts from 1 on each device
    Column("at", Integer, nullable=False),  # UTC milliseconds, never decreasing on a device
    Column("day", Integer, nullable=False),  # study day, days since 1970-01-01
    Column("kind", Text, nullable=False),
    Column("item", Text),  # card or exercise; NULL for settings and undos
    Column("target", LargeBinary),  # the unit that an undo takes back
    Column("payload", Text, nullable=False),  # JSON with sorted keys
    Column("checksum", LargeBinary, nullable=False),
    UniqueConstraint("device", "seq"),
)
Index("events_by_item", events.c.item, events.c.at)
Index("events_by_unit", events.c.unit)
Index("events_undone", events.c.target, sqlite_where=events.c.target.is_not(None))
Index("events_settings", events.c.at, sqlite_where=text("kind = 'setting'"))
Index("events_renames", events.c.n, sqlite_where=text("kind = 'rename'"))
Index("events_studied", events.c.day, sqlite_where=text("kind IN ('review', 'solve')"))

# The log is append-only: SQLite itself refuses anything else.
APPEND_ONLY = tuple(
    f"CREATE TRIGGER events_no_{verb.lower()} BEFORE {verb} ON events "
    "BEGIN SELECT RAISE(ABORT, 'events are never changed or deleted'); END"
    for verb in ("UPDATE", "DELETE")
)

items = Table(
    "items",
    metadata,
    Column("id", Text, primary_key=True),
    # What the notes and the catalogue say.
    Column("kind", Text, nullable=False),  # basic, cloze or exercise
    Column("siblings", Text, nullable=False),  # topic/id without the cloze number
    Column("topic", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("front", Text, nullable=False),
    Column("back", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("line", Integer, nullable=False),
    Column("position", Integer, nullable=False),  # order of introduction over all notes
    Column("shuffle", Integer, nullable=False),  # from the id; mixes the topics of one day
    # What the note's translation says; the card, its id and its history are the same.
    Column("front_zh", Text),
    Column("back_zh", Text),
    Column("line_zh", Integer),
    # What a replay of the events gives.
    Column("retired", Boolean, nullable=False, server_default="0"),
    Column("suspended", Boolean, nullable=False, server_default="0"),
    Column("buried_day", Integer),  # hidden on this study day
    Column("phase", Integer, nullable=False, server_default="0"),
    Column("step", Integer),
    Column("stability", Float),
    Column("difficulty", Float),
    Column("due_day", Integer),
    Column("due_at", Integer),
    Column("first_day", Integer),
    Column("last_day", Integer),
    Column("reps", Integer, nullable=False, server_default="0"),
    Column("lapses", Integer, nullable=False, server_default="0"),
)
_ACTIVE = "kind <> 'exercise' AND NOT retired AND NOT suspended"
Index("items_review", items.c.due_day, items.c.shuffle, sqlite_where=text(f"phase = 2 AND {_ACTIVE}"))
Index("items_learning", items.c.due_at, sqlite_where=text(f"phase IN (1, 3) AND {_ACTIVE}"))
Index("items_new", items.c.position, sqlite_where=text(f"phase = 0 AND {_ACTIVE}"))
Index("items_exercises", items.c.position, sqlite_where=text("kind = 'exercise'"))
Index("items_first_day", items.c.first_day, sqlite_where=text("first_day IS NOT NULL"))
Index("items_siblings", items.c.siblings, items.c.last_day)
Index("items_by_path", items.c.path)

notes = Table(
    "notes",
    metadata,
    Column("path", Text, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("requires", Text, nullable=False),  # JSON list of topics
    Column("rank", Integer, nullable=False),  # place among all notes, prerequisites first
    Column("modified", Integer, nullable=False),  # st_mtime_ns when it was last read
    Column("size", Integer, nullable=False),
    Column("modified_zh", Integer, nullable=False, server_default="0"),  # of its translation
    Column("size_zh", Integer, nullable=False, server_default="0"),
    Column("problems", Text, nullable=False),  # JSON list, shown until the file changes
)

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
