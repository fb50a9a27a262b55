"""Environments: matrices, cases, aligned equations, arrays and stacked lines."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from studyapp.tex.box import EMPTY, Align, Box, beside, centred, spaces, stack, widen
from studyapp.tex.delimiters import grown
from studyapp.tex.items import SCRIPT_STYLE, Item, Style, lay, solid
from studyapp.tex.nodes import Kind, Row, Symbol, Table
from studyapp.tex.rows import lay_row

_FENCES = {
    "pmatrix": "()",
    "bmatrix": "[]",
    "Bmatrix": "{}",
    "vmatrix": "||",
    "Vmatrix": "‖‖",
    "cases": ("{", ""),
    "dcases": ("{", ""),
    "rcases": ("", "}"),
}
_CASES = {"cases", "dcases", "rcases"}
_BRACED = _CASES | {"Bmatrix"}
_EQUATIONS = {"aligned", "align", "alignedat", "split", "eqnarray", "lines"}
_CENTRED_LINES = {"gathered", "gather", "multline", "equation"}
_ALIGNMENTS: dict[str, Align] = {"l": "left", "c": "center", "r": "right"}


@lay.register
def _(node: Table, style: Style) -> Item:
    columns = max(len(row) for row in node.rows)
    cells = [[_cell(node, row, column, style) for column in range(columns)] for row in node.rows]
    body = _rows_stacked([_row_box(node, cells, row) for row in cells], roomy=_needs_middle(node))
    left, right = _FENCES.get(node.name, ("", ""))
    if not left and not right:
        return solid(body)
    above, below = body.baseline, body.below
    inner = beside([spaces(1), body]) if node.name in _CASES else body
    return solid(beside([grown(left, above, below), inner, grown(right, above, below)]), Kind.INNER)


def _cell(node: Table, row: Sequence[Row], column: int, style: Style) -> Box:
    if column >= len(row):
        return EMPTY
    display = style.display and (node.name in _EQUATIONS | _CENTRED_LINES or node.name == "dcases")
    cell_style = SCRIPT_STYLE if node.name in {"substack", "subarray"} else replace(style, display=display)
    # As in amsmath, an empty atom before `= b` gives the relation its space.
    continues = node.name in _EQUATIONS and column % 2 == 1
    return lay_row((Symbol(""), *row[column]) if continues else row[column], cell_style).box


def _needs_middle(node: Table) -> bool:
    """Two cases leave room for the tip of the brace between them."""
    return node.name in _BRACED and len(node.rows) == 2


def _row_box(node: Table, cells: Sequence[Sequence[Box]], row: Sequence[Box]) -> Box:
    parts: list[Box] = []
    above, below = max(box.baseline for box in row), max(box.below for box in row)
    for column, box in enumerate(row):
        width = max(line[column].width for line in cells)
        parts.append(_separator(node, column, above, below))
        parts.append(widen(box, width, _alignment(node, column)))
    parts.append(_separator(node, len(row), above, below))
    return beside(parts)


def _separator(node: Table, column: int, above: int, below: int) -> Box:
    """What stands left of a column: a gap, and a rule where an array's column specification has one."""
    specification = _array_rules(node.columns) if node.name == "array" else []
    edge = column in {0, max(len(row) for row in node.rows)}
    gap = 0 if edge else _gap(node, column)
    if column < len(specification) and specification[column]:
        is_last = column == len(specification) - 1
        return beside([spaces(int(column > 0)), _rule(above, below), spaces(int(not is_last))])
    return spaces(gap)


def _rule(above: int, below: int) -> Box:
    return Box(("│",) * (above + below + 1), above, 1)


def _array_rules(columns: str) -> list[bool]:
    """For each column, and the right edge, whether a vertical rule stands before it."""
    rules, pending = [], False
    for char in columns:
        if char == "|":
            pending = True
        elif char in _ALIGNMENTS:
            rules.append(pending)
            pending = False
    return [*rules, pending]


def _gap(node: Table, column: int) -> int:
    if node.name in _EQUATIONS:
        return 0 if column % 2 else 3
    return 3 if node.name in _CASES else 2


def _alignment(node: Table, column: int) -> Align:
    if node.name in _EQUATIONS:
        single = all(len(row) == 1 for row in node.rows)
        return "left" if column % 2 or single else "right"
    if node.name in _CASES:
        return "left"
    specified = [char for char in node.columns if char in _ALIGNMENTS] if node.name == "array" else []
    return _ALIGNMENTS[specified[column]] if column < len(specified) else "center"


def _rows_stacked(rows: Sequence[Box], *, roomy: bool) -> Box:
    """Rows under each other, a blank line between them where a tall one would touch its neighbour."""
    boxes = [rows[0]]
    for upper, lower in pairwise(rows):
        if roomy or upper.below or lower.baseline:
            boxes.append(spaces(0))
        boxes.append(lower)
    body = stack(boxes, on=0, align="left")
    return body if len(rows) == 1 else centred(body)
