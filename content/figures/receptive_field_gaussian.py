"""What one output depends on and how much: the box of the theoretical field, and the gradient inside it.

    python content/figures/receptive_field_gaussian.py [FOLDER]

draws receptive_field_gaussian.png into the folder, by default beside this script. Each row stands for n
uniform convolutions of kernel 3, whose gradient by the input pixels is the kernel convolved with itself.
"""

import numpy as np
from drawing import BLUE, INK, MUTED, ORANGE, PALE_BLUE, Sheet

KERNEL = 3
DEPTHS = (5, 20, 80)
PIXEL = 5
MIDDLE, TOP, HEIGHT, STEP = 560, 30, 130, 205


def gradient(depth: int) -> np.ndarray:
    """Of the central output by each pixel of its field."""
    profile = np.ones(1)
    for _ in range(depth):
        profile = np.convolve(profile, np.ones(KERNEL) / KERNEL)
    return profile


def draw_row(sheet: Sheet, depth: int, base: float) -> None:
    """The field as a box, the gradient as bars, and the width of two standard deviations to either side."""
    profile = gradient(depth)
    offsets = np.arange(profile.size) - profile.size // 2
    deviation = np.sqrt((profile * offsets**2).sum())
    inside = np.abs(offsets) <= 2 * deviation
    width = profile.size * PIXEL
    sheet.box(MIDDLE - width / 2, base - HEIGHT, width, HEIGHT, PALE_BLUE, MUTED)
    for offset, value, near in zip(offsets, profile / profile.max(), inside, strict=True):
        height = value * (HEIGHT - 10)
        x = MIDDLE + (offset - 0.5) * PIXEL
        corners = [(x, base), (x + PIXEL, base), (x + PIXEL, base - height), (x, base - height)]
        sheet.polygon(corners, ORANGE if near else BLUE)
    sheet.line([(MIDDLE - 81 * PIXEL, base), (MIDDLE + 81 * PIXEL, base)], INK, 2)
    reach = inside.sum() * PIXEL / 2
    sheet.line([(MIDDLE - reach, base + 14), (MIDDLE + reach, base + 14)], ORANGE, 4)
    for side in (-1, 1):
        sheet.line([(MIDDLE + side * reach, base + 7), (MIDDLE + side * reach, base + 21)], ORANGE, 4)
    share = profile[inside].sum()
    sheet.label(MIDDLE, base + 40, f"{share:.0%} in {inside.sum()}", size=24)
    sheet.label(20, base - HEIGHT / 2, f"n = {depth}", size=28, anchor="l")
    sheet.label(1000, base - HEIGHT / 2, f"r = {profile.size}", size=28, anchor="l")


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 640)
    for row, depth in enumerate(DEPTHS):
        draw_row(sheet, depth, TOP + HEIGHT + row * STEP)
    sheet.save(__file__)


main()
