"""A row of atoms: which are unary, how high delimiters grow, and the space between neighbours."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from studyapp.tex.box import Box, beside, spaces
from studyapp.tex.delimiters import grown
from studyapp.tex.items import LETTERS, Item, Level, Style, lay, text_item
from studyapp.tex.nodes import Fenced, Group, Kind, Row, Script, Styled
from studyapp.tex.scripts import attached

_BEFORE_UNARY = {None, Kind.BIN, Kind.OP, Kind.REL, Kind.OPEN, Kind.PUNCT}
_AFTER_UNARY = {None, Kind.REL, Kind.CLOSE, Kind.PUNCT}
_BARS = {"|", "‖"}
_DIFFERENTIALS = {"d", "∂", "∇", "D"}
_WIDE_SPACE = 2


def lay_row(row: Row, style: Style) -> Item:
    """Lay out a row as one item."""
    return joined(row_items(row, style), style)


@lay.register
def _(node: Group, style: Style) -> Item:
    return replace(lay_row(node.body, style), kind=node.kind)


def row_items(row: Row, style: Style) -> list[Item]:
    """The atoms of a row with their final kinds, delimiters grown."""
    return _resolved(list(_raw_items(row, style)), style)


def _raw_items(row: Row, style: Style) -> Iterator[Item]:
    for node in row:
        if isinstance(node, Fenced):
            yield from _fenced_items(node, None, style)
        elif isinstance(node, Script) and isinstance(node.base, Fenced):
            yield from _fenced_items(node.base, node, style)
        elif isinstance(node, Styled):
            yield from row_items(node.body, replace(style, display=node.display and not style.script))
        else:
            yield lay(node, style)


@lay.register
def _(node: Fenced, style: Style) -> Item:
    return lay_row((node,), style)


@lay.register
def _(node: Styled, style: Style) -> Item:
    return lay_row((node,), style)


# --- delimiters ---------------------------------------------------------------------------------------------


def _fenced_items(node: Fenced, script: Script | None, style: Style) -> list[Item]:
    parts = [row_items(part, style) for part in node.parts]
    above, below = _extent([item for part in parts for item in part])
    items: list[Item] = []
    for index, glyph in enumerate(node.delimiters):
        last = len(node.delimiters) - 1
        kind = Kind.OPEN if index == 0 else Kind.CLOSE if index == last else Kind.REL
        items.append(_fence(glyph, kind, above, below))
        if index < last:
            items.extend(parts[index])
    closing = attached(items[-1], script, style) if script else items[-1]
    items[-1] = replace(closing, apart_from=LETTERS)
    return items


def _fence(glyph: str, kind: Kind, above: int, below: int) -> Item:
    box = grown(glyph, above, below)
    return Item(box, kind, core=(box.baseline, box.below))


def _extent(items: Sequence[Item]) -> tuple[int, int]:
    above = max((item.core[0] for item in items), default=0)
    below = max((item.core[1] for item in items), default=0)
    return above, below


def _resolved(items: list[Item], style: Style) -> list[Item]:
    _classify_bars(items)
    _find_unary(items)
    _grow_pairs(items, style)
    _grow_single(items, style)
    return _guard_slashes(items)


def _classify_bars(items: list[Item]) -> None:
    """An even number of plain bars in one pair of parentheses encloses things; a single ‖ separates two."""
    groups: dict[tuple[int, str], list[int]] = {}
    open_groups = [0]
    for index, item in enumerate(items):
        if item.kind is Kind.OPEN:
            open_groups.append(index + 1)
        elif item.kind is Kind.CLOSE and len(open_groups) > 1:
            open_groups.pop()
        elif item.glyph in _BARS and item.kind is Kind.ORD:
            groups.setdefault((open_groups[-1], item.glyph), []).append(index)
    for (_, glyph), indices in groups.items():
        if len(indices) % 2 == 0:
            for number, index in enumerate(indices):
                items[index] = replace(items[index], kind=Kind.CLOSE if number % 2 else Kind.OPEN)
        elif len(indices) == 1 and glyph == "‖" and items[indices[0]].scripts is None:
            items[indices[0]] = replace(items[indices[0]], kind=Kind.REL)


def _find_unary(items: list[Item]) -> None:
    """Binary operators without two operands become ordinary (The TeXbook, appendix G, rules 5 and 6)."""
    atoms = [index for index, item in enumerate(items) if item.kind is not None]
    before: Kind | None = None
    for position, index in enumerate(atoms):
        after = items[atoms[position + 1]].kind if position + 1 < len(atoms) else None
        if items[index].kind is Kind.BIN and (before in _BEFORE_UNARY or after in _AFTER_UNARY):
            items[index] = replace(items[index], kind=Kind.ORD, unary=after not in _AFTER_UNARY)
        before = items[index].kind


def _grow_pairs(items: list[Item], style: Style) -> None:
    """Match parentheses of any shape and let both grow with what stands between them."""
    waiting: list[int] = []
    for index, item in enumerate(items):
        if not item.glyph:
            continue
        if item.kind is Kind.OPEN:
            waiting.append(index)
        elif item.kind is Kind.CLOSE and waiting:
            first = waiting.pop()
            above, below = _extent(items[first + 1 : index])
            for end in (first, index):
                items[end] = _final(items[end], above, below, style)


def _grow_single(items: list[Item], style: Style) -> None:
    """Delimiters without a partner keep the height that `\\big` and its like ask for."""
    for index, item in enumerate(items):
        if item.glyph:
            items[index] = _final(item, item.rows // 2, item.rows // 2, style)


def _final(item: Item, above: int, below: int, style: Style) -> Item:
    fence = _fence(item.glyph, item.kind or Kind.ORD, above, below)
    if fence.kind is Kind.CLOSE and not fence.is_row:
        fence = replace(fence, apart_from=LETTERS)
    return attached(fence, item.scripts, style) if item.scripts else fence


# --- one-line fractions -------------------------------------------------------------------------------------


def _guard_slashes(items: list[Item]) -> list[Item]:
    """Put parentheses around `a/b` where a neighbour would be read as part of it."""
    guarded: list[Item] = []
    for index, item in enumerate(items):
        if item.kind is Kind.INNER and item.level is Level.SLASH and _is_touched(items, index):
            inner = replace(item, kind=Kind.ORD, level=Level.ATOM)
            closing = replace(text_item(")", Kind.CLOSE), apart_from=LETTERS)
            guarded += [text_item("(", Kind.OPEN), inner, closing]
        else:
            guarded.append(item)
    return guarded


def _is_touched(items: Sequence[Item], index: int) -> bool:
    before = _neighbour(items[:index][::-1])
    after = _neighbour(items[index + 1 :])
    multiplies = before and not before.unary and before.kind in {Kind.ORD, Kind.CLOSE, Kind.INNER}
    if before and (multiplies or before.named) and before.text[-1:] not in {"", " "}:
        return True
    if after is None or after.text[:1] in {"", " ", "."}:
        return False
    ends_closed = items[index].text.endswith(")") and (after.kind is Kind.OP or items[index + 1].kind is None)
    return after.kind in {Kind.ORD, Kind.OPEN, Kind.OP, Kind.INNER} and not ends_closed


def _neighbour(items: Sequence[Item]) -> Item | None:
    """The next atom, unless the author put wide space before it."""
    for item in items:
        if item.kind is not None:
            return item
        if item.box.width >= _WIDE_SPACE:
            break
    return None


# --- spaces -------------------------------------------------------------------------------------------------


def _gap(left: Item, right: Item, style: Style) -> int:
    kinds = {left.kind, right.kind}
    if "/" in (left.text, right.text):
        return 0
    if Kind.OP in kinds:
        return _operator_gap(left, right)
    if right.kind in left.apart_from:
        return 1
    if left.unary:
        return int(right.kind is Kind.INNER and not right.is_row)
    if style.script or (left.kind is Kind.OPEN or right.kind is Kind.CLOSE):
        return 0
    if Kind.REL in kinds:
        return int(left.kind is not right.kind)
    if Kind.BIN in kinds or left.kind is Kind.PUNCT:
        return 1
    starts_gradient = right.text.startswith("∇") and left.text[-1:] not in "∇"
    return int((Kind.INNER in kinds and right.kind is not Kind.PUNCT) or starts_gradient)


def _operator_gap(left: Item, right: Item) -> int:
    if left.kind is Kind.OPEN or left.unary or right.kind in {Kind.CLOSE, Kind.PUNCT}:
        return 0
    return int(not (left.named and right.kind is Kind.OPEN))


def _spaced(items: Sequence[Item], style: Style) -> Iterator[Box]:
    """The boxes of the items with spaces between them: the wider of TeX's own and the author's."""
    previous: Item | None = None
    explicit = 0
    for item in items:
        if item.kind is None:
            explicit += max(0, item.box.width - 1) if style.script else item.box.width
            continue
        gap = max(explicit, _gap(previous, item, style)) if previous else explicit
        yield from ((spaces(gap),) if gap else ())
        yield item.box
        previous, explicit = item, 0
    if explicit:
        yield spaces(explicit)


def joined(items: Sequence[Item], style: Style) -> Item:
    """Put items next to each other as one item."""
    atoms = [item for item in items if item.kind is not None]
    apart_from = atoms[-1].apart_from if atoms else frozenset()
    box = beside(list(_spaced(items, style)))
    return Item(box, Kind.ORD, _level(atoms), _extent(items), apart_from=apart_from)


def _level(atoms: Sequence[Item]) -> Level:
    units = list(_units(atoms))
    if not units:
        return Level.ATOM
    lowest = min(units)
    if len(units) == 1 or lowest <= Level.SLASH:
        return lowest
    if len(units) == 2 and atoms[0].text in _DIFFERENTIALS:
        return Level.APPLY
    return Level.PRODUCT


def _units(atoms: Sequence[Item]) -> Iterator[Level]:
    """The levels of the factors of a row: numbers and `f(x)` count as one."""
    depth = 0
    previous: Item | None = None
    for item in atoms:
        if item.kind is Kind.CLOSE:
            depth -= 1
        elif depth == 0:
            follows_number = previous is not None and _is_digit(previous) and _is_digit(item)
            is_argument = item.kind is Kind.OPEN and previous is not None and _can_apply(previous)
            if not follows_number and not is_argument:
                yield _unit_level(item)
        if item.kind is Kind.OPEN:
            depth += 1
        previous = item


def _is_digit(item: Item) -> bool:
    return item.text.replace(".", "0").isdecimal()


def _can_apply(item: Item) -> bool:
    return item.named or (item.kind is Kind.ORD and not _is_digit(item))


def _unit_level(item: Item) -> Level:
    if item.kind in {Kind.BIN, Kind.REL, Kind.PUNCT}:
        return Level.SUM
    if item.kind is Kind.OP:
        return Level.PRODUCT if item.named else Level.SUM
    return Level.SLASH if item.text == "/" else item.level
