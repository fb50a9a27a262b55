"""The real program in a real terminal, through a study session that ends in every possible way."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from studyapp.deck.deck import Deck
from tests.conftest import FakeClock
from tests.terminal import Terminal

STUDYAPP = str(Path(sys.executable).with_name("studyapp"))


@pytest.fixture
def open_app(tmp_path: Path) -> Callable[[], Terminal]:
    environment = os.environ | {
        "STUDYAPP_DECK": str(tmp_path / "deck.sqlite3"),
        "STUDYAPP_WORKSPACE": str(tmp_path / "work"),
        "STUDYAPP_CONFIG": str(tmp_path / "config.toml"),
    }
    return lambda: Terminal([STUDYAPP], environment)


def reviews(tmp_path: Path) -> int:
    deck = Deck(tmp_path / "deck.sqlite3", FakeClock())
    with deck.reading() as connection:
        (count,) = connection.exec_driver_sql("SELECT count(*) FROM events WHERE kind = 'review'").one()
    deck.close()
    return int(count)


@pytest.mark.parametrize("end", ["kill", "close_window", "quit"])
def test_a_grade_is_kept_however_the_session_ends(open_app: Callable[[], Terminal], tmp_path: Path, end: str):
    app = open_app()
    app.wait_for("opens it")
    app.press(" ")
    app.wait_for("shows the answer")
    app.press(" ")
    app.wait_for("Again")
    app.press("3")
    app.wait_for("shows the answer")
    if end == "quit":
        app.press("q")
        app.wait_for("opens it")
        app.press("q")
        assert app.wait() == 0
    else:
        getattr(app, end)()
    assert reviews(tmp_path) == 1
    again = open_app()
    again.wait_for("1  due")
    again.kill()
