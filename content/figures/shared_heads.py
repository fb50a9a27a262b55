"""Which query heads use which key and value heads: multi-head, grouped-query and multi-query attention.

python content/figures/shared_heads.py [FOLDER]
"""

from drawing import BLUE, GREEN, MUTED, ORANGE, Sheet

HEADS = 8
GAP, BOX = 42, 34  # from head to head, and the width of a head


def draw_panel(sheet: Sheet, left: float, title: str, shared: int) -> None:
    """Query heads on top, the heads of keys and values below; `shared` is the number of the latter."""
    group = HEADS // shared
    sheet.label(left + HEADS * GAP / 2, 34, title, size=30)
    for head in range(HEADS):
        x = left + (head + 0.5) * GAP
        owner = left + (head // group + 0.5) * group * GAP
        sheet.line([(x, 140), (owner, 230)], MUTED)
        sheet.box(x - BOX / 2, 80, BOX, 60, ORANGE)
        sheet.label(x, 110, "Q")
    for head in range(shared):
        x = left + (head + 0.5) * group * GAP
        for y, name, fill in ((230, "K", BLUE), (296, "V", GREEN)):
            sheet.box(x - BOX / 2, y, BOX, 60, fill)
            sheet.label(x, y + 30, name)


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 385)
    for number, (title, shared) in enumerate((("MHA", HEADS), ("GQA", 2), ("MQA", 1))):
        draw_panel(sheet, 32 + 380 * number, title, shared)
    sheet.save(__file__)


main()
