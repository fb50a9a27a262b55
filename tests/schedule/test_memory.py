"""FSRS on study days: the library's numbers, fuzz that a replay reproduces, intervals in a sensible order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import fsrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyapp.schedule.day import Moment
from studyapp.schedule.memory import Memory, Phase, Rating, Scheduler, credited
from studyapp.schedule.settings import Settings

DAY_MS = 86_400_000
ratings = st.sampled_from(list(Rating))
histories = st.lists(st.tuples(ratings, st.integers(0, 200)), min_size=1, max_size=25)


def moment(day: int) -> Moment:
    return Moment(day * DAY_MS + 9 * 3_600_000, day)


@given(histories)
def test_stability_and_difficulty_are_those_of_the_reference_implementation(
    history: list[tuple[Rating, int]],
):
    scheduler = Scheduler(Settings())
    reference = fsrs.Scheduler(enable_fuzzing=False, maximum_interval=3650)
    memory, card, day = Memory(), fsrs.Card(card_id=1), 20_000
    for rating, gap in history:
        day += gap
        memory = scheduler.review("topic/card", memory, rating, moment(day))
        midnight = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)
        card, _ = reference.review_card(card, fsrs.Rating(int(rating)), midnight)
        assert memory.stability == card.stability
        assert memory.difficulty == card.difficulty
        assert int(memory.phase) == int(card.state)


@given(histories, st.text(min_size=1))
def test_the_same_history_gives_the_same_due_day(history: list[tuple[Rating, int]], item: str):
    def run() -> list[Memory]:
        scheduler, memory, day, states = Scheduler(Settings()), Memory(), 20_000, []
        for rating, gap in history:
            day += gap
            memory = scheduler.review(item, memory, rating, moment(day))
            states.append(memory)
        return states

    assert run() == run()


@given(histories)
def test_a_better_grade_never_brings_a_review_back_sooner(history: list[tuple[Rating, int]]):
    scheduler, memory, day = Scheduler(Settings()), Memory(), 20_000
    for rating, gap in history:
        day += gap
        outcomes = scheduler.outcomes("topic/card", memory, moment(day))
        graduated = [m.interval for m in outcomes.values() if m.phase is Phase.REVIEW]
        assert graduated == sorted(graduated)
        memory = outcomes[rating]


def test_fuzz_spreads_cards_that_were_learned_together():
    scheduler = Scheduler(Settings())
    day = 20_000
    due = set()
    for number in range(60):
        memory = Memory()
        for gap in (0, 0, 3, 10):
            memory = scheduler.review(f"topic/card-{number}", memory, Rating.GOOD, moment(day + gap))
        due.add(memory.interval)
    assert len(due) >= 4


def test_an_evening_and_the_next_morning_are_a_day_apart():
    """24-hour days would see no day between 23:00 and 08:00, and count the review as a repetition."""
    scheduler = Scheduler(Settings())
    evening, morning = Moment(20_000 * DAY_MS + 23 * 3_600_000, 20_000), Moment(20_001 * DAY_MS, 20_001)
    learned = scheduler.review("t/c", Memory(), Rating.EASY, evening)
    assert scheduler.retrievability(learned, morning.day) < 1.0
    next_day = scheduler.review("t/c", learned, Rating.GOOD, morning)
    same_day = scheduler.review("t/c", learned, Rating.GOOD, evening)
    assert next_day.stability != same_day.stability


def test_learning_steps_are_minutes_on_the_same_day():
    scheduler = Scheduler(Settings(learning_steps=(1.0, 10.0)))
    now = moment(20_000)
    first = scheduler.review("t/c", Memory(), Rating.GOOD, now)
    assert (first.phase, first.due_day, first.due_at) == (Phase.LEARNING, 20_000, now.at + 10 * 60_000)
    second = scheduler.review("t/c", first, Rating.GOOD, now)
    assert second.phase is Phase.REVIEW
    assert second.due_at is None
    assert second.interval >= 1


def test_exercises_skip_the_steps():
    failed = Scheduler(Settings(), steps=False).review("e", Memory(), Rating.AGAIN, moment(20_000))
    assert (failed.phase, failed.interval) == (Phase.REVIEW, 1)


def test_a_higher_desired_retention_brings_cards_back_sooner():
    def interval(retention: float) -> int:
        scheduler = Scheduler(Settings(desired_retention=retention))
        memory = scheduler.review("t/c", Memory(), Rating.EASY, moment(20_000))
        return scheduler.review("t/c", memory, Rating.GOOD, moment(20_030)).interval

    assert interval(0.95) < interval(0.9) < interval(0.8)


def test_intervals_stay_under_the_maximum_with_fuzz():
    scheduler = Scheduler(Settings(maximum_interval=30))
    for number in range(50):
        memory, day = Memory(), 20_000
        for _ in range(6):
            memory = scheduler.review(f"t/{number}", memory, Rating.EASY, moment(day))
            assert memory.interval <= 30
            day += 30


def test_credit_moves_the_due_day_by_a_quarter_and_nothing_else():
    memory = Memory(Phase.REVIEW, None, 40.0, 5.0, due_day=20_040, last_day=20_000, reps=4)
    after = credited(memory)
    assert after.due_day == 20_050
    assert (after.stability, after.difficulty, after.reps) == (40.0, 5.0, 4)
    assert credited(Memory()) == Memory()


def test_a_clock_that_was_set_back_does_not_break_the_schedule():
    scheduler = Scheduler(Settings())
    learned = scheduler.review("t/c", Memory(), Rating.EASY, moment(20_010))
    again = scheduler.review("t/c", learned, Rating.GOOD, moment(20_000))
    assert again.due_day is not None
    assert again.due_day >= 20_001
    assert again.stability is not None
    assert again.stability > 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("desired_retention", 0.5),
        ("desired_retention", True),
        ("learning_steps", "1 10"),
        ("learning_steps", [0]),
        ("new_per_day", -1),
        ("new_per_day", 2.5),
        ("rollover_hour", 24),
        ("weights", [1.0]),
        ("no_such_setting", 1),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(name: str, value: object):
    with pytest.raises(ValueError, match=r"\w+"):
        Settings().changed(name, value)
