"""How a feature pyramid network is wired: bottom-up, lateral and top-down, and one head for all levels.

    python content/figures/fpn_wiring.py [FOLDER]

draws fpn_wiring.png into the folder, by default beside this script. The sizes are those of an image of
800 x 1216 pixels.
"""

from math import ceil

from drawing import INK, ORANGE, PALE_BLUE, PALE_GREEN, PALE_ORANGE, Sheet

IMAGE = (800, 1216)
CHANNELS = {2: 256, 3: 512, 4: 1024, 5: 2048}
BACKBONE, SUM, PYRAMID, HEAD = 250, 540, 790, 990  # the columns
BOTTOM, STEP = 590, 122
THICK = 46  # of a map


def height(level: float) -> float:
    """Of a level on the sheet."""
    return BOTTOM - (level - 2) * STEP


def width(level: int) -> float:
    """Of a map: halved where two levels would be a quarter, so that the coarsest remains visible."""
    return 210 / 2 ** ((level - 2) / 2)


def draw_map(sheet: Sheet, x: float, level: int, name: str, fill: str) -> None:
    """A map as a slanted plane with its name."""
    half, slant, y = width(level) / 2, 14, height(level)
    top, bottom = y - THICK / 2, y + THICK / 2
    corners = [(x - half + slant, top), (x + half + slant, top), (x + half - slant, bottom)]
    corners.append((x - half - slant, bottom))
    sheet.polygon(corners, fill)
    sheet.line([*corners, corners[0], corners[1]], INK, 2)
    sheet.label(x, y, name, str(level))


def draw_level(sheet: Sheet, level: int) -> None:
    """The lateral connection of a level, its sum and what leaves it."""
    y, half = height(level), width(level) / 2
    size = " x ".join(str(ceil(side / 2**level)) for side in IMAGE)
    sheet.label(116, y - 13, f"{CHANNELS[level]}", size=22, anchor="r")
    sheet.label(116, y + 13, size, size=22, anchor="r")
    sheet.arrow(BACKBONE + half + 14, y, SUM - 24 - BACKBONE - half - 14, 0)
    sheet.label((BACKBONE + 105 + SUM) / 2, y - 20, "1x1", size=22)
    sheet.arrow(SUM + 22, y, PYRAMID - half - 10 - SUM - 22, 0)
    sheet.label((SUM + PYRAMID - 105) / 2 + 8, y - 20, "3x3", size=22)
    draw_map(sheet, BACKBONE, level, "C", PALE_BLUE)
    draw_map(sheet, PYRAMID, level, "P", PALE_ORANGE)
    sheet.disc(SUM, y, 22, ORANGE)
    sheet.label(SUM - 44, y + 28, "M", str(level))
    if level < max(CHANNELS):
        sheet.line([(SUM - 11, y), (SUM + 11, y)])
        sheet.line([(SUM, y - 11), (SUM, y + 11)])
        sheet.arrow(SUM, height(level + 1) + 22, 0, STEP - 46)
        sheet.label(SUM + 14, height(level + 0.5), "up x2", size=22, anchor="l")
        sheet.arrow(BACKBONE, y - THICK / 2, 0, -STEP + THICK)


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 720)
    sheet.box(HEAD, height(6) - 30, 140, height(2) - height(6) + 60, PALE_GREEN, radius=18)
    sheet.label(HEAD + 70, height(4) - 16, "shared", size=26)
    sheet.label(HEAD + 70, height(4) + 16, "head", size=26)
    for level in CHANNELS:
        draw_level(sheet, level)
    coarsest = max(CHANNELS) + 1
    draw_map(sheet, PYRAMID, coarsest, "P", PALE_ORANGE)
    sheet.arrow(PYRAMID, height(coarsest - 1) - THICK / 2, 0, -STEP + THICK)
    sheet.label(PYRAMID - 14, height(coarsest - 0.5), "stride 2", size=22, anchor="r")
    for level in range(2, coarsest + 1):
        start = PYRAMID + width(level) / 2 + 14
        sheet.arrow(start, height(level), HEAD - start - 2, 0)
    sheet.arrow(BACKBONE, BOTTOM + 86, 0, -86 + THICK / 2)
    sheet.label(BACKBONE, BOTTOM + 106, "image")
    sheet.save(__file__)


main()
