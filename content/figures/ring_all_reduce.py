"""A ring all-reduce of four ranks: which ranks' numbers each chunk holds, step by step.

    python content/figures/ring_all_reduce.py [FOLDER]

draws ring_all_reduce.png into the folder, by default beside this script. In a panel the rows are ranks and
the columns chunks; a colour in a cell says that this rank's numbers are in the sum.
"""

from math import cos, pi, sin

from drawing import BLUE, GREEN, INK, MUTED, ORANGE, PAPER, RED, Sheet

RANKS = 4
COLOURS = (ORANGE, BLUE, GREEN, RED)
CELL, GAP = 58, 46
LEFT, TOP, BELOW = 58, 70, 390

State = list[list[frozenset[int]]]  # [rank][chunk]: whose numbers the chunk holds


def states() -> list[tuple[State, set[tuple[int, int]]]]:
    """Before the first and after each step, with the (rank, chunk) that were received in it."""
    held: State = [[frozenset({rank})] * RANKS for rank in range(RANKS)]
    steps: list[tuple[State, set[tuple[int, int]]]] = [(held, set())]
    for step in range(2 * (RANKS - 1)):
        after = [list(row) for row in held]
        received = set()
        for rank in range(RANKS):
            right, chunk = (rank + 1) % RANKS, (rank - step) % RANKS
            own = held[right][chunk] if step < RANKS - 1 else frozenset()
            after[right][chunk] = held[rank][chunk] | own
            received.add((right, chunk))
        held = after
        steps.append((held, received))
    return steps


def draw_state(sheet: Sheet, left: float, top: float, state: State, received: set[tuple[int, int]]) -> None:
    """A panel; what was received has a dark frame and an arrow that enters from the rank above."""
    for rank in range(RANKS):
        for chunk in range(RANKS):
            x, y = left + chunk * CELL, top + rank * CELL
            sheet.box(x, y, CELL, CELL, PAPER, MUTED)
            for member in state[rank][chunk]:
                across, down = member % 2, member // 2
                sheet.box(x + 9 + 20 * across, y + 11 + 20 * down, 20, 20, COLOURS[member], PAPER, 1)
    for rank, chunk in received:
        x, y = left + chunk * CELL, top + rank * CELL
        sheet.box(x, y, CELL, CELL, None, INK, 4)
        sheet.polygon([(x + CELL / 2 - 10, y - 6), (x + CELL / 2 + 10, y - 6), (x + CELL / 2, y + 8)], INK)


def draw_ring(sheet: Sheet, x: float, y: float) -> None:
    """The ranks in their ring."""
    spots = [(x + 84 * sin(2 * pi * r / RANKS), y - 84 * cos(2 * pi * r / RANKS)) for r in range(RANKS)]
    for rank, (start_x, start_y) in enumerate(spots):
        end_x, end_y = spots[(rank + 1) % RANKS]
        dx, dy = end_x - start_x, end_y - start_y
        sheet.arrow(start_x + 0.28 * dx, start_y + 0.28 * dy, 0.44 * dx, 0.44 * dy)
    for rank, spot in enumerate(spots):
        sheet.disc(*spot, 26, COLOURS[rank])
        sheet.label(*spot, str(rank), size=28)


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 640)
    width = RANKS * CELL
    for number, (state, received) in enumerate(states()):
        column, top = (number, TOP) if number < RANKS else (number - RANKS + 1, BELOW)
        left = LEFT + column * (width + GAP)
        draw_state(sheet, left, top, state, received)
        if number:
            phase = "reduce-scatter" if number < RANKS else "all-gather"
            sheet.label(left + width / 2, top - 26, f"{phase} {(number - 1) % (RANKS - 1) + 1}", size=24)
    for rank in range(RANKS):
        y = TOP + (rank + 0.5) * CELL
        sheet.disc(LEFT - 28, y, 18, COLOURS[rank])
        sheet.label(LEFT - 28, y, str(rank), size=22)
    draw_ring(sheet, LEFT + width / 2, BELOW + width / 2)
    sheet.save(__file__)


main()
