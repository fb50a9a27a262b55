"""The tiles of FlashAttention's forward pass: one query tile stays on chip while keys and values stream by.

    python content/figures/flash_attention_tiles.py [FOLDER]

draws flash_attention_tiles.png into the folder, by default beside this script. Its labels are symbols, so
that the picture serves every language; the caption stands in the note.
"""

from drawing import MUTED, ORANGE, PALE_BLUE, PALE_ORANGE, PAPER, Sheet

TILE, TILES = 84, 5
ROW, COLUMN = 2, 3  # the query tile i and the key tile j that are on chip now
LEFT, TOP = 190, 210  # where the scores begin
THIN = 46  # a tile of K, V, Q or O: its short side is the head dimension

ON_CHIP, FINISHED, MEMORY = ORANGE, PALE_ORANGE, PALE_BLUE


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
    sheet.label(*middle, "S", "ij", size=30)
    sheet.label(middle[0], TOP - 117, "K", "j")
    sheet.label(middle[0], TOP - 57, "V", "j")
    sheet.label(LEFT - 49, middle[1], "Q", "i")
    sheet.label(LEFT + TILES * TILE + 49, middle[1], "O", "i")
    sheet.arrow(LEFT, TOP - 14, TILES * TILE, 0)
    sheet.arrow(LEFT - 94, TOP, 0, TILES * TILE)
    sheet.label(LEFT + TILES * TILE + 18, TOP - 14, "j")
    sheet.label(LEFT - 94, TOP + TILES * TILE + 20, "i")


def draw_chip(sheet: Sheet) -> None:
    """What is on chip at this moment: the tiles, and for each query the statistics and the accumulator."""
    left, top = 760, 40
    sheet.box(left, top, 370, 610, line=3, radius=18)
    sheet.label(left + 185, top + 34, "SRAM", size=30)
    x, y = left + 143, top + 144
    sheet.box(x, y - 66, TILE, THIN, ON_CHIP)
    sheet.label(x + TILE / 2, y - 66 + THIN / 2, "K", "j")
    sheet.box(x - 66, y, THIN, TILE, ON_CHIP)
    sheet.label(x - 66 + THIN / 2, y + TILE / 2, "Q", "i")
    sheet.box(x, y, TILE, TILE, ON_CHIP)
    sheet.label(x + TILE / 2, y + TILE / 2, "S", "ij", size=30)
    sheet.arrow(x + TILE / 2, y + TILE + 12, 0, 52)
    y += TILE + 76
    sheet.box(x, y, TILE, TILE, ON_CHIP)
    sheet.label(x + TILE / 2, y + TILE / 2, "E", "ij", size=30)
    sheet.box(x + TILE + 20, y, THIN, TILE, ON_CHIP)
    sheet.label(x + TILE + 20 + THIN / 2, y + TILE / 2, "V", "j")
    sheet.arrow(x + TILE / 2, y + TILE + 12, 0, 52)
    y += TILE + 76
    for offset, width, text in ((-66, 14, "m"), (-20, 14, "l"), (TILE / 2 - THIN / 2, THIN, "A")):
        sheet.box(x + offset, y, width, TILE, ON_CHIP)
        sheet.label(x + offset + width / 2, y + TILE + 22, text)
    sheet.arrow(x + 76, y + TILE / 2, 44, 0)
    sheet.label(x + 148, y + TILE / 2, "O", "i", size=30)


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 680)
    sheet.label(LEFT + TILES * TILE / 2, 34, "HBM", size=30)
    draw_memory(sheet)
    draw_chip(sheet)
    sheet.save(__file__)


main()
