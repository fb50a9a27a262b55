"""The cached state of every card is what a replay of the whole log gives."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from studyapp.deck import log, rows
from studyapp.deck.deck import Deck
from studyapp.deck.replay import NEW, replay
from studyapp.deck.schema import events, items
from studyapp.schedule.memory import Rating
from studyapp.study.notes import NotesFolder, sync_notes
from tests.conftest import FakeClock
from tests.deck.conftest import note, question

SLUGS = ("a", "b", "c")


class History(RuleBasedStateMachine):
    """A learner who does anything in any order, with a clock that also jumps back."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        root = Path(self.folder.name)
        self.notes = root / "notes"
        self.notes.mkdir()
        self.clock = FakeClock()
        self.deck = Deck(root / "deck.sqlite3", self.clock)
        self.version = 0
        self.write(SLUGS)

    @rule(rating=st.sampled_from(list(Rating)), slug=st.sampled_from(SLUGS))
    def answer(self, rating: Rating, slug: str) -> None:
        self.deck.answer(f"t/{slug}", rating, seconds=3)

    @rule()
    def undo(self) -> None:
        self.deck.undo()

    @rule(slug=st.sampled_from(SLUGS))
    def suspend(self, slug: str) -> None:
        self.deck.suspend(f"t/{slug}")

    @rule(slug=st.sampled_from(SLUGS))
    def bury(self, slug: str) -> None:
        self.deck.bury(f"t/{slug}")

    @rule(retention=st.sampled_from([0.8, 0.9, 0.95]))
    def set_retention(self, retention: float) -> None:
        self.deck.change_setting("desired_retention", retention)

    @rule(steps=st.sampled_from([[], [1.0], [1.0, 10.0]]))
    def set_steps(self, steps: list[float]) -> None:
        self.deck.change_setting("learning_steps", steps)

    @rule(days=st.sampled_from([-1.5, 0.1, 1, 3, 40]))
    def wait(self, days: float) -> None:
        self.clock.forward(days=days)

    @rule(slugs=st.lists(st.sampled_from(SLUGS), unique=True))
    def write(self, slugs: list[str] | tuple[str, ...]) -> None:
        self.version += 1
        text = note("t", *(question(slug) for slug in slugs)) + "\n" * self.version
        (self.notes / "t.md").write_text(text, encoding="utf-8")
        sync_notes(self.deck, [NotesFolder(self.notes)])

    @precondition(lambda self: hasattr(self, "deck"))
    @rule()
    def restart(self) -> None:
        self.deck.close()
        self.deck = Deck(self.deck.path, self.clock)

    @invariant()
    def the_cache_is_what_a_replay_gives(self) -> None:
        if not hasattr(self, "deck"):
            return
        with self.deck.reading() as connection:
            history = list(log.read(connection))
            undone = log.undone_units(connection, [event.unit for event in history])
            states = replay(history, undone)
            for row in connection.execute(items.select()):
                assert rows.state(row) == states.get(row.id, NEW)
            checksums = [row.checksum for row in connection.execute(events.select().order_by(events.c.n))]
            assert {event.checksum() for event in history} == set(checksums)

    def teardown(self) -> None:
        if hasattr(self, "deck"):
            self.deck.close()
            self.folder.cleanup()


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
