"""Nine sampling points of a deformable convolution on four objects, with their offsets from the regular grid.

    python content/figures/deformable_sampling.py [FOLDER]

Each object is a square after a map of the plane, and the same map moves the sampling points.
"""

import math
from collections.abc import Callable

from drawing import INK, MUTED, ORANGE, PALE_BLUE, PALE_ORANGE, PAPER, RED, Plot, Point, Sheet

CELLS, CELL = 9, 29  # pixels of the feature map along a side, and how large they are drawn
GRID = [(x, y) for y in (1, 0, -1) for x in (-1, 0, 1)]
HALF = 1.45  # half the side of the square
ANGLE, STRETCH = math.radians(35), 1.6


def regular(x: float, y: float) -> Point:
    """No offsets: the ordinary convolution."""
    return x, y


def dilated(x: float, y: float) -> Point:
    """Dilation 2."""
    return 2 * x, 2 * y


def turned(x: float, y: float) -> Point:
    """A rotation and a change of scale."""
    cos, sin = STRETCH * math.cos(ANGLE), STRETCH * math.sin(ANGLE)
    return cos * x - sin * y, sin * x + cos * y


def bent(x: float, y: float) -> Point:
    """A bend along a circle."""
    radius, turn = 3.4 + 1.2 * y, 0.62 * x
    return radius * math.sin(turn), radius * math.cos(turn) - 3.1


def outline() -> list[Point]:
    """Points along the edge of the square."""
    steps = [HALF * (i / 10 - 1) for i in range(20)]
    sides = [[(s, HALF) for s in steps], [(HALF, -s) for s in steps]]
    return [*sides[0], *sides[1], *((-x, -y) for x, y in sides[0]), *((-x, -y) for x, y in sides[1])]


def draw_panel(sheet: Sheet, left: float, title: str, move: Callable[[float, float], Point]) -> None:
    """The object, the pixels, the grid (white), the sampling points (orange), the offsets between them."""
    side, top = CELLS * CELL, 64
    plot = Plot(sheet, left, top, side, side, (-CELLS / 2, CELLS / 2), (-CELLS / 2, CELLS / 2))
    sheet.polygon([plot.at(*move(*point)) for point in outline()], PALE_ORANGE)
    for i in range(CELLS + 1):
        sheet.line([(left + i * CELL, top), (left + i * CELL, top + side)], PALE_BLUE, 1.5)
        sheet.line([(left, top + i * CELL), (left + side, top + i * CELL)], PALE_BLUE, 1.5)
    for point in GRID:
        plot.dot(*point, 4, PAPER, MUTED)
    for point in GRID:
        if math.dist(point, move(*point)) > 0.1:
            plot.curve([point, move(*point)], RED, 2)
    for point in GRID:
        plot.dot(*move(*point), 7, ORANGE, INK)
    sheet.label(left + side / 2, 32, title, size=28)


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 350)
    panels = (("regular", regular), ("dilated", dilated), ("turned", turned), ("bent", bent))
    for number, (title, move) in enumerate(panels):
        draw_panel(sheet, 22 + 285 * number, title, move)
    sheet.save(__file__)


main()
