"""What all figures share: colours, letters, lines, and a sheet to draw on.

A figure's script makes one `Sheet`, draws with it and ends with `sheet.save(__file__)`. Coordinates are
pixels of the finished picture, y downwards. The letters at hand are Latin: write "x" and "-", and draw what
they lack.
"""

import math
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

INK, MUTED, PAPER = "#1f2933", "#9aa5b1", "#ffffff"
ORANGE, BLUE, GREEN, RED = "#f0a63c", "#5b8dbf", "#6fa97c", "#cf6350"
PALE_ORANGE, PALE_BLUE, PALE_GREEN, PALE_RED = "#fbe3bd", "#dbe4ee", "#d5e8da", "#f5d5cf"

SMOOTH = 2  # everything is drawn this many times as large, then reduced: slanted lines get smooth edges
COLOURS = 64
HEAD = 13  # the length of an arrow's head

Point = tuple[float, float]


class Sheet:
    """A white sheet of `width` by `height` pixels."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGB", (width * SMOOTH, height * SMOOTH), PAPER)
        self.draw = ImageDraw.Draw(self.image)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str | None = PAPER,
        edge: str = INK,
        line: float = 2,
        radius: float = 0,
    ) -> None:
        """A rectangle with its top left corner at (x, y); without `fill` what lies below shows through."""
        corners = _enlarge([(x, y), (x + width, y + height)])
        self.draw.rounded_rectangle(corners, radius * SMOOTH, fill, edge, round(line * SMOOTH))

    def disc(self, x: float, y: float, radius: float, fill: str = PAPER, edge: str = INK) -> None:
        """A circle around (x, y)."""
        corners = _enlarge([(x - radius, y - radius), (x + radius, y + radius)])
        self.draw.ellipse(corners, fill, edge, 2 * SMOOTH)

    def polygon(self, points: Iterable[Point], fill: str) -> None:
        """A filled area without an edge."""
        self.draw.polygon(_enlarge(points), fill)

    def line(self, points: Iterable[Point], fill: str = INK, line: float = 3, dash: float = 0) -> None:
        """A line through the points; `dash` is the length of its dashes and of the gaps between them."""
        points = list(points)
        if not dash:
            self.draw.line(_enlarge(points), fill, round(line * SMOOTH), joint="curve")
            return
        for (x, y), (end_x, end_y) in pairwise(points):
            length = math.dist((x, y), (end_x, end_y))
            along_x, along_y = (end_x - x) / length, (end_y - y) / length
            for step in range(math.ceil(length / dash / 2)):
                start, stop = 2 * step * dash, min((2 * step + 1) * dash, length)
                piece = [(x + at * along_x, y + at * along_y) for at in (start, stop)]
                self.line(piece, fill, line)

    def arrow(self, x: float, y: float, dx: float, dy: float, fill: str = INK, line: float = 3) -> None:
        """An arrow from (x, y) to (x + dx, y + dy)."""
        length = math.hypot(dx, dy)
        along_x, along_y = dx / length * HEAD, dy / length * HEAD
        across_x, across_y = along_y * 0.6, -along_x * 0.6
        tip_x, tip_y = x + dx, y + dy
        base_x, base_y = tip_x - along_x, tip_y - along_y
        self.line([(x, y), (base_x, base_y)], fill, line)
        sides = [(base_x + across_x, base_y + across_y), (base_x - across_x, base_y - across_y)]
        self.polygon([(tip_x, tip_y), *sides], fill)

    def label(
        self,
        x: float,
        y: float,
        text: str,
        below: str = "",
        above: str = "",
        size: float = 26,
        fill: str = INK,
        anchor: str = "m",
    ) -> None:
        """Text around the height y with sub- or superscript; x is its left (l), middle (m) or right (r)."""
        large, small = (ImageFont.load_default(part * SMOOTH) for part in (size, size * 2 / 3))
        width = large.getlength(text)
        whole = width + max(small.getlength(below), small.getlength(above))
        start = x * SMOOTH - whole * {"l": 0, "m": 0.5, "r": 1}[anchor]
        middle, shift = y * SMOOTH, size * SMOOTH / 3
        self.draw.text((start, middle), text, fill, large, "lm")
        self.draw.text((start + width, middle + shift), below, fill, small, "lm")
        self.draw.text((start + width, middle - shift), above, fill, small, "lm")

    def save(self, script: str) -> None:
        """Writes <script>.png into the folder that the command line names, by default beside the script."""
        path = Path(script)
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else path.parent
        small = self.image.reduce(SMOOTH).quantize(COLOURS, dither=Image.Dither.NONE)
        small.save(folder / f"{path.stem}.png", optimize=True)


def _enlarge(points: Iterable[Point]) -> list[Point]:
    return [(x * SMOOTH, y * SMOOTH) for x, y in points]


class Plot:
    """A rectangle of a sheet with its own coordinates: x to the right, y upwards, each in a given range."""

    def __init__(
        self, sheet: Sheet, left: float, top: float, width: float, height: float, xs: Point, ys: Point
    ) -> None:
        self.sheet, self.left, self.top, self.width, self.height = sheet, left, top, width, height
        self.xs, self.ys = xs, ys

    def at(self, x: float, y: float) -> Point:
        """Where (x, y) lies on the sheet."""
        (x_first, x_last), (y_first, y_last) = self.xs, self.ys
        across, up = (x - x_first) / (x_last - x_first), (y - y_first) / (y_last - y_first)
        return self.left + across * self.width, self.top + (1 - up) * self.height

    def curve(self, points: Iterable[Point], fill: str = INK, line: float = 3, dash: float = 0) -> None:
        """A line through the points."""
        self.sheet.line([self.at(*point) for point in points], fill, line, dash)

    def dot(self, x: float, y: float, radius: float = 6, fill: str = INK, edge: str = INK) -> None:
        """A disc at a point; its radius is in pixels."""
        self.sheet.disc(*self.at(x, y), radius, fill, edge)

    def shade(self, height: Callable[[float, float], float], shades: Sequence[str], cell: float = 4) -> None:
        """Fills the plot with shades for height(x, y) from 0 (the first) to 1 (the last)."""
        for column in range(round(self.width / cell)):
            for row in range(round(self.height / cell)):
                x = self.xs[0] + (column + 0.5) * cell / self.width * (self.xs[1] - self.xs[0])
                y = self.ys[1] - (row + 0.5) * cell / self.height * (self.ys[1] - self.ys[0])
                fill = shades[min(int(height(x, y) * len(shades)), len(shades) - 1)]
                self.sheet.box(self.left + column * cell, self.top + row * cell, cell, cell, fill, fill, 0)

    def frame(self) -> None:
        """The edge of the plot."""
        self.sheet.box(self.left, self.top, self.width, self.height, fill=None)


def between(first: str, last: str, share: float) -> str:
    """The colour that lies at a share (0 to 1) of the way from one colour to another."""
    pairs = ((int(first[i : i + 2], 16), int(last[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + share * (b - a)):02x}" for a, b in pairs)
