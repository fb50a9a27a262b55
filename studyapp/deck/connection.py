"""Opening the deck file: creating it, checking that it is ours and sound, saying plainly when it isn't."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError

from studyapp.deck.errors import DeckError
from studyapp.deck.queries import SCHEMA_VERSION
from studyapp.deck.schema import APPEND_ONLY, APPLICATION_ID, metadata

_BUSY_SECONDS = 10.0


def open_engine(path: Path) -> Engine:
    """An engine on the deck at `path`, created with its tables when there is none.

    Transactions of `engine.execution_options(writes=True)` take the write lock at once, so two programs on
    one deck wait for each other instead of failing in the middle.

    Raises:
        DeckError: the file is not a deck, is damaged, comes from a newer version or can't be written.
    """
    with translated(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(path, str(error)) from error
        engine = create_engine(
            f"sqlite+pysqlite:///{path}",
            connect_args={"check_same_thread": False, "timeout": _BUSY_SECONDS},
        )
        event.listen(engine, "connect", _configure)
        event.listen(engine, "begin", _begin)
        _prepare(engine, path)
        return engine


def _configure(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin`, never behind our back
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare(engine: Engine, path: Path) -> None:
    with engine.execution_options(writes=True).begin() as connection:
        ((version,),) = connection.exec_driver_sql("PRAGMA user_version").fetchall()
        ((application,),) = connection.exec_driver_sql("PRAGMA application_id").fetchall()
        ((tables,),) = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").fetchall()
        if application == 0 and version == 0 and tables == 0:
            _create(connection)
        elif application != APPLICATION_ID:
            raise DeckError(
                f"{path} is an SQLite database, but not a deck of studyapp.",
                "It was not changed.",
                "Give the path of a deck, or of a file that does not exist yet, with --deck.",
            )
        elif version > SCHEMA_VERSION:
            raise DeckError(
                f"The deck {path} was written by a newer version of studyapp (format {version}, "
                f"this one knows {SCHEMA_VERSION}).",
                "It was not changed; every review in it is safe.",
                "Install the newer version, or use another deck with --deck.",
            )
        elif version < SCHEMA_VERSION:
            from studyapp.deck.migrations import migrate

            migrate(connection, version)
            _set_version(connection)


def _create(connection: Connection) -> None:
    metadata.create_all(connection)
    for trigger in APPEND_ONLY:
        connection.exec_driver_sql(trigger)
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    _set_version(connection)


def _set_version(connection: Connection) -> None:
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns SQLite's errors into a DeckError that a person can act on."""
    try:
        yield
    except DatabaseError as error:
        raise _explained(path, str(error.orig)) from error


def _explained(path: Path, reason: str) -> DeckError:
    if "locked" in reason:
        return DeckError(
            f"Another program has held the deck {path} for {_BUSY_SECONDS:.0f} seconds.",
            "Everything saved before is safe; the last action was not recorded.",
            "Close the other program and do the last action again.",
        )
    if "not a database" in reason or "malformed" in reason or "corrupt" in reason:
        return DeckError(
            f"The deck {path} is damaged ({reason}).",
            "It was not changed.",
            f"The verified copies of the last days are in {path.parent / 'backups'}: "
            "move the damaged file away and copy the newest one in its place.",
        )
    if "full" in reason:
        return DeckError(
            f"The disk that holds {path} is full.",
            "Everything saved before is safe; the last action was not recorded.",
            "Make room and do the last action again.",
        )
    return _unwritable(path, reason)


def _unwritable(path: Path, reason: str) -> DeckError:
    return DeckError(
        f"The deck {path} can't be opened or written ({reason}).",
        "Nothing was changed.",
        "Check that the folder exists and that you may write to it, or choose another deck with --deck.",
    )
