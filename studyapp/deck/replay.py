"""From events to the state of each card and exercise. The columns of `items` are a cache of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from studyapp.deck.log import Event
from studyapp.schedule.memory import Memory, Rating, Scheduler, credited
from studyapp.schedule.settings import Settings


@dataclass(frozen=True, slots=True)
class ItemState:
    """Everything about a card or exercise that its history decides."""

    memory: Memory = field(default_factory=Memory)
    retired: bool = False
    suspended: bool = False
    buried_day: int | None = None


NEW = ItemState()


@lru_cache(maxsize=64)
def scheduler(settings: Settings, *, steps: bool = True) -> Scheduler:
    """The scheduler for these settings; kept, because a replay asks for the same one a million times."""
    return Scheduler(settings, steps=steps)


def step(state: ItemState, event: Event, settings: Settings) -> ItemState:
    """The state after one event, under the settings in force."""
    assert event.item is not None
    match event.kind:
        case "review" | "solve":
            schedule = scheduler(settings, steps=event.kind == "review")
            rating = Rating(event.payload["rating"])
            return replace(state, memory=schedule.review(event.item, state.memory, rating, event.moment))
        case "credit":
            return replace(state, memory=credited(state.memory))
        case "suspend":
            return replace(state, suspended=True)
        case "bury":
            return replace(state, buried_day=event.day)
        case "retire":
            return replace(state, retired=True)
        case "restore":
            return replace(state, retired=False)
        case _:  # attempts and starts leave the schedule alone
            return state


def replay(history: Iterable[Event], undone: set[bytes]) -> dict[str, ItemState]:
    """The states that a history leads to. It must hold every setting event that precedes the others.

    history: in replay order. undone: the units that were taken back.
    """
    settings = Settings()
    states: dict[str, ItemState] = {}
    for event in history:
        if event.unit in undone:
            continue
        if event.kind == "setting":
            settings = settings.changed(event.payload["name"], event.payload["value"])
        elif event.kind == "rename":
            states[event.item or ""] = replace(states.get(event.payload["from"], NEW), retired=False)
        elif event.item is not None:
            states[event.item] = step(states.get(event.item, NEW), event, settings)
    return states
