"""The masks of MADE: which connections survive, and which outputs each input reaches.

    python content/figures/made_masks.py [FOLDER]

draws made_masks.png into the folder, by default beside this script. A unit carries its degree.
"""

from itertools import pairwise

import numpy as np
from drawing import BLUE, INK, MUTED, ORANGE, PALE_BLUE, PALE_ORANGE, PAPER, Sheet

INPUTS = np.arange(1, 5)
DEGREES = [INPUTS, np.array([1, 1, 2, 3, 3]), np.array([1, 2, 2, 3, 3]), INPUTS]
CHOSEN = 2  # the output (counted from 0) whose paths are marked
MIDDLE, BOTTOM, STEP, SPACE, RADIUS = 310, 615, 177, 112, 25
CELL, SQUARE = 27, 42  # of a mask, of the table of paths


def masks() -> list[np.ndarray]:
    """One of shape (fan-out, fan-in) for each layer of weights."""
    pairs = list(pairwise(DEGREES))
    hidden = [after[:, None] >= before for before, after in pairs[:-1]]
    return [*hidden, pairs[-1][1][:, None] > pairs[-1][0]]


def place(layer: int, unit: int) -> tuple[float, float]:
    """Of a unit of the graph on the sheet."""
    return MIDDLE + (unit - (len(DEGREES[layer]) - 1) / 2) * SPACE, BOTTOM - layer * STEP


def draw_graph(sheet: Sheet) -> None:
    """All units and connections; those from which the chosen output can be reached are marked."""
    reaching = [np.zeros(len(degrees), dtype=bool) for degrees in DEGREES]
    reaching[-1][CHOSEN] = True
    for layer in reversed(range(len(DEGREES) - 1)):
        reaching[layer] = reaching[layer + 1] @ masks()[layer]
    for marked in (False, True):
        for layer, mask in enumerate(masks()):
            for after, before in np.argwhere(mask):
                if reaching[layer + 1][after] == marked:
                    colour, line = (ORANGE, 4) if marked else (MUTED, 2)
                    sheet.line([place(layer, before), place(layer + 1, after)], colour, line)
    for layer, degrees in enumerate(DEGREES):
        for unit, degree in enumerate(degrees):
            fill = ORANGE if reaching[layer][unit] else PALE_BLUE
            sheet.disc(*place(layer, unit), RADIUS, fill)
            sheet.label(*place(layer, unit), str(degree))
    for layer, name in ((0, "x"), (len(DEGREES) - 1, "p")):
        for unit, degree in enumerate(DEGREES[layer]):
            x, y = place(layer, unit)
            sheet.label(x, y + (46 if layer == 0 else -46), name, str(degree))


def draw_matrix(sheet: Sheet, left: float, top: float, layer: int, matrix: np.ndarray) -> None:
    """A mask with the degrees of its rows and columns."""
    for row, column in np.ndindex(*matrix.shape):
        fill = BLUE if matrix[row, column] else PAPER
        sheet.box(left + column * CELL, top + row * CELL, CELL, CELL, fill, MUTED)
    for row, degree in enumerate(DEGREES[layer + 1]):
        sheet.label(left - 16, top + (row + 0.5) * CELL, str(degree), size=20)
    for column, degree in enumerate(DEGREES[layer]):
        sheet.label(left + (column + 0.5) * CELL, top - 16, str(degree), size=20)


def draw_paths(sheet: Sheet, left: float, top: float) -> None:
    """From each input (column) to each output (row), how many paths there are."""
    first, second, third = (mask.astype(int) for mask in masks())
    for (row, column), paths in np.ndenumerate(third @ second @ first):
        fill = PALE_ORANGE if paths else PAPER
        sheet.box(left + column * SQUARE, top + row * SQUARE, SQUARE, SQUARE, fill, MUTED)
        sheet.label(left + (column + 0.5) * SQUARE, top + (row + 0.5) * SQUARE, str(paths), size=20)
    for unit, degree in enumerate(INPUTS):
        sheet.label(left - 20, top + (unit + 0.5) * SQUARE, "p", str(degree), size=22)
        sheet.label(left + (unit + 0.5) * SQUARE, top - 18, "x", str(degree), size=22)


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 700)
    draw_graph(sheet)
    for layer, (mask, sign) in enumerate(zip(masks(), (">=", ">=", ">"), strict=True)):
        top = BOTTOM - (layer + 0.5) * STEP - len(mask) * CELL / 2 + 8
        draw_matrix(sheet, 680, top, layer, mask)
        sheet.label(630, top + len(mask) * CELL / 2, sign, size=28, fill=INK)
    draw_paths(sheet, 940, 266)
    sheet.label(940 + 2 * SQUARE, 266 + 4 * SQUARE + 30, "paths", size=24)
    sheet.save(__file__)


main()
