"""The deck: what the rest of the app may ask of it and do to it. Every action is one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from studyapp.deck import log, queries, rows
from studyapp.deck.connection import open_engine, translated
from studyapp.deck.log import Draft, Event
from studyapp.deck.queries import Card, Counts
from studyapp.deck.replay import NEW, ItemState, replay, scheduler, step
from studyapp.deck.schema import events, items
from studyapp.schedule.day import Clock, Moment
from studyapp.schedule.memory import Memory, Phase, Rating
from studyapp.schedule.settings import Settings

_UNDOABLE = ("review", "suspend", "bury")


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo took back: the kind of action and the card it concerned."""

    kind: str
    card: Card
    rating: Rating | None


class Deck:
    """One learner's deck in one SQLite file.

    Safe to use from several threads and several processes. Every method that changes something returns after
    its transaction is on the disk. All raise DeckError when the file can't be used.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._engine = open_engine(path)
        with translated(path), self._writer().begin() as connection:
            self._device = rows.device(connection)
            self._settings = rows.settings(connection)

    def close(self) -> None:
        """Lets go of the file."""
        self._engine.dispose()

    # Asking

    @property
    def settings(self) -> Settings:
        """The schedule's settings in force."""
        return self._settings

    def now(self) -> Moment:
        """The present moment, with the study day by this deck's rollover hour."""
        return self._clock(self._settings.rollover_hour)

    def counts(self) -> Counts:
        """Cards left for today."""
        with self.reading() as connection:
            limit = self._settings.new_per_day
            return queries.counts(rows.fetch_from(connection), today=self.now().day, new_per_day=limit)

    def queue(self, limit: int) -> list[Card]:
        """The next cards in the order in which they are shown."""
        now = self.now()
        with self.reading() as connection:
            fetch = rows.fetch_from(connection)
            return queries.queue(
                fetch, today=now.day, now=now.at, new_per_day=self._settings.new_per_day, limit=limit
            )

    def streak(self) -> int:
        """Study days in a row."""
        with self.reading() as connection:
            return queries.streak(rows.fetch_from(connection), today=self.now().day)

    def next_learning_at(self) -> int | None:
        """UTC milliseconds at which the next card in (re)learning comes up; None when there is none."""
        with self.reading() as connection:
            query = select(items.c.due_at).where(
                items.c.phase.in_([Phase.LEARNING, Phase.RELEARNING]),
                items.c.kind != "exercise",
                ~items.c.retired,
                ~items.c.suspended,
            )
            return connection.execute(query.order_by(items.c.due_at).limit(1)).scalar()

    def card(self, id_: str) -> Card:
        """A card by its id."""
        with self.reading() as connection:
            return rows.card(rows.find(connection, id_))

    def memory(self, id_: str) -> Memory:
        """The memory state of a card or exercise."""
        with self.reading() as connection:
            return rows.state(rows.find(connection, id_)).memory

    def is_hidden(self, id_: str) -> bool:
        """Whether a card is out of today's queue by suspension, burying or retirement."""
        with self.reading() as connection:
            state = rows.state(rows.find(connection, id_))
        return state.retired or state.suspended or state.buried_day == self.now().day

    def outcomes(self, id_: str) -> dict[Rating, Memory]:
        """What each rating of a card would lead to if given now."""
        return scheduler(self._settings).outcomes(id_, self.memory(id_), self.now())

    # Acting

    def answer(self, id_: str, rating: Rating, *, seconds: float) -> Memory:
        """Records a graded recall and returns the card's new memory state.

        seconds: from the question to the grade.
        """
        payload = {"rating": int(rating), "seconds": round(seconds, 1)}
        return self.act(Draft("review", id_, payload))[id_].memory

    def suspend(self, id_: str) -> None:
        """Takes a card out of the queue until it is resumed."""
        self.act(Draft("suspend", id_))

    def bury(self, id_: str) -> None:
        """Hides a card and its siblings until the next study day."""
        with self.reading() as connection:
            family = items.c.siblings == rows.find(connection, id_).siblings
            ids = connection.execute(select(items.c.id).where(family).order_by(items.c.id)).scalars().all()
        self.act(*(Draft("bury", id_) for id_ in ids))

    def undo(self) -> Undone | None:
        """Takes back the last review, suspension or burying; None when there is nothing left to take back."""
        with self.writing() as connection:
            found = _last_undoable(connection)
            if found is None:
                return None
            self._append(connection, Draft("undo", target=found.unit))
            for id_ in _touched(connection, found.unit):
                rows.store(connection, id_, self._replayed(connection, id_))
            rating = Rating(found.payload["rating"]) if found.kind == "review" else None
            return Undone(found.kind, rows.card(rows.find(connection, found.item or "")), rating)

    def change_setting(self, name: str, value: object) -> None:
        """Changes a setting from now on.

        Raises:
            ValueError: there is no such setting, or the value doesn't fit it.
        """
        settings = self._settings.changed(name, value)
        with self.writing() as connection:
            payload = {"name": name, "value": settings.as_dict()[name]}
            self._append(connection, Draft("setting", payload=payload))
            rows.store_settings(connection, settings)
        self._settings = settings

    def act(self, *drafts: Draft) -> dict[str, ItemState]:
        """Records events as one unit, applies them and returns the new states of what they concern."""
        with self.writing() as connection:
            return self.act_within(connection, drafts)

    def act_within(
        self, connection: Connection, drafts: Sequence[Draft], at: int | None = None
    ) -> dict[str, ItemState]:
        """`act` within a transaction that does more. at: UTC milliseconds when it happened, if not now."""
        states: dict[str, ItemState] = {}
        for event in self._append(connection, *drafts, at=at):
            assert event.item is not None
            before = states.get(event.item) or rows.state(rows.find(connection, event.item))
            states[event.item] = step(before, event, self._settings)
        for id_, state in states.items():
            rows.store(connection, id_, state)
        return states

    def rename_within(self, connection: Connection, old: str, new: str) -> None:
        """Gives the history of the card `old` to the card `new`, within a transaction that does more."""
        self._append(connection, Draft("rename", new, {"from": old}))
        state = rows.state(rows.find(connection, old))
        rows.store(connection, new, replace(state, retired=False))

    def history(self, id_: str) -> list[Event]:
        """All events of a card or exercise, undone ones left out, oldest first."""
        with self.reading() as connection:
            found = list(log.read(connection, events.c.item == id_))
            undone = log.undone_units(connection, (event.unit for event in found))
            return [event for event in found if event.unit not in undone]

    # Transactions

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view of the deck."""
        with translated(self.path), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the deck's write lock."""
        with translated(self.path), self._writer().begin() as connection:
            # Another window may have changed them since.
            self._settings = rows.settings(connection)
            yield connection

    def _writer(self) -> Engine:
        return self._engine.execution_options(writes=True)

    def _append(self, connection: Connection, *drafts: Draft, at: int | None = None) -> list[Event]:
        moment = self._clock(self._settings.rollover_hour, at)
        return log.append(connection, self._device, moment, drafts)

    def _replayed(self, connection: Connection, id_: str) -> ItemState:
        concerned = (events.c.kind == "setting") | events.c.item.in_(_names(connection, id_))
        history = list(log.read(connection, concerned))
        undone = log.undone_units(connection, (event.unit for event in history))
        return replay(history, undone).get(id_, NEW)


def _names(connection: Connection, id_: str) -> list[str]:
    """The id and those that the item had before it was renamed."""
    names = [id_]
    for name in names:
        renamed = log.read(connection, events.c.item == name, events.c.kind == "rename")
        names += [event.payload["from"] for event in renamed if event.payload["from"] not in names]
    return names


def _touched(connection: Connection, unit: bytes) -> list[str]:
    """What the events of a unit concern, under the present names too."""
    touched = list(connection.execute(select(events.c.item).where(events.c.unit == unit)).scalars())
    for renamed in log.read(connection, events.c.kind == "rename"):
        if renamed.payload["from"] in touched and renamed.item not in touched:
            touched.append(renamed.item)
    return touched


def _last_undoable(connection: Connection) -> Event | None:
    """The last action of a person that has not been taken back."""
    undos = events.alias()
    taken_back = select(undos.c.n).where(undos.c.target == events.c.unit).exists()
    query = select(events.c.n).where(events.c.kind.in_(_UNDOABLE), ~taken_back)
    last = connection.execute(query.order_by(events.c.n.desc()).limit(1)).scalar()
    return None if last is None else next(log.read(connection, events.c.n == last))
