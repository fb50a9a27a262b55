"""Moments and study days: UTC milliseconds for ordering, whole local days for scheduling."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

_EPOCH = date(1970, 1, 1).toordinal()


class Moment(NamedTuple):
    """A point in time as the schedule sees it.

    at: UTC milliseconds since 1970. day: the study day, in days since 1970-01-01 of the learner's calendar.
    """

    at: int
    day: int


class Clock(Protocol):
    """Tells the time; an argument everywhere, so that tests can say what day it is."""

    def __call__(self, rollover_hour: int, at: int | None = None) -> Moment:
        """The present moment, or that of `at` in UTC milliseconds, with its study day."""


def study_day(local: datetime, rollover_hour: int) -> int:
    """The study day of a local wall-clock time: a day lasts until `rollover_hour` of the next morning."""
    return (local.replace(tzinfo=None) - timedelta(hours=rollover_hour)).date().toordinal() - _EPOCH


def calendar_date(day: int) -> date:
    """The calendar date on which a study day begins."""
    return date.fromordinal(day + _EPOCH)
