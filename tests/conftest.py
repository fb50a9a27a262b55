"""Fixtures for all tests: a clock that is told the time, a deck in a temporary folder."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from studyapp.deck.deck import Deck
from studyapp.schedule.day import Moment

# The same examples in each run, so that a failure is one of this code; `make fuzz` searches for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=1000, deadline=None)
settings.load_profile("same")

DAY_MS = 24 * 60 * 60 * 1000


class FakeClock:
    """Stands still until it is moved. Study days are whole UTC days that begin at the rollover hour."""

    def __init__(self, day: int = 20_000, hour: float = 9.0) -> None:
        self.at = day * DAY_MS + int(hour * 3_600_000)

    def __call__(self, rollover_hour: int, at: int | None = None) -> Moment:
        at = self.at if at is None else at
        return Moment(at, (at - rollover_hour * 3_600_000) // DAY_MS)

    def forward(self, *, days: float = 0, minutes: float = 0) -> None:
        self.at += int(days * DAY_MS + minutes * 60_000)


@pytest.fixture(scope="session", autouse=True)
def runtime() -> Iterator[Path]:
    """A place for the daemons of these tests, which end when it is gone; short, for it holds sockets."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="g") as folder:
        patch.setenv("GRADER_RUNTIME", folder)
        patch.setenv("GRADER_IDLE_SECONDS", "60")
        yield Path(folder)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def deck(tmp_path: Path, clock: FakeClock) -> Iterator[Deck]:
    deck = Deck(tmp_path / "deck.sqlite3", clock)
    yield deck
    deck.close()
