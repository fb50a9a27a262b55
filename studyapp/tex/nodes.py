"""What a formula consists of: the parser builds these, the layout draws them.

Structs instead of dataclasses, which take ten times as long to define: the first card waits for this module.
"""

from enum import Enum, auto
from typing import TypeAlias

import msgspec


class Kind(Enum):
    """The classes of atoms in The TeXbook, chapter 17; they decide the space between neighbours."""

    ORD = auto()
    OP = auto()
    BIN = auto()
    REL = auto()
    OPEN = auto()
    CLOSE = auto()
    PUNCT = auto()
    INNER = auto()


class Symbol(msgspec.Struct, frozen=True):
    """One character or a command that stands for one, in the kind that spaces it."""

    text: str
    kind: Kind = Kind.ORD


class Space(msgspec.Struct, frozen=True):
    """Explicit space of `width` cells."""

    width: int


class Text(msgspec.Struct, frozen=True):
    """Words whose spaces count (`\\text`)."""

    text: str


class Raw(msgspec.Struct, frozen=True):
    """Source that this package cannot draw, shown as it is."""

    source: str


class Group(msgspec.Struct, frozen=True):
    """A braced sub-formula, laid out as one atom; `kind` is what `\\mathrel` and its like ask for."""

    body: "Row"
    kind: Kind = Kind.ORD


class Styled(msgspec.Struct, frozen=True):
    """The part of a group after `\\displaystyle`, `\\textstyle` or `\\scriptstyle`."""

    body: "Row"
    display: bool


class Operator(msgspec.Struct, frozen=True):
    """A named function or a large operator; with `limits`, display style puts its scripts above and below.

    `large` marks symbols such as ∑, in contrast to words.
    """

    text: str
    limits: bool = False
    large: bool = False


class Script(msgspec.Struct, frozen=True):
    """A base with a subscript, a superscript and primes."""

    base: "Node | None"
    sub: "Node | None" = None
    sup: "Node | None" = None
    primes: int = 0


class Fraction(msgspec.Struct, frozen=True):
    """A fraction, or a binomial coefficient without `bar`; `display` is set by `\\dfrac` and `\\tfrac`."""

    top: "Node"
    bottom: "Node"
    display: bool | None = None
    bar: bool = True


class Root(msgspec.Struct, frozen=True):
    """`\\sqrt[index]{radicand}`."""

    radicand: "Node"
    index: "Node | None" = None


class Accent(msgspec.Struct, frozen=True):
    """A mark over a base: `combining` goes on one character, `row` is drawn over anything wider."""

    base: "Node"
    combining: str
    row: str


class Ruled(msgspec.Struct, frozen=True):
    """An overline, underline, overbrace or underbrace; a brace takes its script as a label."""

    base: "Node"
    over: bool
    brace: bool = False


class Stacked(msgspec.Struct, frozen=True):
    """`\\overset`, `\\underset`, `\\stackrel`: small material over or under a base."""

    base: "Node"
    over: "Node | None" = None
    under: "Node | None" = None


class Arrow(msgspec.Struct, frozen=True):
    """`\\xrightarrow[under]{over}` with a shaft as long as its labels."""

    head: str
    over: "Node"
    under: "Node | None" = None


class Fenced(msgspec.Struct, frozen=True):
    """`\\left … \\middle … \\right`: `parts` are the sub-formulas between the delimiters."""

    delimiters: tuple[str, ...]
    parts: tuple["Row", ...]


class Sized(msgspec.Struct, frozen=True):
    """A `\\big`-like delimiter; alone it is `rows` high, one of a pair grows with what it encloses."""

    text: str
    kind: Kind
    rows: int


class Boxed(msgspec.Struct, frozen=True):
    """`\\boxed`: square brackets around the hidden or revealed part of a card."""

    body: "Node"


class Tag(msgspec.Struct, frozen=True):
    """`\\tag`: the number of an equation."""

    text: str


class Table(msgspec.Struct, frozen=True):
    """An environment of rows and cells: matrices, cases, aligned, array, substack, stacked lines."""

    name: str
    rows: tuple[tuple["Row", ...], ...]
    columns: str = msgspec.field(default="")


Node: TypeAlias = (
    Symbol
    | Space
    | Text
    | Raw
    | Group
    | Styled
    | Operator
    | Script
    | Fraction
    | Root
    | Accent
    | Ruled
    | Stacked
    | Arrow
    | Fenced
    | Sized
    | Boxed
    | Tag
    | Table
)
Row: TypeAlias = tuple[Node, ...]


def unwrapped(node: Node) -> Node:
    """The node inside braces that hold nothing else."""
    while isinstance(node, Group) and len(node.body) == 1:
        node = node.body[0]
    return node
