"""The commands that take arguments, and the environments."""

import re
from collections.abc import Callable

from studyapp.tex.nodes import (
    Accent,
    Arrow,
    Boxed,
    Fenced,
    Fraction,
    Group,
    Kind,
    Node,
    Operator,
    Root,
    Row,
    Ruled,
    Sized,
    Space,
    Stacked,
    Symbol,
    Table,
    Tag,
    Text,
    unwrapped,
)
from studyapp.tex.parser import CommandParser, Parser, TexError
from studyapp.tex.symbols import COMMAND_SYMBOLS, DOUBLE_STRUCK, NEGATED, SCRIPT, SPACES, words

_ENVIRONMENTS = frozenset(
    words("""
    matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix cases rcases dcases array subarray
    aligned align align* alignedat split eqnarray eqnarray* gathered gather gather* multline multline*
    equation equation*
    """)
)
_WITH_COLUMNS = {"array", "subarray", "alignedat"}

# command: (combining character, text of the row above a wider base)
_ACCENTS = {
    "hat": ("\u0302", "^"),
    "widehat": ("\u0302", "^"),
    "bar": ("\u0304", ""),
    "tilde": ("\u0303", "~"),
    "widetilde": ("\u0303", "~"),
    "vec": ("\u20d7", "→"),
    "overrightarrow": ("\u20d7", "→"),
    "dot": ("\u0307", "."),
    "ddot": ("\u0308", "‥"),
    "check": ("\u030c", "ˇ"),
    "breve": ("\u0306", "˘"),
    "acute": ("\u0301", "´"),
    "grave": ("\u0300", "`"),
    "mathring": ("\u030a", "˚"),
}
_KINDS = {
    "mathord": Kind.ORD,
    "mathop": Kind.OP,
    "mathbin": Kind.BIN,
    "mathrel": Kind.REL,
    "mathopen": Kind.OPEN,
    "mathclose": Kind.CLOSE,
    "mathpunct": Kind.PUNCT,
    "mathinner": Kind.INNER,
}
_BIG_ROWS = {"big": 1, "Big": 3, "bigg": 3, "Bigg": 5}
_BIG_KINDS = {"": Kind.ORD, "l": Kind.OPEN, "r": Kind.CLOSE, "m": Kind.REL}
_FENCE_KINDS = {**dict.fromkeys("([{⟨⌊⌈", Kind.OPEN), **dict.fromkeys(")]}⟩⌋⌉", Kind.CLOSE)}
_NO_BRACES = str.maketrans("", "", "{}")
_TEXT_PIECE = re.compile(r"\$([^$]*)\$|\\([A-Za-z]+)\s*|\\(.)|([^\\$]+)|(.)", re.DOTALL)


def _fraction(parser: Parser, name: str) -> Node:
    display = {"d": True, "c": True, "t": False}.get(name[0])
    top = parser.command_argument(name)
    return Fraction(top, parser.command_argument(name), display, bar="binom" not in name)


def _root(parser: Parser, name: str) -> Node:
    index = parser.option()
    return Root(parser.command_argument(name), index)


def _accent(parser: Parser, name: str) -> Node:
    combining, row = _ACCENTS[name]
    return Accent(parser.command_argument(name), combining, row)


def _ruled(parser: Parser, name: str) -> Node:
    return Ruled(parser.command_argument(name), over=name.startswith("over"), brace=name.endswith("brace"))


def _stacked(parser: Parser, name: str) -> Node:
    small = parser.command_argument(name)
    base = parser.command_argument(name)
    return Stacked(base, under=small) if name == "underset" else Stacked(base, over=small)


def _arrow(parser: Parser, name: str) -> Node:
    under = parser.option()
    head = {"xrightarrow": "→", "xleftarrow": "←", "xRightarrow": "⇒"}[name]
    return Arrow(head, parser.command_argument(name), under)


def _fenced(parser: Parser, name: str) -> Node:
    delimiters = [parser.delimiter(name)]
    parts: list[Row] = [parser.row()]
    while (ending := parser.peek_command()) == "middle":
        parser.accept("\\middle")
        delimiters.append(parser.delimiter(ending))
        parts.append(parser.row())
    if ending != "right":
        raise TexError("`\\left` is never closed: a `\\right` is missing")
    parser.accept("\\right")
    delimiters.append(parser.delimiter(ending))
    return Fenced(tuple(delimiters), tuple(parts))


def _sized(parser: Parser, name: str) -> Node:
    size = next(size for size in ("bigg", "Bigg", "big", "Big") if name.startswith(size))
    text = parser.delimiter(name)
    kind = _BIG_KINDS[name[len(size) :]]
    return Sized(text, _FENCE_KINDS.get(text, kind) if kind is Kind.ORD else kind, _BIG_ROWS[size])


def text_nodes(parser: Parser, source: str) -> Row:
    """The nodes of text-mode source: words, escaped characters, `$…$`; fonts are dropped."""
    nodes: list[Node] = []
    for math, command, escaped, plain, other in _TEXT_PIECE.findall(source):
        if math:
            nodes.append(Group(parser.nested(math).formula()))
        elif escaped:
            nodes.append(Text(" " if escaped in SPACES else escaped))
        elif command in COMMAND_SYMBOLS:
            nodes.append(Text(COMMAND_SYMBOLS[command].text))
        elif command and command not in _TEXT_FONTS:
            nodes.append(parser.unknown_command(command))
        else:
            nodes.append(Text(re.sub(r"[\s~]+", " ", plain or other).translate(_NO_BRACES)))
    return tuple(nodes)


