"""A review session: which card is shown, what its grades would do, and taking it back."""

from __future__ import annotations

from collections.abc import Callable

from studyapp.deck.deck import Deck, Undone
from studyapp.deck.errors import DeckError
from studyapp.deck.queries import Card, Counts
from studyapp.schedule.memory import Memory, Phase, Rating

# Longer pauses say nothing about the card: the learner was away.
_LONGEST_SECONDS = 120.0


class ReviewSession:
    """Walks through today's cards. Every grade is in the deck before the next card is chosen.

    deck: where cards come from and grades go. timer: seconds that only ever increase. first: a card to begin
    with, when one is on the screen already.
    """

    def __init__(self, deck: Deck, timer: Callable[[], float], first: Card | None = None) -> None:
        self._deck = deck
        self._timer = timer
        self.reviewed = 0
        self.current: Card | None = None
        self.upcoming: Card | None = None
        self._shown_at = timer()
        self._advance(first)

    def counts(self) -> Counts:
        """Cards left for today."""
        return self._deck.counts()

    def waits(self) -> dict[Rating, str]:
        """How long until the current card returns, for each rating."""
        now = self._deck.now()
        outcomes = self._deck.outcomes(self._card().id)
        return {rating: wait_text(memory, now.at, now.day) for rating, memory in outcomes.items()}

    def answer(self, rating: Rating) -> Memory:
        """Records the grade of the current card and moves on."""
        seconds = min(self._timer() - self._shown_at, _LONGEST_SECONDS)
        memory = self._deck.answer(self._card().id, rating, seconds=seconds)
        self.reviewed += 1
        self._advance()
        return memory

    def suspend(self) -> None:
        """Takes the current card out until it is resumed."""
        self._deck.suspend(self._card().id)
        self._advance()

    def bury(self) -> None:
        """Hides the current card and its siblings until the next study day."""
        self._deck.bury(self._card().id)
        self._advance()

    def undo(self) -> Undone | None:
        """Takes back the last grade, suspension or burying and shows that card again."""
        undone = self._deck.undo()
        if undone is not None:
            self.reviewed -= undone.kind == "review" and self.reviewed > 0
            self._advance(undone.card)
        return undone

    def refresh(self) -> None:
        """Shows the current card as it is in the deck now; moves on if it is gone."""
        if self.current is None:
            return self._advance()
        try:
            card = self._deck.card(self.current.id)
        except DeckError:
            return self._advance()
        return self._advance(None if self._deck.is_hidden(card.id) else card)

    def next_at(self) -> int | None:
        """UTC milliseconds at which the next card in (re)learning comes up."""
        return self._deck.next_learning_at()

    def _card(self) -> Card:
        if self.current is None:
            raise RuntimeError("there is no card to act on")
        return self.current

    def _advance(self, card: Card | None = None) -> None:
        cards = self._deck.queue(2)
        if card is not None:
            cards = [card, *(other for other in cards if other.siblings != card.siblings)]
        self.current = cards[0] if cards else None
        self.upcoming = cards[1] if len(cards) > 1 else None
        self._shown_at = self._timer()


def wait_text(memory: Memory, now: int, today: int) -> str:
    """How long until a memory state falls due: `10 min`, `4 d`, `2.3 mo`, `1.5 y`."""
    if memory.phase in (Phase.LEARNING, Phase.RELEARNING) and memory.due_at is not None:
        minutes = max(1, round((memory.due_at - now) / 60_000))
        return f"{minutes} min" if minutes < 90 else f"{round(minutes / 60)} h"
    days = (memory.due_day or today) - today
    if days < 31:
        return f"{days} d"
    if days < 365:
        return f"{days / 30.44:.1f} mo"
    return f"{days / 365.25:.1f} y"
