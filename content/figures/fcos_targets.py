"""FCOS's targets: the four distances of one location, and which locations of two levels are positive.

    python content/figures/fcos_targets.py [FOLDER]

draws fcos_targets.png into the folder, by default beside this script. The box is that of the note's example.
"""

from drawing import BLUE, INK, MUTED, ORANGE, PALE_ORANGE, PAPER, RED, Sheet

BOX = (100, 60, 260, 140)
LEVELS = ((4, 16, 64, 128, ORANGE, 11), (5, 32, 128, 256, BLUE, 14))  # level, stride, range, colour, radius
CHOSEN = (184, 104)  # a location of the finer level
SCALE, LEFT, TOP = 5.2, 40, 40


def place(x: float, y: float) -> tuple[float, float]:
    """Of an image point on the sheet."""
    return LEFT + (x - BOX[0]) * SCALE, TOP + (y - BOX[1]) * SCALE


def distances(x: float, y: float) -> tuple[float, float, float, float]:
    """To the left, top, right and bottom of the box; negative outside."""
    x0, y0, x1, y1 = BOX
    return x - x0, y - y0, x1 - x, y1 - y


def locations(stride: int) -> list[tuple[float, float]]:
    """The points of the image for which a level's positions stand, where they lie in the box."""
    x0, y0, x1, y1 = BOX
    columns = [stride / 2 + stride * i for i in range(x1 // stride) if stride / 2 + stride * i > x0]
    rows = [stride / 2 + stride * j for j in range(y1 // stride + 1) if y0 < stride / 2 + stride * j < y1]
    return [(x, y) for y in rows for x in columns]


def draw_targets(sheet: Sheet) -> None:
    """The arrows from the chosen location to the sides."""
    left, top, right, bottom = distances(*CHOSEN)
    x, y = place(*CHOSEN)
    ends = (("l", left, -1, 0), ("t", top, 0, -1), ("r", right, 1, 0), ("b", bottom, 0, 1))
    for name, length, across, down in ends:
        sheet.arrow(x, y, across * length * SCALE, down * length * SCALE, line=3)
        text = f"{name} = {length:.0f}"
        if across:
            sheet.label(x + across * length * SCALE / 2, y - 34, text, size=28)
        else:
            sheet.label(x + 16, y + down * 41 - (down < 0) * 16, text, size=28, anchor="l")
    sheet.disc(x, y, 15, RED)


def draw_locations(sheet: Sheet) -> None:
    """Positive locations filled, negative ones hollow."""
    for _, stride, low, high, colour, radius in LEVELS:
        for x, y in locations(stride):
            sides = distances(x, y)
            positive = low <= max(sides) <= high
            fill, edge = (colour, INK) if positive else (PAPER, MUTED)
            sheet.disc(*place(x, y), radius, fill, edge)


def draw_legend(sheet: Sheet) -> None:
    """The range of each level."""
    for row, (level, _, low, high, colour, radius) in enumerate(LEVELS):
        y = 165 + 80 * row
        sheet.disc(930, y, radius, colour)
        sheet.label(956, y, "P", str(level), anchor="l")
        sheet.label(1002, y, f"{low} - {high}", anchor="l")
    y = 165 + 80 * len(LEVELS)
    sheet.disc(930, y, LEVELS[0][-1], PAPER, MUTED)
    sheet.label(956, y, "negative", anchor="l")


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 500)
    (left, top), (right, bottom) = place(*BOX[:2]), place(*BOX[2:])
    sheet.box(left, top, right - left, bottom - top, PALE_ORANGE, line=4)
    draw_locations(sheet)
    draw_targets(sheet)
    draw_legend(sheet)
    sheet.save(__file__)


main()
