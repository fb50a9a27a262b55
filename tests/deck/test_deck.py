"""The deck as the app uses it: the day's queue, grades, undo, suspending, burying."""

from __future__ import annotations

import sqlite3

import pytest

from studyapp.deck.deck import Deck
from studyapp.deck.errors import DeckError
from studyapp.schedule.memory import Phase, Rating
from tests.conftest import FakeClock
from tests.deck.conftest import Fill, note, question

CLOZE = "C: {{c1::One}} and {{c2::two}} and {{c3::three}}.\n\n^count\n\n"


def ids(deck: Deck, limit: int = 50) -> list[str]:
    return [card.id for card in deck.queue(limit)]


def test_new_cards_come_in_the_order_of_the_notes_after_their_prerequisites(deck: Deck, fill: Fill):
    fill(
        a_advanced=note("advanced", question("x"), question("y"), extra="requires: [basics]\n"),
        basics=note("basics", question("b"), question("a")),
    )
    assert ids(deck) == ["basics/b", "basics/a", "advanced/x", "advanced/y"]


def test_the_daily_limit_of_new_cards_counts_those_already_introduced(
    deck: Deck, fill: Fill, clock: FakeClock
):
    fill(t=note("t", *(question(f"q{n}") for n in range(9))))
    deck.change_setting("new_per_day", 3)
    assert deck.counts().new == 3
    deck.answer("t/q0", Rating.EASY, seconds=4)
    assert deck.counts().new == 2
    assert len(ids(deck)) == 2
    clock.forward(days=1)
    assert deck.counts().new == 3


def test_a_learning_card_returns_after_its_minutes_before_anything_else(
    deck: Deck, fill: Fill, clock: FakeClock
):
    fill(t=note("t", question("a"), question("b")))
    deck.answer("t/a", Rating.AGAIN, seconds=4)
    assert ids(deck) == ["t/b", "t/a"]
    clock.forward(minutes=2)
    assert ids(deck) == ["t/a", "t/b"]


def test_a_learning_card_is_not_shown_hours_early(deck: Deck, fill: Fill):
    fill(t=note("t", question("a")))
    deck.change_setting("learning_steps", [60, 120])
    deck.answer("t/a", Rating.AGAIN, seconds=4)
    assert ids(deck) == []
    assert deck.next_learning_at() == deck.now().at + 60 * 60_000


def test_siblings_wait_for_another_day(deck: Deck, fill: Fill, clock: FakeClock):
    fill(t=note("t", CLOZE, question("z")))
    assert ids(deck) == ["t/count#c1", "t/z"]
    deck.answer("t/count#c1", Rating.EASY, seconds=4)
    assert ids(deck) == ["t/z"]
    clock.forward(days=1)
    assert ids(deck) == ["t/count#c2", "t/z"]


def test_of_two_siblings_due_on_one_day_one_is_shown(deck: Deck, fill: Fill, clock: FakeClock):
    fill(t=note("t", CLOZE))
    for number in (1, 2):
        deck.answer(f"t/count#c{number}", Rating.GOOD, seconds=4)
        deck.answer(f"t/count#c{number}", Rating.GOOD, seconds=4)
    clock.forward(days=30)
    assert len(ids(deck)) == 1
    assert deck.counts().total == 1
    deck.answer(ids(deck)[0], Rating.GOOD, seconds=4)
    assert ids(deck) == []


def test_reviews_come_by_due_day(deck: Deck, fill: Fill, clock: FakeClock):
    fill(t=note("t", question("early"), question("late")))
    deck.answer("t/late", Rating.EASY, seconds=4)
    clock.forward(days=-0.0)
    deck.answer("t/early", Rating.GOOD, seconds=4)
    deck.answer("t/early", Rating.GOOD, seconds=4)
    clock.forward(days=60)
    assert ids(deck) == ["t/early", "t/late"]
    assert deck.counts().review == 2


