"""Two grouped layers without and with a channel shuffle: on which groups of the input each channel depends.

python content/figures/channel_shuffle.py [FOLDER]
"""

from collections.abc import Callable

from drawing import BLUE, GREEN, INK, MUTED, ORANGE, Sheet

GROUPS, EACH = 3, 3
CHANNELS = GROUPS * EACH
COLOURS = (ORANGE, BLUE, GREEN)
WIDTH, HEIGHT, PITCH, TOP = 54, 34, 46, 80
Layer = list[set[int]]  # for each channel, the groups of the input on which it depends
Step = tuple[str, Callable[[Layer], tuple[Layer, list[tuple[int, int]]]], int]  # name, layer, width


def grouped(layer: Layer) -> tuple[Layer, list[tuple[int, int]]]:
    """A grouped convolution: each channel reads its own group; also the connections (from, to)."""
    edges = [(i, o) for o in range(CHANNELS) for i in range(CHANNELS) if i // EACH == o // EACH]
    return [set().union(*(layer[i] for i, to in edges if to == o)) for o in range(CHANNELS)], edges


def shuffled(layer: Layer) -> tuple[Layer, list[tuple[int, int]]]:
    """Channel i n + j moves to j g + i."""
    edges = [(i * EACH + j, j * GROUPS + i) for i in range(GROUPS) for j in range(EACH)]
    return [layer[source] for source, _ in sorted(edges, key=lambda edge: edge[1])], edges


def draw_layer(sheet: Sheet, x: float, layer: Layer) -> None:
    """A box for each channel with a stripe for each group on which it depends."""
    for channel, groups in enumerate(layer):
        y, stripe = TOP + channel * PITCH, WIDTH / len(groups)
        for number, group in enumerate(sorted(groups)):
            sheet.box(x + number * stripe, y, stripe, HEIGHT, COLOURS[group], COLOURS[group], 0)
        sheet.box(x, y, WIDTH, HEIGHT, None)


def draw_network(sheet: Sheet, left: float, steps: tuple[Step, ...]) -> None:
    """The layers from left to right with their connections."""
    layer: Layer = [{channel // EACH} for channel in range(CHANNELS)]
    draw_layer(sheet, left, layer)
    for name, step, gap in steps:
        layer, edges = step(layer)
        for source, to in edges:
            start, end = TOP + source * PITCH + HEIGHT / 2, TOP + to * PITCH + HEIGHT / 2
            colour = INK if step is shuffled else MUTED
            sheet.line([(left + WIDTH, start), (left + WIDTH + gap, end)], colour, 2)
        sheet.label(left + WIDTH + gap / 2, 40, name)
        left += WIDTH + gap
        draw_layer(sheet, left, layer)


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 520)
    convolution = ("grouped", grouped, 110)
    draw_network(sheet, 30, (convolution, convolution))
    draw_network(sheet, 540, (convolution, ("shuffle", shuffled, 140), convolution))
    sheet.save(__file__)


main()
