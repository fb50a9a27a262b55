"""A note and its translation teach the same: the same cards, formulas, code and pictures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from studyapp.lint.markup import Kind, Piece, pieces
from studyapp.lint.rules import shortened
from studyapp.lint.source import Source
from studyapp.notes import Card, Problem, translation_path
from studyapp.notes.frontmatter import read_front_matter

_TRANSLATED_FIELDS = {"id", "title"}
_TEXT = re.compile(r"\\text\s*\{(?:[^{}]|\{[^{}]*\})*\}")
_SPACE = re.compile(r"\s+")
_KINDS: tuple[tuple[Kind, str], ...] = (
    ("display", "the formula"),
    ("code", "the code"),
    ("image", "the picture"),
)

Cards = Mapping[str, list[Card]]


def check_presence(source: Source) -> Iterator[Problem]:
    """A note that has a Chinese title has a translation."""
    if source.note.meta.title_zh and not translation_path(source.path).exists():
        name = translation_path(source.path).name
        hint = f"write it beside the note as {name}, with the same ^ids, or drop `title_zh`"
        yield source.problem(
            source.line_of("title_zh:"), "the note has a `title_zh` and no translation", hint
        )


def check_translation(source: Source, translation: Source) -> Iterator[Problem]:
    """What the translation lacks, has too much, or says otherwise where both must agree."""
    if not translation.note.readable:
        return
    yield from _check_head(source, translation)
    ours, theirs = _by_slug(source), _by_slug(translation)
    yield from _check_presence_of_cards(source, translation, ours, theirs)
    for slug in ours.keys() & theirs.keys():
        yield from _check_card(translation, slug, ours[slug], theirs[slug])
    yield from _check_article(source, translation)


def _check_head(source: Source, translation: Source) -> Iterator[Problem]:
    fields = read_front_matter(translation.lines).fields
    if fields.get("id") != source.note.meta.id:
        hint = f"write `id: {source.note.meta.id}` in its front matter"
        yield translation.problem(
            translation.line_of("id:"), "the translation has not the id of its note", hint
        )
    if "title" not in fields:
        yield translation.problem(
            1, "the translation has no `title`", "write the Chinese title in its front matter"
        )
    for name in fields.keys() - _TRANSLATED_FIELDS:
        hint = "leave it out: a translation has only `id` and `title`, the rest stands in the note"
        yield translation.problem(
            translation.line_of(f"{name}:"), f"the translation has a field `{name}`", hint
        )


def _by_slug(source: Source) -> dict[str, list[Card]]:
    """The cards of each block, in the order of their cloze numbers."""
    cards = (card for card in source.note.cards if card.group is not None)
    return {
        slug: list(block) for slug, block in groupby(cards, lambda card: str(card.group).partition("/")[2])
    }


def _check_presence_of_cards(
    source: Source, translation: Source, ours: Cards, theirs: Cards
) -> Iterator[Problem]:
    broken = {problem.line for problem in translation.note.problems}
    for slug in ours.keys() - theirs.keys():
        if broken:
            break  # the card may be one of those that can't be read
        hint = "translate it there under the same ^id"
        yield source.problem(
            ours[slug][0].line, f"the card ^{slug} is missing in {translation.path.name}", hint
        )
    for slug in theirs.keys() - ours.keys():
        hint = "a card keeps its ^id in each language"
        yield translation.problem(
            theirs[slug][0].line, f"the card ^{slug} is not in {source.path.name}", hint
        )
    for block in {card.line for card in translation.note.cards if card.group is None}:
        yield translation.problem(
            block, "the card has no id", f"give it the ^id that it has in {source.path.name}"
        )


def _check_card(translation: Source, slug: str, ours: list[Card], theirs: list[Card]) -> Iterator[Problem]:
    line = theirs[0].line
    if [_number(card) for card in ours] != [_number(card) for card in theirs]:
        hint = f"the note has {_numbers(ours)}; history belongs to a cloze by its number"
        yield translation.problem(line, f"the card ^{slug} has {_numbers(theirs)}", hint)
        return
    for mine, other in zip(ours, theirs, strict=True):
        for side, before, after in (("front", mine.front, other.front), ("back", mine.back, other.back)):
            difference = _difference(_formulas(before), _formulas(after))
            if difference:
                hint = "copy the note's formulas; only what stands in `\\text{…}` may differ"
                yield translation.problem(line, f"on the {side} of ^{slug} {difference}", hint)
                return


def _check_article(source: Source, translation: Source) -> Iterator[Problem]:
    """What stands alone in the article, such as displayed formulas, is the same."""
    for kind, name in _KINDS:
        left = Counter(_plain(piece) for piece in source.pieces if piece.kind == kind)
        for piece in translation.pieces:
            if piece.kind == kind and left[_plain(piece)] > 0:
                left[_plain(piece)] -= 1
            elif piece.kind == kind:
                hint = f"copy what the note has there; {name} is not translated"
                yield translation.problem(
                    piece.line, f"{name} `{shortened(piece.text)}` is not in the note", hint
                )
        for piece in source.pieces:
            if piece.kind == kind and left[_plain(piece)] > 0:
                left[_plain(piece)] -= 1
                what = f"{name} `{shortened(piece.text)}` is missing in {translation.path.name}"
                yield source.problem(piece.line, what, "copy it to its place there")


def _number(card: Card) -> str:
    return str(card.id).partition("#")[2]


def _numbers(cards: Iterable[Card]) -> str:
    return ", ".join(filter(None, map(_number, cards))) or "no cloze"


def _formulas(side: str) -> Counter[str]:
    if "$" not in side:
        return Counter()
    return Counter(_plain(piece) for piece in pieces(side) if piece.kind in ("formula", "display"))


def _plain(piece: Piece) -> str:
    """What must be equal: of a formula everything but spaces and words, of anything else all of it."""
    if piece.kind not in ("formula", "display"):
        return piece.text
    return _SPACE.sub("", _TEXT.sub(r"\\text{}", piece.text))


def _difference(ours: Counter[str], theirs: Counter[str]) -> str:
    missing = ", ".join(f"`{shortened(text)}`" for text in ours - theirs)
    added = ", ".join(f"`{shortened(text)}`" for text in theirs - ours)
    parts = [f"{missing} is missing" if missing else "", f"{added} is not in the note" if added else ""]
    return " and ".join(filter(None, parts))
