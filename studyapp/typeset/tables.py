"""Tables in light box-drawing lines; cells wrap if that makes the table fit, else it scrolls."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from studyapp.typeset.flow import Break, Gap, Token, Word
from studyapp.typeset.spans import BLANK, Block, Line, Span, Style, joined
from studyapp.typeset.wrap import wrapped

Align = Literal["left", "center", "right"]

_NARROWEST_TEXT = 12
_RULE: Style = ("rule",)


@dataclass(frozen=True, slots=True)
class Cell:
    """The content of one cell in the style of its row."""

    tokens: Sequence[Token]
    align: Align
    style: Style


def table_block(rows: Sequence[Sequence[Cell]], width: int) -> Block:
    """The first row is the header."""
    widths = _column_widths(rows, width - 3 * len(rows[0]) - 1)
    lines = [_border("┌┬┐", widths)]
    for index, row in enumerate(rows):
        lines.extend(_row_lines(row, widths))
        if index == 0:
            lines.append(_border("├┼┤", widths))
    lines.append(_border("└┴┘", widths))
    if any(line.width > width for line in lines):
        lines = [Line(line.spans, scrollable=True) for line in lines]
    return Block(tuple(lines))


def _column_widths(rows: Sequence[Sequence[Cell]], available: int) -> list[int]:
    columns = [[row[index] for row in rows] for index in range(len(rows[0]))]
    natural = [max(1, *(_natural(cell.tokens) for cell in column)) for column in columns]
    narrowest = [max(1, *(_unbreakable(cell.tokens) for cell in column)) for column in columns]
    if sum(natural) <= available or sum(narrowest) > available:
        return natural
    widths = [min(width, available) for width in natural]
    while (excess := sum(widths) - available) > 0:
        widest = max(range(len(widths)), key=lambda index: widths[index] - narrowest[index])
        widths[widest] -= min(excess, max(1, (widths[widest] - narrowest[widest]) // 2))
    return widths


def _natural(tokens: Sequence[Token]) -> int:
    """The width of the cell's longest line when nothing wraps."""
    longest = used = 0
    for token in tokens:
        if isinstance(token, Break):
            used = 0
        elif isinstance(token, Gap):
            used += len(token.text)
        else:
            used += token.width
        longest = max(longest, used)
    return longest


def _unbreakable(tokens: Sequence[Token]) -> int:
    """The width that the cell needs at least: a formula stays whole, a long word may break."""
    return max((_least_width(token) for token in tokens if isinstance(token, Word)), default=1)


def _least_width(word: Word) -> int:
    has_formula = any(part.is_math for part in word.fragments)
    return word.width if has_formula else min(word.width, _NARROWEST_TEXT)


def _row_lines(row: Sequence[Cell], widths: Sequence[int]) -> list[Line]:
    blocks = [wrapped(cell.tokens, width, cell.style) for cell, width in zip(row, widths, strict=True)]
    above = max(block.lead for block in blocks)
    below = max(len(block.lines) - block.lead for block in blocks)
    lines: list[Line] = []
    for offset in range(-above, max(1, below)):
        spans = [Span("│", _RULE)]
        for cell, block, width in zip(row, blocks, widths, strict=True):
            index = block.lead + offset
            line = block.lines[index] if 0 <= index < len(block.lines) else BLANK
            spans.extend(_padded(line, cell, width))
        lines.append(Line(joined(spans)))
    return lines


def _padded(line: Line, cell: Cell, width: int) -> list[Span]:
    gap = width - line.width
    left = {"left": 0, "center": gap // 2, "right": gap}[cell.align]
    before, after = Span(" " * (left + 1), cell.style), Span(" " * (gap - left + 1), cell.style)
    return [before, *line.spans, after, Span("│", _RULE)]


def _border(corners: str, widths: Sequence[int]) -> Line:
    left, middle, right = tuple(corners)
    return Line((Span(left + middle.join("─" * (width + 2) for width in widths) + right, _RULE),))
