"""Words into lines of a given width, formulas aligned at the baseline of the text around them."""

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from studyapp.tex import RELATION_CHARACTERS, Box
from studyapp.typeset.flow import Break, Fragment, Gap, Token, Word, may_start_line, text_fragment
from studyapp.typeset.spans import Block, Line, Span, Style, joined

_RELATION = re.compile(f" (?=[{re.escape(''.join(sorted(c for c in RELATION_CHARACTERS if len(c) == 1)))}] )")


def wrapped(tokens: Sequence[Token], width: int, style: Style) -> Block:
    """Fill lines greedily; what cannot be broken to fit gets a scrollable line of its own."""
    lines: list[Line] = []
    lead = 0
    for index, row in enumerate(_filled(tokens, width)):
        block = _visual_line(row, width, style)
        lead = block.lead if index == 0 else lead
        lines.extend(block.lines)
    return Block(tuple(lines), lead)


def _filled(tokens: Sequence[Token], width: int) -> Iterator[list[Word | Gap]]:
    row: list[Word | Gap] = []
    used = 0
    gap: Gap | None = None
    for token in _fitting(tokens, width):
        if isinstance(token, Break):
            if row:
                yield row
            row, used, gap = [], 0, None
        elif isinstance(token, Gap):
            gap = Gap((gap.text if gap else "") + token.text, token.style)
        else:
            space = len(gap.text) if gap else 0
            if row and used + space + token.width > width:
                yield row
                row, used, gap = [], 0, None
            if gap and row:
                row.append(gap)
                used += space
            row.append(token)
            used += token.width
            gap = None
    if row:
        yield row


def _fitting(tokens: Sequence[Token], width: int) -> Iterator[Token]:
    for token in tokens:
        if isinstance(token, Word) and token.width > width:
            yield from _broken(token, width)
        else:
            yield token


def _broken(word: Word, width: int) -> Iterator[Token]:
    """A word that is too long: text breaks anywhere, a one-row formula before a relation."""
    waiting: list[Fragment] = []
    for fragment in word.fragments:
        for index, piece in enumerate(_pieces(fragment, width)):
            together = sum(part.width for part in waiting) + piece.width
            if waiting and (index > 0 or together > width):
                yield Word(tuple(waiting))
                waiting = []
                if index > 0 and fragment.is_math:
                    yield Gap(" ", fragment.style)
            waiting.append(piece)
    yield Word(tuple(waiting))


def _pieces(fragment: Fragment, width: int) -> list[Fragment]:
    if fragment.width <= width or fragment.box.height > 1:
        return [fragment]
    if fragment.is_math:
        parts = _RELATION.split(fragment.box.lines[0])
        return [Fragment(Box((part,), 0, cell_len(part)), fragment.style, is_math=True) for part in parts]
    return [text_fragment(part, fragment.style) for part in _chopped(fragment.box.lines[0], width)]


def _chopped(text: str, width: int) -> Iterator[str]:
    """Parts of at most `width` cells; marks without width stay with their character."""
    start = 0
    for index in range(1, len(text)):
        if cell_len(text[index]) and cell_len(text[start : index + 1]) > width:
            cut = _cut(text, start, index)
            yield text[start:cut]
            start = cut
    yield text[start:]


def _cut(text: str, start: int, end: int) -> int:
    """Where to cut at the latest before `end`: a little earlier if closing punctuation would come first."""
    places = (place for place in range(end, max(start, end - 3), -1) if may_start_line(text[place]))
    return next(places, end)


def _visual_line(row: Sequence[Word | Gap], width: int, style: Style) -> Block:
    parts = list(_parts(row))
    above = max((part.box.baseline for part in parts), default=0)
    below = max((part.box.below for part in parts), default=0)
    rows = [joined([_span(part, offset, style) for part in parts]) for offset in range(-above, below + 1)]
    lines = [Line(spans) for spans in rows]
    if any(line.width > width for line in lines):
        lines = [Line(line.spans, scrollable=True) for line in lines]
    return Block(tuple(lines), above)


def _parts(row: Sequence[Word | Gap]) -> Iterator[Fragment]:
    for item in row:
        if isinstance(item, Word):
            yield from item.fragments
        else:
            yield text_fragment(item.text, item.style)


def _span(part: Fragment, offset: int, style: Style) -> Span:
    index = part.box.baseline + offset
    if 0 <= index < part.box.height:
        return Span(part.box.lines[index], part.style)
    return Span(" " * part.width, style)
