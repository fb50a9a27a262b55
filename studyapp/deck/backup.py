"""One verified copy of the deck a day."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

from studyapp.deck.errors import DeckError

_KEPT = 30


def back_up(deck: Path, today: date) -> Path | None:
    """Copies the deck to `backups/` beside it, unless today's copy is there. Returns the new copy.

    The copy is made with SQLite's backup API, so a deck in use is copied consistently. It gets its name only
    after it was opened, checked and found to hold every event; the oldest copies beyond thirty go.

    Raises:
        DeckError: no sound copy could be made; the deck itself was not touched.
    """
    folder = deck.parent / "backups"
    copy = folder / f"{deck.stem}-{today.isoformat()}.sqlite3"
    if copy.exists():
        return None
    unfinished = copy.with_suffix(f".unfinished-{os.getpid()}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        with closing(_read_only(deck)) as source, closing(sqlite3.connect(unfinished)) as target:
            expected = _events(source)  # counted first: the deck may grow while it is copied
            source.backup(target)
            # A copy in a single file is easier to carry away than one with a write-ahead log beside it.
            target.execute("PRAGMA journal_mode = DELETE")
        with closing(_read_only(unfinished)) as written:
            _verify(written, expected)
        unfinished.replace(copy)
    except (sqlite3.Error, OSError) as error:
        raise DeckError(
            f"Today's backup of {deck} could not be made ({error}).",
            "The deck itself is unharmed; the earlier backups are still there.",
            f"Check that there is room and that {folder} is writable.",
        ) from error
    for old in sorted(folder.glob(f"{deck.stem}-*.sqlite3"))[:-_KEPT]:
        old.unlink(missing_ok=True)
    return copy


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _events(connection: sqlite3.Connection) -> int:
    ((count,),) = connection.execute("SELECT count(*) FROM events").fetchall()
    return int(count)


def _verify(connection: sqlite3.Connection, expected: int) -> None:
    ((verdict,),) = connection.execute("PRAGMA quick_check(1)").fetchall()
    if verdict != "ok":
        raise sqlite3.DatabaseError(f"the copy is damaged: {verdict}")
    if _events(connection) < expected:
        raise sqlite3.DatabaseError("the copy holds fewer events than the deck")
