"""A way to fill a deck from note texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from studyapp.deck.deck import Deck
from studyapp.deck.sync import SyncReport
from studyapp.study.notes import NotesFolder, sync_notes

Fill = Callable[..., SyncReport]


def question(slug: str, text: str = "Why?") -> str:
    return f"Q: {text} ({slug})\n\nA: Because of {slug}.\n\n^{slug}\n\n"


def note(topic: str, *cards: str, extra: str = "") -> str:
    return f"---\nid: {topic}\ntitle: {topic.title()}\narea: tests\n{extra}---\n\n" + "".join(cards)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    return folder


@pytest.fixture
def fill(deck: Deck, folder: Path) -> Fill:
    """fill(name=text, …) writes the notes (None deletes one) and synchronises the deck."""
    versions = iter(range(1, 1000))

    def fill(**texts: str | None) -> SyncReport:
        for name, text in texts.items():
            path = folder / f"{name}.md"
            if text is None:
                path.unlink()
            else:
                path.write_text(text + "\n" * next(versions), encoding="utf-8")
        return sync_notes(deck, [NotesFolder(folder)])

    return fill