def test_undo_takes_back_grades_one_by_one_across_restarts(deck: Deck, fill: Fill, clock: FakeClock):
    fill(t=note("t", question("a"), question("b")))
    before = deck.memory("t/a")
    first = deck.answer("t/a", Rating.GOOD, seconds=4)
    deck.answer("t/a", Rating.AGAIN, seconds=4)
    deck.answer("t/b", Rating.EASY, seconds=4)
    again = Deck(deck.path, clock)
    undone = [again.undo() for _ in range(4)]
    again.close()
    assert [u and (u.card.id, u.rating) for u in undone] == [
        ("t/b", Rating.EASY),
        ("t/a", Rating.AGAIN),
        ("t/a", Rating.GOOD),
        None,
    ]
    assert deck.memory("t/a") == before
    deck.answer("t/a", Rating.GOOD, seconds=4)
    assert deck.memory("t/a") == first


def test_undo_gives_back_the_daily_limit(deck: Deck, fill: Fill):
    fill(t=note("t", question("a"), question("b")))
    deck.change_setting("new_per_day", 1)
    deck.answer("t/a", Rating.EASY, seconds=4)
    assert deck.counts().new == 0
    deck.undo()
    assert deck.counts().new == 1


def test_suspended_cards_stay_away_until_undone(deck: Deck, fill: Fill, clock: FakeClock):
    fill(t=note("t", question("a"), question("b")))
    deck.suspend("t/a")
    clock.forward(days=400)
    assert ids(deck) == ["t/b"]
    undone = deck.undo()
    assert undone is not None
    assert undone.kind == "suspend"
    assert ids(deck) == ["t/a", "t/b"]


def test_buried_cards_return_with_their_siblings_the_next_day(deck: Deck, fill: Fill, clock: FakeClock):
    fill(t=note("t", CLOZE, question("b")))
    deck.bury("t/count#c1")
    assert ids(deck) == ["t/b"]
    deck.undo()
    assert ids(deck) == ["t/count#c1", "t/b"]
    deck.bury("t/count#c1")
    clock.forward(days=1)
    assert ids(deck) == ["t/count#c1", "t/b"]


def test_streak_counts_days_in_a_row(deck: Deck, fill: Fill, clock: FakeClock):
    fill(t=note("t", question("a")))
    assert deck.streak() == 0
    for _ in range(3):
        deck.answer("t/a", Rating.GOOD, seconds=4)
        clock.forward(days=1)
    assert deck.streak() == 3  # nothing yet today: yesterday's streak still stands
    clock.forward(days=1)
    assert deck.streak() == 0


def test_two_windows_on_one_deck_lose_no_grade(deck: Deck, fill: Fill, clock: FakeClock):
    fill(t=note("t", question("a")))
    other = Deck(deck.path, clock)
    deck.answer("t/a", Rating.GOOD, seconds=4)
    other.answer("t/a", Rating.GOOD, seconds=4)
    other.change_setting("new_per_day", 7)
    assert deck.memory("t/a").reps == 2
    assert deck.memory("t/a").phase is Phase.REVIEW
    deck.answer("t/a", Rating.GOOD, seconds=4)
    assert deck.settings.new_per_day == 7
    other.close()


def test_settings_survive_a_restart(deck: Deck, clock: FakeClock):
    deck.change_setting("desired_retention", 0.93)
    deck.change_setting("learning_steps", [5])
    again = Deck(deck.path, clock)
    assert again.settings == deck.settings
    assert again.settings.learning_steps == (5.0,)
    again.close()


def test_the_log_refuses_to_be_rewritten(deck: Deck, fill: Fill):
    fill(t=note("t", question("a")))
    deck.answer("t/a", Rating.GOOD, seconds=4)
    with sqlite3.connect(deck.path) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            connection.execute("UPDATE events SET day = 1")
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            connection.execute("DELETE FROM events")
    connection.close()


def test_an_unknown_card_is_refused_in_plain_words(deck: Deck):
    with pytest.raises(DeckError, match="holds no card") as caught:
        deck.answer("no/card", Rating.GOOD, seconds=1)
    assert "Nothing was changed" in caught.value.data
