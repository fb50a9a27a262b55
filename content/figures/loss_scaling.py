"""Gradient magnitudes without and with a loss scale, over the ranges of number formats on a logarithmic axis.

    python content/figures/loss_scaling.py [FOLDER]

The logarithms of the gradients are drawn from a normal distribution, an example and no measurement.
"""

from statistics import NormalDist

from drawing import BLUE, INK, MUTED, ORANGE, PALE_BLUE, PALE_ORANGE, PAPER, RED, Sheet

GRADIENTS = NormalDist(-21, 4)  # log2 of the magnitudes
SCALE = 16  # log2 of the loss scale
FORMATS = {"FP16": (5, 10), "BF16": (8, 7), "E5M2": (5, 2), "E4M3": (4, 3)}  # exponent and mantissa bits
FIRST, LAST = -40, 20  # the powers of two on the axis
LEFT, UNIT = 140, 16.5


def limits(exponent: int, mantissa: int) -> tuple[int, int, int]:
    """log2 of the smallest subnormal, of the smallest normal number, and of the bound above the largest."""
    bias = 2 ** (exponent - 1) - 1
    top = bias + 2 if exponent == 4 else bias + 1  # E4M3 uses its largest exponent for numbers, too
    return 1 - bias - mantissa, 1 - bias, top


def at(power: float) -> float:
    """Where a power of two lies on the axis."""
    return LEFT + (min(max(power, FIRST), LAST) - FIRST) * UNIT


def draw_gradients(sheet: Sheet, base: float, shift: int) -> None:
    """A bar for each power of two: lost (red), subnormal (pale) or normal in FP16."""
    subnormal, normal, _ = limits(*FORMATS["FP16"])
    for power in range(FIRST, LAST):
        share = GRADIENTS.cdf(power + 1 - shift) - GRADIENTS.cdf(power - shift)
        if share > 0.0005:
            # Up to half of the smallest subnormal everything is rounded to 0.
            fill = RED if power + 1 < subnormal else PALE_ORANGE if power < normal else ORANGE
            sheet.box(at(power), base - 1300 * share, UNIT, 1300 * share, fill, INK, 1)
    sheet.line([(LEFT, base), (at(LAST), base)], MUTED, 2)


def draw_format(sheet: Sheet, y: float, name: str) -> None:
    """The range of a format: subnormal numbers pale."""
    subnormal, normal, top = limits(*FORMATS[name])
    sheet.label(30, y, name, anchor="l")
    sheet.box(at(subnormal), y - 14, at(normal) - at(subnormal), 28, PALE_BLUE, PALE_BLUE)
    sheet.box(at(normal), y - 14, at(top) - at(normal), 28, BLUE, BLUE)
    if normal < FIRST and top > LAST:
        sheet.arrow(at(FIRST) + 40, y, -34, 0, PAPER)
        sheet.arrow(at(LAST) - 40, y, 34, 0, PAPER)


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 590)
    lowest, _, top = limits(*FORMATS["FP16"])
    for power in (lowest, top):
        sheet.line([(at(power), 30), (at(power), 560)], MUTED, 2, dash=6)
    for base, shift, text in ((170, 0, "g"), (330, SCALE, "Sg")):
        draw_gradients(sheet, base, shift)
        sheet.label(30, base - 40, text, size=30, anchor="l")
    for power in range(FIRST, LAST + 1, 10):
        sheet.line([(at(power), 330), (at(power), 338)], INK, 2)
        sheet.label(at(power), 360, "2", above=str(power), size=24)
    for number, name in enumerate(FORMATS):
        draw_format(sheet, 416 + 46 * number, name)
    sheet.save(__file__)


main()
