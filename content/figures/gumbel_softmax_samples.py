"""Gumbel-Softmax samples on the simplex of three classes: the same noise at four temperatures.

python content/figures/gumbel_softmax_samples.py [FOLDER]
"""

import math

import numpy as np
from drawing import BLUE, GREEN, ORANGE, Sheet

PROBABILITIES = np.array([0.5, 0.3, 0.2])
TEMPERATURES = (5, 1, 0.5, 0.1)
SAMPLES = 250
SIDE, BASE = 240, 320  # the side of a triangle, and where it stands
COLOURS = (ORANGE, BLUE, GREEN)


def draw_simplex(sheet: Sheet, left: float, temperature: float, perturbed: np.ndarray) -> None:
    """The samples, in the colour of their largest component; perturbed logits have the shape (samples, 3)."""
    corners = np.array([(left, BASE), (left + SIDE, BASE), (left + SIDE / 2, BASE - SIDE * math.sqrt(3) / 2)])
    scaled = np.exp((perturbed - perturbed.max(1, keepdims=True)) / temperature)
    samples = scaled / scaled.sum(1, keepdims=True)
    sheet.line([*corners.tolist(), corners[0].tolist()], line=2)
    for sample in samples:
        colour = COLOURS[sample.argmax()]
        sheet.disc(*(sample @ corners).tolist(), 4, colour, colour)
    for (x, y), name, shift in zip(corners.tolist(), "123", (26, 26, -24), strict=True):
        sheet.label(x, y + shift, name)
    sheet.label(left + SIDE / 2, 34, f"temperature {temperature}", size=28)


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 375)
    gumbel = np.random.default_rng(0).gumbel(size=(SAMPLES, 3))
    for number, temperature in enumerate(TEMPERATURES):
        draw_simplex(sheet, 28 + 288 * number, temperature, np.log(PROBABILITIES) + gumbel)
    sheet.save(__file__)


main()
