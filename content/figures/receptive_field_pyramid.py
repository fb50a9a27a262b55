"""The receptive field of one unit, layer by layer: the recursion r <- (r - 1) s + k from the top.

    python content/figures/receptive_field_pyramid.py [FOLDER]

draws receptive_field_pyramid.png into the folder, by default beside this script. Units stand above the
centres of their fields, so that their distance is the jump.
"""

from drawing import INK, MUTED, ORANGE, PALE_BLUE, PALE_ORANGE, Sheet

LAYERS = ((3, 1), (2, 2), (3, 1))  # kernel and stride, from the image upwards, without padding
NAMES = ("image", "conv 3", "pool 2, stride 2", "conv 3")
PIXELS = 12
CELL, UNIT = 50, 40  # the distance of two pixels, the side of a unit
LEFT, BOTTOM, STEP = 232, 542, 150  # where the image begins, its height on the sheet, from layer to layer


def centres() -> list[list[float]]:
    """For the image and each layer: the centre of each unit's field, in pixels."""
    rows = [[i + 0.5 for i in range(PIXELS)]]
    for kernel, stride in LAYERS:
        below = rows[-1]
        starts = range(0, len(below) - kernel + 1, stride)
        rows.append([(below[i] + below[i + kernel - 1]) / 2 for i in starts])
    return rows


def fields(top: int) -> list[tuple[int, str]]:
    """(first unit, how the number of units is computed) that unit `top` of the last layer sees, top first."""
    first, size = top, 1
    seen = [(first, size, "r = 1")]
    for kernel, stride in reversed(LAYERS):
        needed = (size - 1) * stride + kernel
        first, text = first * stride, f"({size} - 1) · {stride} + {kernel} = {needed}"
        size = needed
        seen.append((first, size, text))
    return seen


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 620)
    rows = centres()
    top = len(rows[-1]) // 2
    seen = fields(top)[::-1]

    def place(layer: int, unit: int) -> tuple[float, float]:
        return LEFT + rows[layer][unit] * CELL, BOTTOM - layer * STEP

    for layer, (kernel, stride) in enumerate(LAYERS, start=1):
        (first, size, _), (below, reach, _) = seen[layer], seen[layer - 1]
        left, y = place(layer, first)
        right, _ = place(layer, first + size - 1)
        low_left, low = place(layer - 1, below)
        low_right, _ = place(layer - 1, below + reach - 1)
        half = UNIT / 2
        corners = [(left - half, y), (right + half, y), (low_right + half, low), (low_left - half, low)]
        sheet.polygon(corners, PALE_ORANGE)
        for unit in range(first, first + size):
            for tap in range(kernel):
                sheet.line([place(layer, unit), place(layer - 1, unit * stride + tap)], INK, 2)
    for layer, row in enumerate(rows):
        first, size, text = seen[layer]
        for unit in range(len(row)):
            x, y = place(layer, unit)
            inside = first <= unit < first + size
            fill, edge = (ORANGE, INK) if inside else (PALE_BLUE, MUTED)
            sheet.box(x - UNIT / 2, y - UNIT / 2, UNIT, UNIT, fill, edge)
        y = BOTTOM - layer * STEP
        sheet.label(20, y - 16, NAMES[layer], size=24, anchor="l")
        sheet.label(20, y + 18, f"j = {row[1] - row[0]:.0f}", size=24, fill=MUTED, anchor="l")
        sheet.label(1140, y, text, anchor="r")
    sheet.save(__file__)


main()
