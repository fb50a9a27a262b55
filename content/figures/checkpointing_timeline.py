"""Which activations of a chain of layers wait in memory over a training step, without and with checkpoints.

    python content/figures/checkpointing_timeline.py [FOLDER]

A layer's backward pass takes twice as long as its forward pass.
"""

from dataclasses import dataclass, field

from drawing import BLUE, INK, ORANGE, PALE_ORANGE, RED, Sheet

LAYERS, SEGMENTS = 9, 3
UNIT, ROW, LEFT = 31, 22, 70  # the width of one unit of time, the height of a layer, and where time begins


@dataclass
class Step:
    """One training step; activation i is the input of layer i."""

    clock: int = 0
    since: dict[int, int] = field(default_factory=dict)  # activation in memory -> since when
    waits: list[tuple[int, int, int]] = field(default_factory=list)  # activation, from, to
    runs: list[tuple[int, int, int, str]] = field(default_factory=list)  # layer, from, to, colour
    peak: int = 0

    def forward(self, layer: int, colour: str, keep: bool) -> None:
        """Runs a layer, and keeps its input or not."""
        if keep:
            self.since.setdefault(layer, self.clock)
            self.peak = max(self.peak, len(self.since))
        self.runs.append((layer, self.clock, self.clock + 1, colour))
        self.clock += 1

    def backward(self, layer: int) -> None:
        """Runs a layer's backward pass, after which its input is dropped."""
        self.runs.append((layer, self.clock, self.clock + 2, RED))
        self.clock += 2
        self.waits.append((layer, self.since.pop(layer), self.clock))


def train(segments: int) -> Step:
    """The whole step; the last segment keeps everything, since its backward pass comes next."""
    step, length = Step(), LAYERS // segments
    last = LAYERS - length
    for layer in range(LAYERS):
        step.forward(layer, BLUE, keep=layer >= last or layer % length == 0)
    for start in range(last, -1, -length):
        if start < last:
            for layer in range(start, start + length):
                step.forward(layer, ORANGE, keep=True)
        for layer in range(start + length - 1, start - 1, -1):
            step.backward(layer)
    return step


def draw_step(sheet: Sheet, top: float, step: Step) -> None:
    """One row for each layer, the first one at the top; what waits is pale, what runs is dark."""
    for activation, start, stop in step.waits:
        y = top + activation * ROW
        sheet.box(LEFT + start * UNIT, y + 3, (stop - start) * UNIT, ROW - 6, PALE_ORANGE, PALE_ORANGE, 0)
    for layer, start, stop, colour in step.runs:
        sheet.box(LEFT + start * UNIT, top + layer * ROW + 3, (stop - start) * UNIT, ROW - 6, colour, INK, 1)
    for layer in (0, LAYERS - 1):
        sheet.label(LEFT - 24, top + (layer + 0.5) * ROW, str(layer + 1), size=22)
    sheet.label(1020, top + (LAYERS - 2) * ROW, f"peak: {step.peak}", size=30)


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 530)
    legend = ((BLUE, "forward"), (ORANGE, "again"), (RED, "backward"), (PALE_ORANGE, "in memory"))
    for number, (colour, text) in enumerate(legend):
        x = LEFT + 260 * number
        sheet.box(x, 20, 44, 22, colour, colour)
        sheet.label(x + 56, 31, text, anchor="l")
    draw_step(sheet, 66, train(1))
    checkpointed = train(SEGMENTS)
    draw_step(sheet, 300, checkpointed)
    sheet.arrow(LEFT, 512, checkpointed.clock * UNIT, 0)
    sheet.label(LEFT + checkpointed.clock * UNIT + 18, 510, "t")
    sheet.save(__file__)


main()
