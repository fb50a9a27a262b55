"""What a single note must keep to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from studyapp.lint.markup import Piece, pieces
from studyapp.lint.source import Source
from studyapp.notes import Card, Problem
from studyapp.tex import problems, unknown_commands

LONGEST_ANSWER = 90
"""Words: what a learner can still judge in seconds."""

OWN_AREA = "own"
"""The area of a note that names none: notes that are only for their author need no sources."""

_CITED = re.compile(
    r"arXiv:(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?!\d)|doi:10\.\d{4,9}/\S+|ISBN[ :]*[\d-]{9,}[\dX]|https://\S+"
)
_LOST_FORMULA = re.compile(r"\$(?=\S)[^$]*[\\^_{][^$]*(?<=\S)\$")
_FENCE = re.compile(r"^(```+|~~~+).*?^\1", re.MULTILINE | re.DOTALL)
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:")
_NOT_IN_ANCHOR = re.compile(r"[^\w\- ]")


def check_form(source: Source) -> Iterator[Problem]:
    """Front matter and cards can be read."""
    yield from source.note.problems


def check_ids(source: Source) -> Iterator[Problem]:
    """Cards of a note with an area have ids; `aliases` leads from ids that are gone to ids that are there."""
    cards = source.note.cards
    if source.note.meta.area != OWN_AREA:
        for line in sorted({card.line for card in cards if card.id is None}):
            yield source.problem(line, "the card has no id", "end it with a line like `^why-ddpm-slow`")
    ids = {card.id for card in cards}
    for old, new in source.note.meta.aliases.items():
        line = source.line_of(old)
        if old in ids:
            yield source.problem(line, f"`{old}` is an alias and a card", "list only ids that are gone")
        if new not in ids:
            yield source.problem(
                line, f"the alias `{old}` leads to no card `{new}`", "write `old/id: new/id`"
            )


def check_sources(source: Source) -> Iterator[Problem]:
    """A note with an area says where it has its facts from."""
    meta = source.note.meta
    if meta.area != OWN_AREA and not meta.sources:
        hint = "list papers under `sources` in the front matter, each with its arXiv id or DOI"
        yield source.problem(1, "the note names no sources", hint)
    for cited in meta.sources:
        if not _CITED.search(cited):
            hint = "add `arXiv:2010.02502`, `doi:10.…`, an ISBN or an https address"
            yield source.problem(
                source.line_of(cited), f"the source `{shortened(cited)}` can't be looked up", hint
            )


def check_formulas(source: Source) -> Iterator[Problem]:
    """Every formula can be drawn, in the article and on the cards that its clozes make."""
    told: set[str] = set()
    for piece in source.pieces:
        for what in _faults(piece):
            told.add(what)
            yield source.problem(piece.line, what, "use LaTeX that `studyapp notes render` draws")
    for card in source.note.cards:
        sides = [side for side in (card.front, card.back) if card.kind == "cloze" and "$" in side]
        found = (fault for side in sides for piece in pieces(side) for fault in _faults(piece))
        for what in dict.fromkeys(fault for fault in found if fault not in told):
            hint = "let each cloze take in whole arguments, like `\\frac{{{c1::a}}}{b}`"
            yield source.problem(card.line, f"on the card {_named(card)}: {what}", hint)


def check_dollars(source: Source) -> Iterator[Problem]:
    """Nothing that is meant as a formula is read as prices."""
    for piece in source.pieces:
        if piece.kind == "text" and (lost := _LOST_FORMULA.search(piece.text)):
            hint = "a digit before the first or after the last dollar makes it a price: take the digit inside"
            yield source.problem(piece.line, f"`{shortened(lost[0])}` is not read as a formula", hint)


def check_lengths(source: Source) -> Iterator[Problem]:
    """Answers can be judged in seconds."""
    for card in source.note.cards:
        words = length(card.back)
        if words > LONGEST_ANSWER:
            hint = (
                f"stay within {LONGEST_ANSWER} (a Chinese character is half a word), or make two cards of it"
            )
            yield source.problem(card.line, f"the answer of {_named(card)} is {words} words long", hint)


def check_links(source: Source) -> Iterator[Problem]:
    """Links lead to files and headings that exist; pictures exist and have a text in their place."""
    for piece in source.pieces:
        if piece.kind == "image" and not piece.label.strip():
            yield source.problem(
                piece.line, f"the picture {piece.text} has no text", "describe it: `![what it shows](…)`"
            )
        if piece.kind in ("link", "image") and not _SCHEME.match(piece.text):
            yield from _follow(source, piece)


def length(markdown: str) -> int:
    """Words outside fenced code, two Chinese characters counted as one."""
    prose = _FENCE.sub("", markdown)
    chinese = len(_CHINESE.findall(prose))
    return len(_CHINESE.sub(" ", prose).split()) + (chinese + 1) // 2


def _faults(piece: Piece) -> tuple[str, ...]:
    return _faults_of(piece.text) if piece.kind in ("formula", "display") else ()


@lru_cache(maxsize=8192)  # a note and its translation hold the same formulas, many of them often
def _faults_of(formula: str) -> tuple[str, ...]:
    unknown = (f"unknown LaTeX `{command}`" for command in unknown_commands(formula))
    broken = (f"the formula `{shortened(formula)}` is broken: {fault}" for fault in problems(formula))
    return (*unknown, *broken)


def _follow(source: Source, link: Piece) -> Iterator[Problem]:
    name, _, anchor = unquote(link.text).partition("#")
    target = source.path.parent / name if name else source.path
    if not target.exists():
        hint = "links are relative to the file they stand in"
        yield source.problem(link.line, f"the link leads to no file: {link.text}", hint)
    elif anchor and target.suffix == ".md" and anchor.casefold() not in _anchors(target):
        hint = "an anchor is the heading in lower case, with `-` for spaces"
        yield source.problem(link.line, f"the link leads to no heading: {link.text}", hint)


def _anchors(target: Path) -> set[str]:
    """The anchors that code forges and editors give the headings of a file."""
    headings = (piece.text for piece in Source.read(target).pieces if piece.kind == "heading")
    return {_NOT_IN_ANCHOR.sub("", heading.casefold()).replace(" ", "-") for heading in headings}


def _named(card: Card) -> str:
    return f"`{card.id}`" if card.id else "without id"


def shortened(text: str) -> str:
    """A text in one line for a message."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else f"{flat[:59]}…"
