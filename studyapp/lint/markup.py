"""Formulas, links and code of a Markdown text, each with its line, as the app reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from studyapp.typeset import parse

if TYPE_CHECKING:
    from markdown_it.token import Token

Kind = Literal["formula", "display", "link", "image", "code", "heading", "text"]

_INLINE: dict[str, Kind] = {
    "math_inline": "formula",
    "math_inline_double": "display",
    "image": "image",
    "link_open": "link",
    "text": "text",
}
_BLOCK: dict[str, Kind] = {
    "math_block": "display",
    "math_block_label": "display",
    "fence": "code",
    "code_block": "code",
}


class Piece(NamedTuple):
    """A part of a text that a rule looks at.

    text: the formula without its dollars, the code, or the words; of a link and an image its target. line:
    counts from 1. label: what stands for an image where it can't be shown.
    """

    kind: Kind
    text: str
    line: int
    label: str = ""


def pieces(markdown: str) -> list[Piece]:
    """The pieces of a text in order."""
    found: list[Piece] = []
    source = markdown.split("\n")
    start = end = 0
    above = ""
    for token in parse(markdown):
        start, end = token.map or (start, end)
        if kind := _BLOCK.get(token.type):
            found.append(Piece(kind, token.content, start + 1))
        elif token.type == "inline":
            if above == "heading_open":
                found.append(Piece("heading", token.content, start + 1))
            found += _inline(token, "\n".join(source[start:end]), start + 1)
        above = token.type
    return found


def _inline(token: Token, source: str, first_line: int) -> Iterator[Piece]:
    """The pieces of a paragraph. Its tokens carry no lines: each is looked for after the one before it."""
    position = 0
    for child in token.children or []:
        kind = _INLINE.get(child.type)
        target = str(child.attrs.get("href") or child.attrs.get("src") or child.content)
        found = source.find(target, position)
        if found >= 0 and kind:
            position = found + (len(target) if kind != "link" else 0)
        if kind:
            yield Piece(kind, target, first_line + source.count("\n", 0, position), child.content)
