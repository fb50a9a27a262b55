"""Fractions, roots, accents, rules, arrows and the other constructs."""

import unicodedata
from dataclasses import replace

import msgspec

from studyapp.tex.box import Box, beside, spaces, stack, text_box
from studyapp.tex.delimiters import grown
from studyapp.tex.items import (
    LETTERS,
    LETTERS_AND_FENCES,
    SCRIPT_STYLE,
    Item,
    Level,
    Style,
    lay,
    parenthesised,
    solid,
    text_item,
)
from studyapp.tex.nodes import (
    Accent,
    Arrow,
    Boxed,
    Fraction,
    Kind,
    Node,
    Raw,
    Root,
    Ruled,
    Script,
    Space,
    Stacked,
    Symbol,
    Tag,
    Text,
    unwrapped,
)
from studyapp.tex.scripts import unicode_superscript

_LONGEST_SLASHED = 30
_BAR = "─"


@lay.register
def _(node: Space, _style: Style) -> Item:
    return Item(spaces(node.width), None)


@lay.register
def _(node: Text, _style: Style) -> Item:
    return text_item(node.text, level=Level.SUM if " " in node.text.strip() else Level.ATOM)


@lay.register
def _(node: Raw, _style: Style) -> Item:
    return replace(text_item(node.source), apart_from=LETTERS)


@lay.register
def _(node: Tag, _style: Style) -> Item:
    return text_item(f"    {node.text}")


# --- fractions ----------------------------------------------------------------------------------------------


@lay.register
def _(node: Fraction, style: Style) -> Item:
    display = style.display if node.display is None else node.display and not style.script
    top, bottom = lay(node.top, style.inner()), lay(node.bottom, style.inner())
    if not node.bar:
        return _binomial(top, bottom)
    if not display and top.is_row and bottom.is_row:
        item = _slashed(top, bottom)
        if style.script or item.box.width <= _LONGEST_SLASHED:
            return item
    return _stacked(top.box, bottom.box)


def _slashed(top: Item, bottom: Item) -> Item:
    first = parenthesised(top) if top.level <= Level.SLASH else top
    second = parenthesised(bottom) if bottom.level <= Level.PRODUCT else bottom
    return Item(beside([first.box, text_box("/"), second.box]), Kind.INNER, Level.SLASH)


def _stacked(top: Box, bottom: Box) -> Item:
    """The bar is longer than what it separates where it could be taken for a minus or for an inner bar."""
    width = max(top.width, bottom.width, 1)
    lines = [line for box in (top, bottom) if box.width == width for line in box.lines]
    if width == 1 or any(line.startswith(_BAR) or line.endswith(_BAR) for line in lines):
        width += 2
    return solid(stack([top, text_box(_BAR * width), bottom], on=1), Kind.INNER)


def _binomial(top: Item, bottom: Item) -> Item:
    body = stack([top.box, bottom.box], on=0)
    rows = body.height - 1
    column = Box(body.lines, min(body.baseline, rows), body.width)
    fences = [grown(glyph, column.baseline, column.below) for glyph in "()"]
    return solid(beside([fences[0], column, fences[1]]), Kind.INNER)


# --- roots --------------------------------------------------------------------------------------------------


@lay.register
def _(node: Root, style: Style) -> Item:
    radicand = lay(node.radicand, style)
    if not radicand.is_row:
        root = _tall_root(radicand.box)
    elif style.display and radicand.level < Level.APPLY:
        root = _roofed_root(radicand.box)
    else:
        is_atom = radicand.level is Level.ATOM
        inside = radicand if is_atom else parenthesised(radicand)
        root = Item(beside([text_box("√"), inside.box]), level=Level.APPLY, apart_from=LETTERS_AND_FENCES)
    return _with_index(root, node.index) if node.index else root


def _roofed_root(radicand: Box) -> Item:
    roof = spaces(1), text_box("_" * radicand.width)
    body = beside([text_box("√"), radicand])
    return Item(stack([beside(roof), body], on=1), level=Level.APPLY, apart_from=LETTERS_AND_FENCES)


