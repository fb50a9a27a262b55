"""What a formula consists of: the parser builds these, the layout draws them."""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TypeAlias


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


@dataclass(frozen=True, slots=True)
class Symbol:
    """One character or a command that stands for one, in the kind that spaces it."""

    text: str
    kind: Kind = Kind.ORD


@dataclass(frozen=True, slots=True)
class Space:
    """Explicit space of `width` cells."""

    width: int


@dataclass(frozen=True, slots=True)
class Text:
    """Words whose spaces count (`\\text`)."""

    text: str


@dataclass(frozen=True, slots=True)
class Raw:
    """Source that this package cannot draw, shown as it is."""

    source: str


@dataclass(frozen=True, slots=True)
class Group:
    """A braced sub-formula, laid out as one atom; `kind` is what `\\mathrel` and its like ask for."""

    body: "Row"
    kind: Kind = Kind.ORD


@dataclass(frozen=True, slots=True)
class Styled:
    """The part of a group after `\\displaystyle`, `\\textstyle` or `\\scriptstyle`."""

    body: "Row"
    display: bool


@dataclass(frozen=True, slots=True)
class Operator:
    """A named function or a large operator; with `limits`, display style puts its scripts above and below.

    `large` marks symbols such as ∑, in contrast to words.
    """

    text: str
    limits: bool = False
    large: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """A base with a subscript, a superscript and primes."""

    base: "Node | None"
    sub: "Node | None" = None
    sup: "Node | None" = None
    primes: int = 0


@dataclass(frozen=True, slots=True)
class Fraction:
    """A fraction, or a binomial coefficient without `bar`; `display` is set by `\\dfrac` and `\\tfrac`."""

    top: "Node"
    bottom: "Node"
    display: bool | None = None
    bar: bool = True


@dataclass(frozen=True, slots=True)
class Root:
    """`\\sqrt[index]{radicand}`."""

    radicand: "Node"
    index: "Node | None" = None


@dataclass(frozen=True, slots=True)
class Accent:
    """A mark over a base: `combining` goes on one character, `row` is drawn over anything wider."""

    base: "Node"
    combining: str
    row: str


@dataclass(frozen=True, slots=True)
class Ruled:
    """An overline, underline, overbrace or underbrace; a brace takes its script as a label."""

    base: "Node"
    over: bool
    brace: bool = False


@dataclass(frozen=True, slots=True)
class Stacked:
    """`\\overset`, `\\underset`, `\\stackrel`: small material over or under a base."""

    base: "Node"
    over: "Node | None" = None
    under: "Node | None" = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """`\\xrightarrow[under]{over}` with a shaft as long as its labels."""

    head: str
    over: "Node"
    under: "Node | None" = None


@dataclass(frozen=True, slots=True)
class Fenced:
    """`\\left … \\middle … \\right`: `parts` are the sub-formulas between the delimiters."""

    delimiters: tuple[str, ...]
    parts: tuple["Row", ...]


@dataclass(frozen=True, slots=True)
class Sized:
    """A `\\big`-like delimiter; alone it is `rows` high, one of a pair grows with what it encloses."""

    text: str
    kind: Kind
    rows: int


@dataclass(frozen=True, slots=True)
class Boxed:
    """`\\boxed`: square brackets around the hidden or revealed part of a card."""

    body: "Node"


@dataclass(frozen=True, slots=True)
class Tag:
    """`\\tag`: the number of an equation."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """An environment of rows and cells: matrices, cases, aligned, array, substack, stacked lines."""

    name: str
    rows: tuple[tuple["Row", ...], ...]
    columns: str = field(default="")


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
