"""From an older format of the deck to the present one. Loaded only for a deck that is old."""

from __future__ import annotations

from collections.abc import Callable

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, Integer, Text


def migrate(connection: Connection, version: int) -> None:
    """Brings a deck of format `version` up to date, within a transaction: all of it or nothing."""
    operations = Operations(MigrationContext.configure(connection))
    for upgrade in _UPGRADES[version - 1 :]:
        upgrade(operations)


def _keep_translations(operations: Operations) -> None:
    """Format 2: cards in Chinese. The notes are read again because their translations are unknown."""
    for column in (Column("front_zh", Text), Column("back_zh", Text), Column("line_zh", Integer)):
        operations.add_column("items", column)
    for name in ("modified_zh", "size_zh"):
        operations.add_column("notes", Column(name, Integer, nullable=False, server_default="0"))


_UPGRADES: tuple[Callable[[Operations], None], ...] = (_keep_translations,)
