"""DETR's matching: the costs of two objects at three slots, and the cheapest one-to-one choice.

    python content/figures/detr_matching.py [FOLDER]

draws detr_matching.png into the folder, by default beside this script. Objects and slots are
those of the note.
"""

from itertools import permutations

from drawing import BLUE, GREEN, INK, MUTED, ORANGE, PALE_BLUE, PALE_ORANGE, PAPER, RED, Sheet

Box = tuple[float, float, float, float]  # centre, width and height in units of the image

OBJECTS: tuple[tuple[str, Box], ...] = (("cat", (0.3, 0.5, 0.4, 0.4)), ("dog", (0.7, 0.5, 0.4, 0.4)))
SLOTS: tuple[tuple[dict[str, float], Box], ...] = (
    ({"cat": 0.6, "dog": 0.3}, (0.3, 0.5, 0.4, 0.5)),
    ({"cat": 0.8, "dog": 0.1}, (0.4, 0.5, 0.4, 0.4)),
    ({"cat": 0.1, "dog": 0.2}, (0.7, 0.5, 0.3, 0.4)),
)
COLOURS = (BLUE, RED, GREEN)  # of the slots
LEFT, TOP, SCALE = 30, 40, 500  # of the image
COLUMN, ROW = 150, 84
TABLE_LEFT, TABLE_TOP = 690, 220


def corners(box: Box) -> Box:
    """Left, top, right and bottom."""
    x, y, width, height = box
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def area(x0: float, y0: float, x1: float, y1: float) -> float:
    """Of a box, 0 if it is empty."""
    return max(x1 - x0, 0) * max(y1 - y0, 0)


def giou(first: Box, second: Box) -> float:
    """Generalized IoU of two boxes."""
    a, b = corners(first), corners(second)
    inter = area(*map(max, a[:2], b[:2]), *map(min, a[2:], b[2:]))
    hull = area(*map(min, a[:2], b[:2]), *map(max, a[2:], b[2:]))
    union = area(*a) + area(*b) - inter
    return inter / union - (hull - union) / hull


def cost(name: str, box: Box, probabilities: dict[str, float], guess: Box) -> float:
    """Of matching an object with a slot."""
    distance = sum(abs(side - other) for side, other in zip(box, guess, strict=True))
    return -probabilities[name] + 2 * (1 - giou(box, guess)) + 5 * distance


def draw_image(sheet: Sheet) -> None:
    """The objects as areas, the slots' boxes as frames."""
    sheet.box(LEFT, TOP, SCALE, SCALE, edge=MUTED)
    for (name, box), fill in zip(OBJECTS, (PALE_ORANGE, PALE_BLUE), strict=True):
        x0, y0, x1, y1 = (SCALE * side for side in corners(box))
        sheet.box(LEFT + x0, TOP + y0, x1 - x0, y1 - y0, fill, fill)
        sheet.label(LEFT + (x0 + x1) / 2, TOP + (y0 + y1) / 2, name, size=30)
    for slot, (_, box) in enumerate(SLOTS):
        x0, y0, x1, y1 = (SCALE * side for side in corners(box))
        sheet.box(LEFT + x0, TOP + y0, x1 - x0, y1 - y0, None, COLOURS[slot], 4)
        y = TOP + (y1 + 20 if slot == 1 else y0 - 20)
        x = LEFT + (x1 if slot == 1 else (x0 + x1) / 2)
        sheet.label(x, y, f"slot {slot}", fill=COLOURS[slot])


def draw_table(sheet: Sheet) -> None:
    """What the slots say, the costs, and the target of each slot."""
    table = [[cost(*thing, *slot) for slot in SLOTS] for thing in OBJECTS]
    choices = permutations(range(len(SLOTS)), len(OBJECTS))
    best = min(choices, key=lambda choice: sum(table[i][j] for i, j in enumerate(choice)))
    for j, (probabilities, _) in enumerate(SLOTS):
        x = TABLE_LEFT + (j + 0.5) * COLUMN
        sheet.label(x, 60, f"slot {j}", fill=COLOURS[j])
        for i, (name, _) in enumerate(OBJECTS):
            sheet.label(x, 112 + 36 * i, f"{probabilities[name]:.1f}", size=24)
            chosen = best[i] == j
            y = TABLE_TOP + i * ROW
            edge = INK if chosen else MUTED
            sheet.box(
                TABLE_LEFT + j * COLUMN + 3, y + 3, COLUMN - 6, ROW - 6, ORANGE if chosen else PAPER, edge
            )
            sheet.label(x, y + ROW / 2, f"{table[i][j]:.2f}", size=28)
        target = OBJECTS[best.index(j)][0] if j in best else "no object"
        sheet.arrow(x, TABLE_TOP + 2 * ROW + 10, 0, 50)
        sheet.label(x, TABLE_TOP + 2 * ROW + 84, target, size=26)
    for i, (name, _) in enumerate(OBJECTS):
        sheet.label(TABLE_LEFT - 22, 112 + 36 * i, f"p({name})", size=24, anchor="r")
        sheet.label(TABLE_LEFT - 22, TABLE_TOP + (i + 0.5) * ROW, name, size=28, anchor="r")
    sheet.label(TABLE_LEFT - 22, TABLE_TOP + 2 * ROW + 84, "target", size=24, anchor="r")
    total = sum(table[i][j] for i, j in enumerate(best))
    text = " + ".join(f"{table[i][j]:.2f}" for i, j in enumerate(best))
    sheet.label(TABLE_LEFT + 1.5 * COLUMN, 525, f"{text} = {total:.2f}", size=26)


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 580)
    draw_image(sheet)
    draw_table(sheet)
    sheet.save(__file__)


main()
