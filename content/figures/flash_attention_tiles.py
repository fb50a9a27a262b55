"""The tiles of FlashAttention's forward pass: one query tile stays on chip while keys and values stream by.

    python content/figures/flash_attention_tiles.py [FOLDER]

draws flash_attention_tiles.png into the folder, by default beside this script. Its labels are symbols, so
that the picture serves every language; the caption stands in the note.
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SIZE = (1160, 680)
TILE, TILES = 84, 5
ROW, COLUMN = 2, 3  # the query tile i and the key tile j that are on chip now
LEFT, TOP = 190, 210  # where the scores begin
THIN = 46  # a tile of K, V, Q or O: its short side is the head dimension

INK, MUTED, PAPER = "#1f2933", "#9aa5b1", "#ffffff"
ON_CHIP, FINISHED, MEMORY = "#f0a63c", "#fbe3bd", "#dbe4ee"


class Sheet:
    """A drawing with labels that may have a subscript."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", SIZE, PAPER)
        self.draw = ImageDraw.Draw(self.image)

    def box(self, x: float, y: float, width: float, height: float, fill: str, edge: str = INK) -> None:
        """A filled rectangle."""
        self.draw.rectangle((x, y, x + width, y + height), fill=fill, outline=edge, width=2)

    def label(self, x: float, y: float, text: str, below: str = "", size: int = 30, fill: str = INK) -> None:
        """Text centred at a point, with a subscript."""
        large, small = ImageFont.load_default(size), ImageFont.load_default(size * 2 / 3)
        width = large.getlength(text)
        start = x - (width + small.getlength(below)) / 2
        self.draw.text((start, y), text, fill=fill, font=large, anchor="lm")
        self.draw.text((start + width, y + size / 3), below, fill=fill, font=small, anchor="lm")

    def arrow(self, x: float, y: float, dx: float, dy: float) -> None:
        """An arrow along one axis."""
        end_x, end_y = x + dx, y + dy
        self.draw.line((x, y, end_x, end_y), fill=INK, width=3)
        along_x, along_y = (12 * (d > 0) - 12 * (d < 0) for d in (dx, dy))
        across_x, across_y = along_y * 2 / 3, along_x * 2 / 3
        left = (end_x - along_x + across_x, end_y - along_y + across_y)
        right = (end_x - along_x - across_x, end_y - along_y - across_y)
        self.draw.polygon([(end_x, end_y), left, right], fill=INK)


def draw_memory(sheet: Sheet) -> None:
    """Q, K, V and O in tiles, and the scores, of which only one tile ever exists."""
    for j in range(TILES):
        x = LEFT + j * TILE
        fill = ON_CHIP if j == COLUMN else MEMORY
        sheet.box(x, TOP - 140, TILE, THIN, fill)
        sheet.box(x, TOP - 80, TILE, THIN, fill)
    for i in range(TILES):
        y = TOP + i * TILE
        sheet.box(LEFT - 72, y, THIN, TILE, ON_CHIP if i == ROW else MEMORY)
        done = FINISHED if i < ROW else ON_CHIP if i == ROW else MEMORY
        sheet.box(LEFT + TILES * TILE + 26, y, THIN, TILE, done)
        for j in range(TILES):
            past = i == ROW and j < COLUMN
            fill = ON_CHIP if (i, j) == (ROW, COLUMN) else FINISHED if past else PAPER
            sheet.box(LEFT + j * TILE, y, TILE, TILE, fill, edge=MUTED)
    middle = LEFT + (COLUMN + 0.5) * TILE, TOP + (ROW + 0.5) * TILE
    sheet.box(LEFT + COLUMN * TILE, TOP + ROW * TILE, TILE, TILE, ON_CHIP)
    sheet.label(*middle, "S", "ij")
    sheet.label(middle[0], TOP - 117, "K", "j", size=26)
    sheet.label(middle[0], TOP - 57, "V", "j", size=26)
    sheet.label(LEFT - 49, middle[1], "Q", "i", size=26)
    sheet.label(LEFT + TILES * TILE + 49, middle[1], "O", "i", size=26)
    sheet.arrow(LEFT, TOP - 14, TILES * TILE, 0)
    sheet.arrow(LEFT - 94, TOP, 0, TILES * TILE)
    sheet.label(LEFT + TILES * TILE + 18, TOP - 14, "j", size=26)
    sheet.label(LEFT - 94, TOP + TILES * TILE + 20, "i", size=26)


def draw_chip(sheet: Sheet) -> None:
    """What is on chip at this moment: the tiles, and for each query the statistics and the accumulator."""
    left, top = 760, 40
    sheet.draw.rounded_rectangle((left, top, left + 370, top + 610), radius=18, outline=INK, width=3)
    sheet.label(left + 185, top + 34, "SRAM")
    x, y = left + 143, top + 144
    sheet.box(x, y - 66, TILE, THIN, ON_CHIP)
    sheet.label(x + TILE / 2, y - 66 + THIN / 2, "K", "j", size=26)
    sheet.box(x - 66, y, THIN, TILE, ON_CHIP)
    sheet.label(x - 66 + THIN / 2, y + TILE / 2, "Q", "i", size=26)
    sheet.box(x, y, TILE, TILE, ON_CHIP)
    sheet.label(x + TILE / 2, y + TILE / 2, "S", "ij")
    sheet.arrow(x + TILE / 2, y + TILE + 12, 0, 52)
    y += TILE + 76
    sheet.box(x, y, TILE, TILE, ON_CHIP)
    sheet.label(x + TILE / 2, y + TILE / 2, "E", "ij")
    sheet.box(x + TILE + 20, y, THIN, TILE, ON_CHIP)
    sheet.label(x + TILE + 20 + THIN / 2, y + TILE / 2, "V", "j", size=26)
    sheet.arrow(x + TILE / 2, y + TILE + 12, 0, 52)
    y += TILE + 76
    for offset, width, text in ((-66, 14, "m"), (-20, 14, "l"), (TILE / 2 - THIN / 2, THIN, "A")):
        sheet.box(x + offset, y, width, TILE, ON_CHIP)
        sheet.label(x + offset + width / 2, y + TILE + 22, text, size=26)
    sheet.arrow(x + 76, y + TILE / 2, 44, 0)
    sheet.label(x + 148, y + TILE / 2, "O", "i")


def main() -> None:
    """Draws and saves."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    sheet = Sheet()
    sheet.label(LEFT + TILES * TILE / 2, 34, "HBM", size=30)
    draw_memory(sheet)
    draw_chip(sheet)
    sheet.image.save(folder / f"{Path(__file__).stem}.png", optimize=True)


main()
