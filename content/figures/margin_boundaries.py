"""Where class 1 and class 2 are satisfied, over the angles to their weights: softmax, CosFace, ArcFace.

    python content/figures/margin_boundaries.py [FOLDER]

Unit weights and embeddings; the horizontal axis is the angle to w_1, the vertical one the angle to w_2.
"""

import math
from collections.abc import Callable

from drawing import BLUE, MUTED, ORANGE, PALE_BLUE, PALE_ORANGE, Plot, Sheet

RIGHT_ANGLE = math.pi / 2
SIDE, TOP = 310, 64
COSFACE, ARCFACE = 0.35, 0.5  # the margins of the papers
COUNT = 200


def softmax(target: float) -> float:
    """The cosine that the target class must exceed is that of its own angle."""
    return math.cos(target)


def cosface(target: float) -> float:
    """The margin is subtracted from the cosine."""
    return math.cos(target) - COSFACE


def arcface(target: float) -> float:
    """The margin is added to the angle."""
    return math.cos(target + ARCFACE)


def boundary(logit: Callable[[float], float]) -> list[tuple[float, float]]:
    """Points (target's angle, other angle) at which the target class is just satisfied, within the plot."""
    angles = (i / COUNT * RIGHT_ANGLE for i in range(COUNT + 1))
    points = [(angle, logit(angle)) for angle in angles]
    return [(angle, math.acos(value)) for angle, value in points if value >= 0]


def draw_angle(sheet: Sheet, x: float, y: float, index: str) -> None:
    """The letter theta, which the font lacks, with a subscript."""
    turns = (2 * math.pi * i / 40 for i in range(41))
    sheet.line([(x + 7 * math.cos(turn), y + 11 * math.sin(turn)) for turn in turns], line=2.5)
    sheet.line([(x - 7, y), (x + 7, y)], line=2.5)
    sheet.label(x + 10, y + 9, index, size=18, anchor="l")


def draw_panel(sheet: Sheet, left: float, title: str, logit: Callable[[float], float]) -> None:
    """Class 1 above its boundary, class 2 below its own, the gap between them in white."""
    plot = Plot(sheet, left, TOP, SIDE, SIDE, (0, RIGHT_ANGLE), (0, RIGHT_ANGLE))
    first = boundary(logit)
    last = first[-1][0]
    second = [(other, target) for target, other in first]
    sheet.polygon([plot.at(*point) for point in [*first, (last, RIGHT_ANGLE), (0, RIGHT_ANGLE)]], PALE_ORANGE)
    sheet.polygon([plot.at(*point) for point in [*second, (RIGHT_ANGLE, last), (RIGHT_ANGLE, 0)]], PALE_BLUE)
    plot.curve([(0, 0), (RIGHT_ANGLE, RIGHT_ANGLE)], MUTED, 2, dash=6)
    plot.curve(first, ORANGE, 4)
    plot.curve(second, BLUE, 4)
    plot.frame()
    sheet.label(*plot.at(0.4, 1.2), "1", size=34)
    sheet.label(*plot.at(1.2, 0.4), "2", size=34)
    sheet.label(left + SIDE / 2, 32, title, size=30)
    for x, y, text in ((left, TOP + SIDE + 24, "0"), (left + SIDE, TOP + SIDE + 24, "90")):
        sheet.label(x, y, text, above="o", size=22)
    sheet.label(left - 8, TOP + 10, "90", above="o", size=22, anchor="r")
    draw_angle(sheet, left + SIDE / 2, TOP + SIDE + 26, "1")
    draw_angle(sheet, left - 32, TOP + SIDE / 2, "2")


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 430)
    for left, title, logit in (
        (60, "softmax", softmax),
        (440, "CosFace", cosface),
        (820, "ArcFace", arcface),
    ):
        draw_panel(sheet, left, title, logit)
    sheet.save(__file__)


main()
