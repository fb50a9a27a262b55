"""Position-sensitive RoI pooling for one class: each bin is read from the map of its own part; the bins vote.

    python content/figures/position_sensitive_pooling.py [FOLDER]

draws position_sensitive_pooling.png into the folder, by default beside this script. Map (i, j) fires where
part (i, j) of the object lies. One region fits the object, the other has its top left corner and
is too large.
"""

import numpy as np
from drawing import BLUE, INK, MUTED, ORANGE, PALE_ORANGE, PAPER, RED, Sheet, between

GRID = 3  # k
WIDTH, HEIGHT = 11, 11  # of the maps, in cells
OBJECT, LOOSE = (1, 1, 6, 6), (1, 1, 9, 9)  # left, top, width and height in cells
SPREAD = 1.0  # the standard deviation of a map's response, in cells
CELL, GAP, LEFT, TOP = 15, 18, 30, 24
BIN = 70


def score_maps() -> np.ndarray:
    """Of shape (k, k, HEIGHT, WIDTH): a bump where each part of the object is; rows come first."""
    left, top, width, height = OBJECT
    parts = np.arange(GRID) + 0.5
    x, y = np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5
    across = np.exp(-(((x - left - parts[:, None] * width / GRID) / SPREAD) ** 2) / 2)
    down = np.exp(-(((y - top - parts[:, None] * height / GRID) / SPREAD) ** 2) / 2)
    return down[:, None, :, None] * across[None, :, None, :]


def bin_edges(region: tuple[int, int, int, int], row: int, column: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a bin in cells: starts rounded down, ends rounded up."""
    left, top, width, height = region
    first_x, first_y = left + column * width // GRID, top + row * height // GRID
    return first_x, first_y, left - (-(column + 1) * width // GRID), top - (-(row + 1) * height // GRID)


def draw_maps(sheet: Sheet, maps: np.ndarray) -> None:
    """The k x k maps, each with its bin of both regions."""
    for row, column in np.ndindex(GRID, GRID):
        left, top = LEFT + column * (WIDTH * CELL + GAP), TOP + row * (HEIGHT * CELL + GAP)
        for (y, x), value in np.ndenumerate(maps[row, column]):
            fill = between(PAPER, BLUE, round(value * 8) / 8)
            sheet.box(left + x * CELL, top + y * CELL, CELL, CELL, fill, fill, 1)
        sheet.box(left, top, WIDTH * CELL, HEIGHT * CELL, None, MUTED)
        for region, colour in ((LOOSE, RED), (OBJECT, ORANGE)):
            x, y, width, height = (side * CELL for side in region)
            sheet.box(left + x, top + y, width, height, None, colour, 2)
            x0, y0, x1, y1 = bin_edges(region, row, column)
            sheet.box(left + x0 * CELL, top + y0 * CELL, (x1 - x0) * CELL, (y1 - y0) * CELL, None, colour, 5)


def draw_votes(sheet: Sheet, maps: np.ndarray) -> None:
    """For both regions the means of the bins, and their mean."""
    for number, (region, colour) in enumerate(((OBJECT, ORANGE), (LOOSE, RED))):
        left, top = 700, 64 + number * 270
        votes = np.zeros((GRID, GRID))
        for row, column in np.ndindex(GRID, GRID):
            x0, y0, x1, y1 = bin_edges(region, row, column)
            votes[row, column] = maps[row, column, y0:y1, x0:x1].mean()
            x, y = left + column * BIN, top + row * BIN
            sheet.box(x, y, BIN, BIN, PALE_ORANGE if region == OBJECT else PAPER, MUTED)
            sheet.label(x + BIN / 2, y + BIN / 2, f"{votes[row, column]:.2f}", size=24)
        sheet.box(left, top, GRID * BIN, GRID * BIN, None, colour, 5)
        middle = top + GRID * BIN / 2
        sheet.arrow(left - 76, middle, 62, 0)
        sheet.arrow(left + GRID * BIN + 14, middle, 92, 0)
        sheet.label(left + GRID * BIN + 58, middle - 22, "mean", size=22)
        sheet.label(left + GRID * BIN + 160, middle, f"{votes.mean():.2f}", size=34, fill=INK)


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 584)
    maps = score_maps()
    draw_maps(sheet, maps)
    draw_votes(sheet, maps)
    sheet.save(__file__)


main()
