"""What the layout of one node yields, and the function that each node's layout registers with."""

from dataclasses import dataclass, replace
from enum import IntEnum
from functools import singledispatch
from typing import Any

from studyapp.tex.box import Box, beside, text_box
from studyapp.tex.nodes import Kind, Script


class Level(IntEnum):
    """How tightly a formula binds when it is written in one line; it decides where parentheses are needed."""

    SUM = 0
    SLASH = 1
    PRODUCT = 2
    APPLY = 3
    ATOM = 4


@dataclass(frozen=True, slots=True)
class Style:
    """TeX's styles, as far as they show in a terminal: a script is never in display style.

    `linear` prefers one row, as in a paragraph and within scripts: x^(θ+1) instead of a raised box.
    """

    display: bool
    script: bool = False
    linear: bool = False

    def inner(self) -> "Style":
        """The style of numerators, denominators and cells."""
        return replace(self, display=False)


LETTERS = frozenset({Kind.ORD, Kind.INNER})
LETTERS_AND_FENCES = LETTERS | {Kind.OPEN}
SCRIPT_STYLE = Style(False, script=True, linear=True)


@dataclass(frozen=True, slots=True)
class Item:
    """A laid-out atom.

    `kind` is None for explicit space. `core` counts the rows over and under the baseline that delimiters must
    cover (scripts stick out of it, as in TeX). `glyph` names a delimiter that may still grow and `rows` its
    height when it has no partner; `scripts` are attached to it once its height is known. `apart_from` are the
    kinds that need a space when they follow (`√x y`, `p_θ x`). `named` marks operators that are words,
    `unary` signs with one operand.
    """

    box: Box
    kind: Kind | None = Kind.ORD
    level: Level = Level.ATOM
    core: tuple[int, int] = (0, 0)
    glyph: str = ""
    rows: int = 1
    scripts: Script | None = None
    apart_from: frozenset[Kind] = frozenset()
    named: bool = False
    unary: bool = False

    @property
    def is_row(self) -> bool:
        """Whether the item is one row high."""
        return self.box.height == 1

    @property
    def text(self) -> str:
        """The row at the baseline."""
        return self.box.lines[self.box.baseline]


def solid(box: Box, kind: Kind = Kind.ORD, level: Level = Level.ATOM) -> Item:
    """An item whose whole box has to be covered by delimiters around it."""
    return Item(box, kind, level, core=(box.baseline, box.below))


def text_item(text: str, kind: Kind = Kind.ORD, level: Level = Level.ATOM) -> Item:
    """One row of text as an item."""
    return Item(text_box(text), kind, level)


def parenthesised(item: Item) -> Item:
    """A one-row item in parentheses."""
    box = beside([text_box("("), item.box, text_box(")")])
    return replace(item, box=box, level=Level.ATOM, apart_from=frozenset())


@singledispatch
def lay(node: Any, style: Style) -> Item:
    """Lay out one node; every kind of node registers its own function."""
    raise TypeError(f"no layout for {type(node).__name__} in {style}")
