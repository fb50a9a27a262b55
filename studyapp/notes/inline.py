"""Find code and math in the text of a card, with the delimiter rules of CommonMark and of dollarmath.

Dollars follow `dollarmath` with `allow_digits=False`, which draws the cards: a dollar after a digit opens
nothing and a dollar before a digit closes nothing, so that prices stay text.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

_OPENER = re.compile(r"\\[\s\S]|(?P<code>`+)|(?P<display>\$\$)|(?P<inline>(?<!\d)\$)|(?P<comment><!--)")
_INLINE_MATH_REST = re.compile(r"(?:[^$\\]|\\[\s\S])++\$(?!\d)")
_DISPLAY_MATH_REST = re.compile(r"(?:[^$\\]|\\[\s\S]|\$(?!\$))*+\$\$")
_PARAGRAPH_END = re.compile(r"\n(?=[ \t]*(?:\n|\Z|(?:[-*+]|[0-9]{1,9}[.)])[ \t]|#{1,6}[ \t]))")


class Span(NamedTuple):
    """A stretch of text; comments count as code, since neither holds clozes."""

    kind: Literal["code", "math"]
    start: int
    end: int


def inline_spans(text: str, start: int, end: int) -> Iterator[Span]:
    """The code spans, formulas and comments of `text[start:end]`, delimiters included, in order."""
    position = start
    paragraph_end = start
    while match := _OPENER.search(text, position, end):
        position = match.end()
        if match.lastgroup is None:
            continue
        if match.start() >= paragraph_end:
            paragraph = _PARAGRAPH_END.search(text, match.start(), end)
            paragraph_end = paragraph.start() if paragraph else end
        close = _close(match, end if match.lastgroup == "comment" else paragraph_end)
        if close is not None:
            yield Span("math" if match.lastgroup in ("inline", "display") else "code", match.start(), close)
            position = close


def _close(opener: re.Match[str], end: int) -> int | None:
    """Where the span that `opener` starts is over, if that is before `end`."""
    text, position = opener.string, opener.end()
    match opener.lastgroup:
        case "code":
            ticks = re.compile(f"(?<!`){opener[0]}(?!`)")
            closer = ticks.search(text, position, end)
        case "comment":
            found = text.find("-->", opener.start() + 2, end)
            return found + 3 if found >= 0 else None
        case "display":
            closer = _DISPLAY_MATH_REST.match(text, position, end)
        case _:
            closer = _INLINE_MATH_REST.match(text, position, end)
    return closer.end() if closer else None
