"""A transposed convolution with kernel 3 and stride 2: who paints what, and the two phases of the output.

    python content/figures/transposed_convolution_phases.py [FOLDER]

draws transposed_convolution_phases.png into the folder, by default beside this script.
"""

from drawing import BLUE, INK, ORANGE, PALE_BLUE, PALE_ORANGE, Sheet

INPUTS, KERNEL, STRIDE = 4, 3, 2
COLOURS = ((ORANGE, PALE_ORANGE), (BLUE, PALE_BLUE))  # of the phases
LEFT, SPACE, UNIT = 84, 92, 54
TOP, MIDDLE, COUNTS = 60, 330, 470


def column(output: float) -> float:
    """Of an output on the sheet."""
    return LEFT + output * SPACE


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 580)
    size = (INPUTS - 1) * STRIDE + KERNEL
    taps: list[list[int]] = [[] for _ in range(size)]
    for i in range(INPUTS):
        x = column(i * STRIDE + (KERNEL - 1) / 2)
        for tap in range(KERNEL):
            output = i * STRIDE + tap
            taps[output].append(tap)
            end, colour = column(output), COLOURS[output % STRIDE][0]
            sheet.line([(x, TOP), (end, MIDDLE)], colour, 4)
        sheet.box(x - UNIT / 2, TOP - UNIT / 2, UNIT, UNIT, PALE_BLUE)
        sheet.label(x, TOP, "x", str(i))
    for output, used in enumerate(taps):
        x, (colour, _) = column(output), COLOURS[output % STRIDE]
        sheet.box(x - UNIT / 2, MIDDLE - UNIT / 2, UNIT, UNIT, colour)
        sheet.label(x, MIDDLE, "y", str(output))
        for place, tap in enumerate(sorted(used)):
            y = COUNTS - 50 * place + 40
            sheet.box(x - UNIT / 2, y - 21, UNIT, 42, COLOURS[output % STRIDE][1])
            sheet.label(x, y, "w", str(tap), size=24)
    for phase, (colour, pale) in enumerate(COLOURS):
        y = 160 + phase * 130
        sheet.box(950, y - 16, 32, 32, colour)
        sheet.label(998, y, f"j mod {STRIDE} = {phase}", size=24, anchor="l")
        for place, tap in enumerate(range(phase, KERNEL, STRIDE)):
            sheet.box(950 + 62 * place, y + 32, UNIT, 42, pale)
            sheet.label(950 + UNIT / 2 + 62 * place, y + 53, "w", str(tap), size=24)
    sheet.line([(LEFT - 40, COUNTS + 66), (column(size - 1) + 40, COUNTS + 66)], INK, 2)
    sheet.save(__file__)


main()
