"""The deck file itself: what is not a deck is left alone, backups are sound, a kill loses nothing."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from studyapp.deck.backup import back_up
from studyapp.deck.deck import Deck
from studyapp.deck.errors import DeckError
from studyapp.schedule.memory import Rating
from tests.conftest import FakeClock
from tests.deck.conftest import Fill, note, question

TODAY = date(2026, 3, 1)


def refused(path: Path) -> DeckError:
    before = path.read_bytes()
    with pytest.raises(DeckError) as caught:
        Deck(path, FakeClock())
    assert path.read_bytes() == before
    return caught.value


def test_a_text_file_is_not_opened_as_a_deck(tmp_path: Path):
    path = tmp_path / "diary.txt"
    path.write_text("Dear diary, today I learned about deques. " * 50)
    assert "damaged" in refused(path).what


def test_another_programs_database_is_left_alone(tmp_path: Path):
    path = tmp_path / "other.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    assert "not a deck" in refused(path).what


def test_a_deck_of_a_newer_version_is_left_alone(deck: Deck):
    deck.close()
    with sqlite3.connect(deck.path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    error = refused(deck.path)
    assert "newer version" in error.what
    assert "safe" in error.data


def test_a_folder_that_cannot_be_made_is_explained(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DeckError, match="can't be opened"):
        Deck(tmp_path / "file" / "deck.sqlite3", FakeClock())


def test_a_truncated_deck_points_to_the_backups(deck: Deck, fill: Fill):
    fill(t=note("t", *(question(f"q{n}") for n in range(80))))
    deck.close()
    data = deck.path.read_bytes()
    deck.path.write_bytes(data[:6000])
    for leftover in deck.path.parent.glob("deck.sqlite3-*"):
        leftover.unlink()
    with pytest.raises(DeckError) as caught:
        Deck(deck.path, FakeClock()).queue(5)
    assert "backups" in caught.value.remedy


def test_the_daily_backup_is_a_deck_with_every_review(deck: Deck, fill: Fill, clock: FakeClock):
    fill(t=note("t", question("a")))
    memory = deck.answer("t/a", Rating.GOOD, seconds=4)
    copy = back_up(deck.path, TODAY)
    assert copy is not None
    assert back_up(deck.path, TODAY) is None
    restored = Deck(copy, clock)
    assert restored.memory("t/a") == memory
    restored.close()


def test_old_backups_go_and_other_files_stay(deck: Deck):
    folder = deck.path.parent / "backups"
    folder.mkdir()
    (folder / "mine.txt").write_text("keep")
    for day in range(1, 32):
        (folder / f"deck-2025-01-{day:02}.sqlite3").write_bytes(b"old")
    back_up(deck.path, TODAY)
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 31
    assert "deck-2026-03-01.sqlite3" in names
    assert "deck-2025-01-01.sqlite3" not in names
    assert "mine.txt" in names


def test_a_backup_that_fails_says_that_the_deck_is_unharmed(deck: Deck):
    (deck.path.parent / "backups").write_text("a file in the way")
    with pytest.raises(DeckError, match="could not be made") as caught:
        back_up(deck.path, TODAY)
    assert "unharmed" in caught.value.data


_GRADER = """
import sys
from pathlib import Path
from studyapp.clock import system_clock
from studyapp.deck.deck import Deck
from studyapp.schedule.memory import Rating
deck = Deck(Path(sys.argv[1]), system_clock)
while True:
    for card in ("t/a", "t/b", "t/c"):
        deck.answer(card, Rating.GOOD, seconds=1)
        print("graded", flush=True)
"""


@pytest.mark.parametrize("reviews", [1, 7, 23, 60])
def test_every_acknowledged_grade_survives_a_kill(deck: Deck, fill: Fill, reviews: int):
    fill(t=note("t", question("a"), question("b"), question("c")))
    deck.close()
    process = subprocess.Popen(
        [sys.executable, "-c", _GRADER, str(deck.path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for _ in range(reviews):
        assert process.stdout.readline() == "graded\n"
    os.kill(process.pid, signal.SIGKILL)
    acknowledged = reviews + len(process.stdout.read().splitlines())
    process.stdout.close()
    process.wait()
    again = Deck(deck.path, FakeClock())
    reps = sum(again.memory(f"t/{slug}").reps for slug in "abc")
    again.close()
    assert acknowledged <= reps <= acknowledged + 1
