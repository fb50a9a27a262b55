"""Rectangles of text with a baseline: the material that formulas are put together from."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len

Align = Literal["left", "center", "right"]

_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)


@dataclass(frozen=True, slots=True)
class Box:
    """Lines of equal cell width; `baseline` is the index of the row that lines up with its neighbours."""

    lines: tuple[str, ...]
    baseline: int
    width: int

    @property
    def height(self) -> int:
        """Number of rows, at least one."""
        return len(self.lines)

    @property
    def below(self) -> int:
        """Number of rows under the baseline."""
        return len(self.lines) - 1 - self.baseline


def visible(text: str) -> str:
    """Drop what has no cell of its own, so that the width of a text is the sum of its characters' widths."""
    if text.isascii() and text.isprintable():
        return text
    spaced = (" " if char in "\t\n\r" else char for char in text)
    return "".join(
        char
        for char in spaced
        if unicodedata.category(char) not in _INVISIBLE and ord(char) not in _VARIATION_SELECTORS
    )


def text_box(text: str) -> Box:
    """One row of text."""
    shown = visible(text)
    return Box((shown,), 0, cell_len(shown))


EMPTY = Box(("",), 0, 0)


def spaces(width: int) -> Box:
    """One row of blanks."""
    return Box((" " * width,), 0, width)


def _padded(line: str, gap: int, align: Align) -> str:
    left = {"left": 0, "center": gap // 2, "right": gap}[align]
    return " " * left + line + " " * (gap - left)


def widen(box: Box, width: int, align: Align = "center") -> Box:
    """Pad every row to `width` cells."""
    gap = width - box.width
    if gap <= 0:
        return box
    return Box(tuple(_padded(line, gap, align) for line in box.lines), box.baseline, width)


def extend(box: Box, above: int, below: int) -> Box:
    """Add blank rows so that there are at least `above` rows over and `below` rows under the baseline."""
    top = max(0, above - box.baseline)
    bottom = max(0, below - box.below)
    if not top and not bottom:
        return box
    blank = (" " * box.width,)
    return Box(blank * top + box.lines + blank * bottom, box.baseline + top, box.width)


def beside(boxes: Sequence[Box]) -> Box:
    """Put boxes next to each other, baselines aligned."""
    if len(boxes) == 1:
        return boxes[0]
    if not boxes:
        return EMPTY
    above = max(box.baseline for box in boxes)
    below = max(box.below for box in boxes)
    rows = zip(*(extend(box, above, below).lines for box in boxes), strict=True)
    return Box(tuple(map("".join, rows)), above, sum(box.width for box in boxes))


def stack(boxes: Sequence[Box], on: int, align: Align = "center") -> Box:
    """Put boxes under each other; the baseline is that of the box with index `on`."""
    width = max(box.width for box in boxes)
    lines = tuple(line for box in boxes for line in widen(box, width, align).lines)
    return Box(lines, sum(box.height for box in boxes[:on]) + boxes[on].baseline, width)


def centred(box: Box) -> Box:
    """Move the baseline to the middle row (the upper one of two)."""
    return Box(box.lines, (box.height - 1) // 2, box.width)
