"""Study days: they end in the night, not at midnight, and survive the days on which clocks change."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from studyapp.schedule.day import calendar_date, study_day
from studyapp.schedule.exercise import rating_of_pass
from studyapp.schedule.memory import Rating


def test_a_late_evening_belongs_to_the_day_before():
    assert calendar_date(study_day(datetime(2026, 3, 2, 1, 30), 4)) == date(2026, 3, 1)
    assert calendar_date(study_day(datetime(2026, 3, 2, 4, 0), 4)) == date(2026, 3, 2)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(0, 23))
def test_a_day_lasts_until_the_rollover_hour(local: datetime, hour: int):
    day = calendar_date(study_day(local, hour))
    start = datetime(day.year, day.month, day.day, hour)
    assert start <= local < start + timedelta(days=1)


def test_clock_changes_neither_skip_nor_repeat_a_day():
    berlin = ZoneInfo("Europe/Berlin")
    days = [study_day(datetime(2026, 3, 28, 12, tzinfo=berlin) + timedelta(days=n), 4) for n in range(3)]
    assert days == [days[0], days[0] + 1, days[0] + 2]


def test_the_rating_of_an_exercise_depends_on_time_and_help():
    assert rating_of_pass(10, 30, hints=0) is Rating.EASY
    assert rating_of_pass(20, 30, hints=0) is Rating.GOOD
    assert rating_of_pass(31, 30, hints=0) is Rating.HARD
    assert rating_of_pass(5, 30, hints=1) is Rating.HARD
    assert rating_of_pass(None, 30, hints=0) is Rating.GOOD
