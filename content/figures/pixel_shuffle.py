"""PixelShuffle with r = 2: four small maps become one large map, each the pixels of one phase.

    python content/figures/pixel_shuffle.py [FOLDER]

draws pixel_shuffle.png into the folder, by default beside this script. A number is the
channel a pixel is from.
"""

import numpy as np
from drawing import BLUE, GREEN, INK, ORANGE, PAPER, RED, Sheet

FACTOR, SIDE = 2, 4
COLOURS = (ORANGE, BLUE, GREEN, RED)
MARKED = (1, 2)  # row and column of one position of the small maps
SMALL, LARGE = 50, 62
LEFT, TOP = 30, 50


def draw_map(sheet: Sheet, left: float, top: float, cell: float, channels: np.ndarray) -> None:
    """A map whose pixels are coloured by the channel they are from."""
    for (row, column), channel in np.ndenumerate(channels):
        x, y = left + column * cell, top + row * cell
        sheet.box(x, y, cell, cell, COLOURS[channel], PAPER)
        sheet.label(x + cell / 2, y + cell / 2, str(channel), size=22)


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 590)
    maps = np.arange(FACTOR**2)[:, None, None] + np.zeros((SIDE, SIDE), dtype=int)
    blocks = maps.reshape(FACTOR, FACTOR, SIDE, SIDE).transpose(2, 0, 3, 1)  # (h, i, w, j)
    shuffled = blocks.reshape(SIDE * FACTOR, SIDE * FACTOR)
    row, column = MARKED
    for channel, values in enumerate(maps):
        left = LEFT + channel % FACTOR * (SIDE * SMALL + 30)
        top = TOP + channel // FACTOR * (SIDE * SMALL + 40)
        draw_map(sheet, left, top, SMALL, values)
        sheet.box(left + column * SMALL, top + row * SMALL, SMALL, SMALL, None, INK, 5)
    middle = TOP + SIDE * SMALL + 20
    right = LEFT + 2 * SIDE * SMALL + 30
    sheet.arrow(right + 30, middle, 100, 0, line=4)
    left, top = right + 160, middle - SIDE * LARGE
    draw_map(sheet, left, top, LARGE, shuffled)
    block = LARGE * FACTOR
    sheet.box(left + column * block, top + row * block, block, block, None, INK, 5)
    y = top + 2 * SIDE * LARGE + 34
    sheet.label(LEFT + SIDE * SMALL + 15, y, f"({FACTOR**2}, H, W)", size=28)
    sheet.label(left + SIDE * LARGE, y, f"(1, {FACTOR}H, {FACTOR}W)", size=28)
    sheet.save(__file__)


main()