def _tall_root(radicand: Box) -> Item:
    roof = " ┌" + _BAR * radicand.width
    lines = [f" │{line}" for line in radicand.lines[:-1]]
    lines.append(f"╲│{radicand.lines[-1]}")
    box = Box((roof, *lines), radicand.baseline + 1, radicand.width + 2)
    return solid(box, Kind.INNER, Level.APPLY)


def _with_index(root: Item, index: Node) -> Item:
    small = lay(index, SCRIPT_STYLE)
    text = unicode_superscript(small.text) if small.is_row else None
    if text is not None and root.box.below == 0:
        return replace(root, box=beside([text_box(text), root.box]))
    rise = max(1, root.box.baseline) if root.box.below == 0 else root.box.baseline
    lines = small.box.lines + (" " * small.box.width,) * rise
    return replace(root, box=beside([Box(lines, len(lines) - 1, small.box.width), root.box]))


# --- accents and rules --------------------------------------------------------------------------------------


@lay.register
def _(node: Accent, style: Style) -> Item:
    base = unwrapped(node.base)
    if isinstance(base, Script) and isinstance(base.base, Symbol):
        # \bar{\alpha_t} is drawn as \bar\alpha_t: the mark fits on the letter, not over both.
        accented = msgspec.structs.replace(node, base=base.base)
        return lay(msgspec.structs.replace(base, base=accented), style)
    item = lay(base, style)
    if item.is_row and item.box.width == 1:
        return replace(item, box=text_box(unicodedata.normalize("NFC", item.text + node.combining)), glyph="")
    row = node.row or "_" * max(1, item.box.width)
    return replace(item, box=stack([text_box(row), item.box], on=1), level=Level.ATOM)


@lay.register
def _(node: Ruled, style: Style) -> Item:
    item = lay(node.base, style)
    width = max(1, item.box.width)
    if node.brace:
        rule = _brace_row(width, over=node.over)
    elif item.is_row and width == 1:
        combining = "\u0304" if node.over else "\u0332"
        return replace(item, box=text_box(unicodedata.normalize("NFC", item.text + combining)), glyph="")
    else:
        rule = ("_" if node.over else "‾") * width
    boxes = [text_box(rule), item.box] if node.over else [item.box, text_box(rule)]
    return replace(item, box=stack(boxes, on=int(node.over)), level=Level.ATOM, apart_from=frozenset())


def _brace_row(width: int, *, over: bool) -> str:
    left, tip, right = "╭┴╮" if over else "╰┬╯"
    if width < 3:
        return (left + right) if width == 2 else ("⏞" if over else "⏟")
    before = (width - 3) // 2
    return left + _BAR * before + tip + _BAR * (width - 3 - before) + right


@lay.register
def _(node: Stacked, style: Style) -> Item:
    base = lay(node.base, style)
    boxes = [base.box]
    if node.over:
        boxes.insert(0, lay(node.over, SCRIPT_STYLE).box)
    if node.under:
        boxes.append(lay(node.under, SCRIPT_STYLE).box)
    kind = _only_kind(node.base, base)
    return replace(base, box=stack(boxes, on=int(node.over is not None)), kind=kind, glyph="")


def _only_kind(node: Node, item: Item) -> Kind:
    """The kind of a group's only symbol, so that `\\overset{?}{=}` and `\\boxed{=}` stay relations."""
    kind = getattr(unwrapped(node), "kind", item.kind)
    return kind if isinstance(kind, Kind) else Kind.ORD


@lay.register
def _(node: Arrow, _style: Style) -> Item:
    labels = [lay(label, SCRIPT_STYLE).box for label in (node.over, node.under) if label is not None]
    width = max(label.width for label in labels) + 2
    shaft = "═" if node.head == "⇒" else _BAR
    arrow = node.head + shaft * width if node.head == "←" else shaft * width + node.head
    return Item(stack([labels[0], text_box(arrow), *labels[1:]], on=1), Kind.REL)


@lay.register
def _(node: Boxed, style: Style) -> Item:
    """The brackets cover all rows, scripts too: they show without colour what is asked for."""
    item = lay(node.body, style)
    fences = [grown(glyph, item.box.baseline, item.box.below) for glyph in "[]"]
    box = beside([fences[0], item.box, fences[1]])
    return solid(box, _only_kind(node.body, item))
