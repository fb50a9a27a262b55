"""Cards that ask the same thing twice.

Two cards are compared by the words of question and answer together, as weighted multisets: a word that few
cards hold weighs more, so that cards which contrast "sigmoid" with "tanh" stay apart. The measure is the
weighted Jaccard index (shared weight over united weight), and pairs are found without comparing all: the
rarest word that two similar cards share is among the rarest words of both, the *prefix* (Chaudhuri, Ganti,
Kaushik, "A primitive operator for similarity joins", ICDE 2006, doi:10.1109/ICDE.2006.9).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from studyapp.notes import Card, Note, Problem

SIMILAR = 0.7
"""The index from which two cards are near-duplicates; the most alike of the shipped ones stay below 0.6."""

FEWEST_WORDS = 6
"""Shorter cards differ in a word by as much as unrelated ones."""

_WORD = re.compile(r"\\?[^\W\d_\u3400-\u9fff]+|\d+(?:\.\d+)?|[\u3400-\u9fff]")
_FRAME = re.compile(r"\\boxed|\\ldots")

Word = tuple[str, int]
"""A word and how often it occurred in its card before: the elements of a multiset."""


class _Entry(NamedTuple):
    note: Note
    card: Card
    words: frozenset[Word]


def check_duplicates(notes: Sequence[Note]) -> Iterator[Problem]:
    """Each pair of cards of different blocks that say nearly the same, told at the later one."""
    entries = list(_entries(notes))
    spread = Counter(word for entry in entries for word in entry.words)
    weight = {word: math.log1p(len(entries) / count) for word, count in spread.items()}
    holders: dict[Word, list[_Entry]] = defaultdict(list)
    for entry in entries:
        prefix = _prefix(entry.words, weight)
        for other in {id(held): held for word in prefix for held in holders[word]}.values():
            if _index(entry.words, other.words, weight) >= SIMILAR:
                yield _told(entry, other)
        for word in prefix:
            holders[word].append(entry)


def _entries(notes: Sequence[Note]) -> Iterator[_Entry]:
    """One for each block: the siblings of a cloze are of one text."""
    for note in notes:
        seen: set[int] = set()
        for card in note.cards:
            words = _words(card.back if card.kind == "cloze" else f"{card.front}\n{card.back}")
            if card.line not in seen and len(words) >= FEWEST_WORDS:
                yield _Entry(note, card, words)
            seen.add(card.line)


def _words(text: str) -> frozenset[Word]:
    counts: Counter[str] = Counter()
    words: set[Word] = set()
    for word in _WORD.findall(_FRAME.sub(" ", text).casefold()):
        words.add((word, counts[word]))
        counts[word] += 1
    return frozenset(words)


def _prefix(words: frozenset[Word], weight: dict[Word, float]) -> list[Word]:
    """The rarest words, without which the others weigh too little for two cards to be similar."""
    ordered = sorted(words, key=lambda word: (-weight[word], word))
    rest = sum(weight[word] for word in words)
    needed = SIMILAR * rest
    for number, word in enumerate(ordered):
        if rest < needed:
            return ordered[:number]
        rest -= weight[word]
    return ordered


def _index(one: frozenset[Word], other: frozenset[Word], weight: dict[Word, float]) -> float:
    return sum(weight[word] for word in one & other) / sum(weight[word] for word in one | other)


def _told(entry: _Entry, other: _Entry) -> Problem:
    place = f"{other.note.path}:{other.card.line}"
    what = f"the card says nearly the same as the one at {place}"
    return Problem(
        entry.note.path, entry.card.line, what, "keep one of them, or ask what makes them different"
    )
