"""A deck that an older version wrote is opened, and nothing in it is lost.

`decks/v1.sql` was written by the program of that format: seven cards (one retired, one suspended, one renamed
with its history), an exercise that was begun, and reviews on two days, the last of them on study day 20,003.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from studyapp.deck import log
from studyapp.deck.attempts import exercise_states
from studyapp.deck.deck import Deck
from studyapp.deck.errors import DeckError
from studyapp.deck.peek import glance
from studyapp.deck.replay import replay
from studyapp.schedule.memory import Memory, Phase, Rating
from studyapp.study.notes import NotesFolder, sync_notes
from tests.conftest import FakeClock
from tests.deck.conftest import note, question

DECKS = Path(__file__).with_name("decks")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(day=20_003, hour=9.5)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A deck of format 1."""
    path = tmp_path / "old.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((DECKS / "v1.sql").read_text(encoding="utf-8"))
    return path


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def columns(path: Path) -> dict[str, set[tuple[str, str, int, object]]]:
    """Table → (name, type, NOT NULL, default) of its columns."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: {row[1:5] for row in connection.execute(f"PRAGMA table_info({table})")}
            for table in ("events", "items", "notes", "meta")
        }


def test_an_old_deck_becomes_what_a_new_one_is(old: Path, deck: Deck, clock: FakeClock):
    Deck(old, clock).close()
    assert version(old) == version(deck.path) == 2
    assert columns(old) == columns(deck.path)


def test_no_history_is_lost(old: Path, clock: FakeClock):
    deck = Deck(old, clock)
    assert deck.settings.new_per_day == 7
    assert deck.memory("t/b") == Memory(
        Phase.REVIEW,
        stability=8.2956,
        difficulty=1.0,
        due_day=20_007,
        first_day=20_000,
        last_day=20_000,
        reps=1,
    )
    renamed = deck.memory("t/a")
    assert (renamed.phase, renamed.reps, renamed.lapses) == (Phase.RELEARNING, 3, 1)
    assert [deck.is_hidden(id_) for id_ in ("t/a", "t/b", "t/c", "t/gone")] == [False, False, True, True]
    assert [card.id for card in deck.queue(9)] == ["t/pair#c1", "t/a"]
    assert [state.started_at is not None for state in exercise_states(deck)] == [True]
    with deck.reading() as connection:
        history = list(log.read(connection))
        states = replay(history, log.undone_units(connection, [event.unit for event in history]))
    for id_ in ("t/a", "t/b", "t/pair#c1"):
        assert states[id_].memory == deck.memory(id_)
    deck.close()


def test_a_migrated_deck_goes_on(
    old: Path, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "notes").mkdir()
    monkeypatch.chdir(tmp_path)
    english = note(
        "t", question("a"), question("b"), question("c"), "C: {{c1::a}} and {{c2::b}}.\n\n^pair\n\n"
    )
    Path("notes/t.md").write_text(english, encoding="utf-8")
    Path("notes/t.zh.md").write_text(note("t", "Q: 为什么？\n\nA: 因为。\n\n^a\n"), encoding="utf-8")
    deck = Deck(old, clock)
    sync_notes(deck, [NotesFolder(Path("notes"))])
    before = deck.memory("t/a")
    assert deck.card("t/a").wording("zh").front == "为什么？"
    assert deck.card("t/b").wording("zh").front == "Why? (b)"
    deck.answer("t/a", Rating.GOOD, seconds=1)
    assert deck.undo() is not None
    assert deck.memory("t/a") == before
    deck.close()


def test_an_old_deck_is_counted_before_it_is_opened(old: Path, clock: FakeClock):
    before = old.read_bytes()
    found = glance(old, clock)
    assert found is not None
    assert found.counts.learning == 2
    assert found.first is None
    assert old.read_bytes() == before
    Deck(old, clock).close()
    found = glance(old, clock)
    assert found is not None
    assert found.first is not None
    assert found.first.id == "t/pair#c1"


def test_a_migration_that_fails_changes_nothing(old: Path, clock: FakeClock):
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("ALTER TABLE notes ADD COLUMN size_zh INTEGER")  # in the way of its last step
        connection.commit()
    before = columns(old)
    with pytest.raises(DeckError, match="Nothing was changed"):
        Deck(old, clock)
    assert columns(old) == before
    assert version(old) == 1
