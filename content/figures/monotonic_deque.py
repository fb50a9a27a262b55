"""The monotonic deque of the sliding-window maximum at three moments: what it keeps and what it forgot.

python content/figures/monotonic_deque.py [FOLDER]
"""

from collections import deque

from drawing import INK, MUTED, ORANGE, PALE_BLUE, PALE_ORANGE, PAPER, Sheet

VALUES, WINDOW = (4, 2, 7, 1, 5, 5, 3, 8, 6), 3
MOMENTS = (4, 5, 7)
BAR, UNIT, BASE = 36, 30, 340  # the width of a bar, the height of 1, and where bars stand


def kept_after(last: int) -> deque[int]:
    """The indices in the deque when index `last` has entered."""
    kept: deque[int] = deque()
    for i in range(last + 1):
        if kept and kept[0] <= i - WINDOW:
            kept.popleft()
        while kept and VALUES[kept[-1]] <= VALUES[i]:
            kept.pop()
        kept.append(i)
    return kept


def draw_moment(sheet: Sheet, left: float, last: int) -> None:
    """Bars for all values, a frame around the window, and below it the deque."""
    kept, first = kept_after(last), last - WINDOW + 1
    sheet.label(left + len(VALUES) * BAR / 2, 34, f"i = {last}", size=30)
    for i, value in enumerate(VALUES):
        fill = ORANGE if i in kept else PAPER if i > last else PALE_ORANGE if i >= first else PALE_BLUE
        edge = MUTED if i > last else INK
        sheet.box(left + i * BAR + 3, BASE - value * UNIT, BAR - 6, value * UNIT, fill, edge)
        sheet.label(left + (i + 0.5) * BAR, BASE + 20, str(value), fill=edge)
    sheet.box(left + first * BAR - 3, 74, WINDOW * BAR + 6, BASE - 36, None, line=4, radius=8)
    for i in kept:
        sheet.box(left + i * BAR + 1, 440, BAR - 2, 44, ORANGE)
        sheet.label(left + (i + 0.5) * BAR, 462, str(VALUES[i]))
    sheet.label(left + (kept[0] + 0.5) * BAR, 508, "max")


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 535)
    for number, last in enumerate(MOMENTS):
        draw_moment(sheet, 40 + 378 * number, last)
    sheet.save(__file__)


main()
