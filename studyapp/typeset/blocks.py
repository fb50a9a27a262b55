"""Block-level Markdown → lines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rich.cells import cell_len

from studyapp.tex import render
from studyapp.typeset.flow import Flow, printable
from studyapp.typeset.inline import inline_tokens
from studyapp.typeset.spans import BLANK, PLAIN, Block, Line, Span, Style, joined
from studyapp.typeset.tables import Align, Cell, table_block
from studyapp.typeset.wrap import wrapped

if TYPE_CHECKING:
    from markdown_it.token import Token

_BULLETS = "•◦▪"
_CODE_INDENT = 2
_NARROWEST = 8
_QUOTE_BAR = "│ "
_TAB = 4


@dataclass(slots=True)
class Node:
    """A token with the blocks that it encloses."""

    token: "Token"
    children: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a block needs to know about its surroundings."""

    width: int
    raw_math: bool
    style: Style = PLAIN
    depth: int = 0
    tight: bool = False


def nested(tokens: Sequence["Token"]) -> list[Node]:
    """The flat token stream as trees."""
    top: list[Node] = []
    open_lists = [top]
    for token in tokens:
        if token.nesting < 0:
            open_lists.pop()
            continue
        node = Node(token)
        open_lists[-1].append(node)
        if token.nesting > 0:
            open_lists.append(node.children)
    return top


def sequence(nodes: Sequence[Node], setting: Setting) -> Block:
    """Blocks under each other, a blank line between them unless they stand in a tight list."""
    lines: list[Line] = []
    lead = 0
    for node in nodes:
        block = _LAYOUTS.get(node.token.type, _nothing)(node, setting)
        if not block.lines:
            continue
        if lines and not setting.tight:
            lines.append(BLANK)
        if not lines:
            lead = block.lead
        lines.extend(block.lines)
    return Block(tuple(lines), lead)


def _nothing(_node: Node, _setting: Setting) -> Block:
    return Block(())


def _paragraph(node: Node, setting: Setting) -> Block:
    tokens = inline_tokens(_inline_children(node), setting.style, raw_math=setting.raw_math)
    return wrapped(tokens, setting.width, setting.style)


def _inline_children(node: Node) -> list["Token"]:
    return [child for inline in node.children for child in inline.token.children or []]


def _heading(node: Node, setting: Setting) -> Block:
    return _paragraph(node, replace(setting, style=("heading",)))


def _rule(_node: Node, setting: Setting) -> Block:
    return Block((Line((Span("─" * setting.width, ("rule",)),)),))


def _plain_lines(source: str, style: Style, width: int) -> Block:
    """Source shown as it is, each of its lines wrapped."""
    lines: list[Line] = []
    for line in source.splitlines():
        flow = Flow()
        flow.text(line, style, verbatim=True)
        lines.extend(wrapped(flow.finish(), width, style).lines or (BLANK,))
    return Block(tuple(lines))


def _html(node: Node, setting: Setting) -> Block:
    source = node.token.content.strip()
    return Block(()) if source.startswith("<!--") else _plain_lines(source, ("dim",), setting.width)


def _code(node: Node, setting: Setting) -> Block:
    rows = [printable(row).expandtabs(_TAB) for row in node.token.content.removesuffix("\n").split("\n")]
    scrollable = max(map(cell_len, rows)) + _CODE_INDENT > setting.width
    spans = [joined([Span(" " * _CODE_INDENT + row, ("code-block",))]) for row in rows]
    return Block(tuple(Line(row, scrollable) for row in spans))


def _math(node: Node, setting: Setting) -> Block:
    source = node.token.content.strip()
    if setting.raw_math:
        return _plain_lines(f"$$\n{source}\n$$", ("math",), setting.width)
    box = render(source, display=True)
    label = f"  ({node.token.info})" if node.token.info else ""
    scrollable = box.width + cell_len(label) > setting.width
    room = setting.width - box.width
    indent = Span(" " * max(0, min(room // 2, room - cell_len(label))))
    rows = [[indent, Span(row, ("math",))] for row in box.lines]
    rows[box.baseline].append(Span(label, ("dim",)))
    return Block(tuple(Line(joined(row), scrollable) for row in rows), box.baseline)


# --- quotes and lists ---------------------------------------------------------------------------------------


def _prefixed(block: Block, first: Span, rest: Span) -> Block:
    """Put `first` before the leading row and `rest` before all others."""
    lines = [
        Line(joined([first if index == block.lead else rest, *line.spans]), line.scrollable)
        for index, line in enumerate(block.lines)
    ]
    return Block(tuple(lines), block.lead)


def _quote(node: Node, setting: Setting) -> Block:
    inner = setting.width - len(_QUOTE_BAR)
    quoted = replace(setting, style=("quote",), tight=False)
    if inner < _NARROWEST:
        return sequence(node.children, quoted)
    bar = Span(_QUOTE_BAR, ("quote",))
    return _prefixed(sequence(node.children, replace(quoted, width=inner)), bar, bar)


def _list(node: Node, setting: Setting) -> Block:
    tight = all(
        child.token.hidden for item in node.children for child in item.children if _is_paragraph(child)
    )
    markers = _markers(node, setting.depth)
    inner = replace(setting, tight=tight, depth=setting.depth + 1)
    lines: list[Line] = []
    lead = 0
    for item, marker in zip(node.children, markers, strict=True):
        block = _item(item, marker, inner)
        if lines and not tight:
            lines.append(BLANK)
        if not lines:
            lead = block.lead
        lines.extend(block.lines)
    return Block(tuple(lines), lead)


def _is_paragraph(node: Node) -> bool:
    return node.token.type == "paragraph_open"


def _markers(node: Node, depth: int) -> list[str]:
    if node.token.type == "bullet_list_open":
        return [f"{_BULLETS[depth % len(_BULLETS)]} "] * len(node.children)
    start = int(node.token.attrs.get("start", 1))
    numbers = [f"{start + index}. " for index in range(len(node.children))]
    return [number.rjust(max(map(len, numbers))) for number in numbers]


def _item(node: Node, marker: str, setting: Setting) -> Block:
    bullet = Span(marker, ("bullet",))
    inner = setting.width - len(marker)
    if inner < _NARROWEST:
        alone = _plain_lines(marker.strip(), ("bullet",), setting.width)
        content = sequence(node.children, setting)
        return Block(alone.lines + content.lines)
    block = sequence(node.children, replace(setting, width=inner))
    return _prefixed(block if block.lines else Block((BLANK,)), bullet, Span(" " * len(marker)))


# --- tables -------------------------------------------------------------------------------------------------


def _table(node: Node, setting: Setting) -> Block:
    rows = [
        [_cell(cell, setting) for cell in row.children] for part in node.children for row in part.children
    ]
    return table_block(rows, setting.width)


def _cell(node: Node, setting: Setting) -> Cell:
    is_header = node.token.type == "th_open"
    style: Style = (*setting.style, "strong") if is_header else setting.style
    alignment = str(node.token.attrs.get("style", "")).removeprefix("text-align:")
    align: Align = "right" if alignment == "right" else "center" if alignment == "center" else "left"
    return Cell(inline_tokens(_inline_children(node), style, raw_math=setting.raw_math), align, style)


_LAYOUTS: dict[str, Callable[[Node, Setting], Block]] = {
    "paragraph_open": _paragraph,
    "heading_open": _heading,
    "hr": _rule,
    "html_block": _html,
    "fence": _code,
    "code_block": _code,
    "math_block": _math,
    "math_block_label": _math,
    "blockquote_open": _quote,
    "bullet_list_open": _list,
    "ordered_list_open": _list,
    "table_open": _table,
}