def _text(parser: Parser, name: str) -> Node:
    return Group(text_nodes(parser, parser.raw_group(name)))


def _operator_name(parser: Parser, name: str) -> Node:
    words = text_nodes(parser, parser.raw_group(name))
    text = "".join(node.text for node in words if isinstance(node, Text | Symbol))
    return parser.with_limits(Operator(text, limits=name.endswith("*")))


def _arg(parser: Parser, _name: str) -> Node:
    """`\\arg\\max` is one operator: its limits belong under both words."""
    for extremum in ("max", "min"):
        if parser.peek_command() == extremum:
            parser.accept(f"\\{extremum}")
            return parser.with_limits(Operator(f"arg {extremum}", limits=True))
    return Operator("arg")


def _letters(table: dict[str, str]) -> CommandParser:
    def mapped(node: Node) -> Node:
        if isinstance(node, Symbol):
            return Symbol(table.get(node.text, node.text), node.kind)
        if isinstance(node, Group):
            return Group(tuple(map(mapped, node.body)), node.kind)
        return node

    def parse(parser: Parser, name: str) -> Node:
        return mapped(parser.command_argument(name))

    return parse


def _font(parser: Parser, name: str) -> Node:
    return parser.command_argument(name)


def _upright(parser: Parser, name: str) -> Node:
    body = parser.command_argument(name)
    symbols = body.body if isinstance(body, Group) else (body,)
    word = "".join(node.text for node in symbols if isinstance(node, Symbol))
    is_word = len(symbols) > 1 and all(isinstance(node, Symbol) for node in symbols) and word.isalnum()
    return Text(word) if is_word else body


def _of_kind(parser: Parser, name: str) -> Node:
    return Group((parser.command_argument(name),), _KINDS[name])


def _negated(parser: Parser, name: str) -> Node:
    target = unwrapped(parser.command_argument(name))
    if not isinstance(target, Symbol):
        raise TexError("`\\not` needs a relation such as `=` or `\\in` after it")
    return Symbol(NEGATED.get(target.text, target.text + "\u0338"), target.kind)


def _boxed(parser: Parser, name: str) -> Node:
    return Boxed(parser.command_argument(name))


def _tag(parser: Parser, name: str) -> Node:
    text = parser.raw_group(name)
    return Tag(text if name.endswith("*") else f"({text})")


def _modulo(parser: Parser, name: str) -> Node:
    modulus = parser.command_argument(name)
    body = (Symbol("(", Kind.OPEN), Operator("mod"), modulus, Symbol(")", Kind.CLOSE))
    return Group((Space(2), *body))


def _substack(parser: Parser, name: str) -> Node:
    if not parser.accept("{"):
        raise TexError("`\\substack` lacks an argument")
    rows = parser.table_rows()
    if not parser.accept("}"):
        raise TexError("`\\substack{` is never closed: a `}` is missing")
    return Table(name, rows)


def _environment(parser: Parser, name: str) -> Node:
    environment = parser.raw_group(name)
    if environment not in _ENVIRONMENTS:
        raise TexError(f"unknown environment `{environment}`")
    if environment not in _WITH_COLUMNS:
        parser.raw_option()
    columns = parser.raw_group(name) if environment in _WITH_COLUMNS else ""
    rows = parser.table_rows()
    if not parser.accept("\\end"):
        raise TexError(f"`\\begin{{{environment}}}` is never closed: `\\end{{{environment}}}` is missing")
    if (ending := parser.raw_group("end")) != environment:
        raise TexError(f"`\\begin{{{environment}}}` is closed by `\\end{{{ending}}}`")
    return Table(environment.rstrip("*"), rows, columns)


def _ignored(_parser: Parser, _name: str) -> Node:
    return Space(0)


def _ignored_with_argument(parser: Parser, name: str) -> Node:
    parser.raw_group(name)
    return Space(0)


def _blank_space(parser: Parser, name: str) -> Node:
    parser.raw_group(name)
    return Space(1)


_TEXT_FONTS = words("text textrm textbf textit textsf texttt textnormal textup mbox hbox emph mathrm")
_PLAIN_FONTS = words("mathbf mathit mathfrak boldsymbol bm pmb mathnormal symbf")

_TABLE: dict[Callable[[Parser, str], Node], str] = {
    _fraction: "frac dfrac tfrac cfrac binom dbinom tbinom",
    _root: "sqrt",
    _accent: " ".join(_ACCENTS),
    _ruled: "overline underline overbrace underbrace",
    _stacked: "overset underset stackrel",
    _arrow: "xrightarrow xleftarrow xRightarrow",
    _fenced: "left",
    _sized: " ".join(f"{size}{side}" for size in _BIG_ROWS for side in _BIG_KINDS),
    _text: " ".join(_TEXT_FONTS[:-1]),
    _operator_name: "operatorname operatorname*",
    _arg: "arg",
    _font: " ".join(_PLAIN_FONTS),
    _upright: "mathrm mathsf mathtt",
    _of_kind: " ".join(_KINDS),
    _negated: "not",
    _boxed: "boxed",
    _tag: "tag tag*",
    _modulo: "pmod",
    _substack: "substack",
    _environment: "begin",
    _ignored: "nonumber notag hline displaylimits hfill strut allowbreak nobreak relax",
    _ignored_with_argument: "label vphantom",
    _blank_space: "hspace hspace* phantom hphantom",
    _letters(DOUBLE_STRUCK): "mathbb mathds",
    _letters(SCRIPT): "mathcal mathscr",
}
COMMANDS: dict[str, CommandParser] = {
    name: parse for parse, names in _TABLE.items() for name in names.split()
}
