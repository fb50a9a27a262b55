"""Rectified flow in one dimension: lines between random pairs, the paths of the exact flow, and after reflow.

    python content/figures/rectified_flow_paths.py [FOLDER]

Noise is N(0, 1), the data are a mixture of two normal distributions. In one dimension an ODE keeps the order
of its particles, hence their quantiles.
"""

from statistics import NormalDist

import numpy as np
from drawing import BLUE, ORANGE, PAPER, Plot, Sheet

MEANS, STD = np.array([-1.5, 1.5]), 0.3  # of the data, both parts equally likely
PARTICLES, STEPS = 12, 400
SIDE, TOP = 290, 64


def velocity(x: np.ndarray, t: float) -> np.ndarray:
    """E[x_1 - x_0 | x_t = x] for independent pairs; x has the shape (particles,)."""
    variance = (1 - t) ** 2 + t**2 * STD**2
    distance = x[:, None] - t * MEANS
    parts = np.exp(-(distance**2) / (2 * variance))
    means = MEANS + (t * STD**2 - (1 - t)) / variance * distance
    return (parts * means).sum(1) / parts.sum(1)


def flow(x: np.ndarray) -> np.ndarray:
    """The paths of the exact flow by Heun's method, shape (STEPS + 1, particles)."""
    path, step = [x], 1 / STEPS
    for i in range(STEPS):
        first = velocity(x, i * step)
        second = velocity(x + step * first, (i + 1) * step)
        x = x + step * (first + second) / 2
        path.append(x)
    return np.array(path)


def draw_panel(sheet: Sheet, left: float, title: str, paths: np.ndarray) -> None:
    """One line for each particle, in the colour of the data that it reaches; paths: (times, particles)."""
    plot = Plot(sheet, left, TOP, SIDE, 420, (0, 1), (-2.1, 2.1))
    times = np.linspace(0, 1, len(paths))
    for path in paths.T:
        plot.curve(zip(times, path, strict=True), ORANGE if path[-1] > 0 else BLUE)
    for path in paths.T:
        plot.dot(0, path[0], 6, PAPER)
        plot.dot(1, path[-1], 6, ORANGE if path[-1] > 0 else BLUE)
    sheet.label(left + SIDE / 2, 34, title, size=30)
    sheet.label(left, TOP + 450, "t = 0")
    sheet.label(left + SIDE, TOP + 450, "t = 1")


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 545)
    shares = (np.arange(PARTICLES) + 0.5) / PARTICLES
    noise = np.array([NormalDist().inv_cdf(share) for share in shares])
    paths = flow(noise)
    data = np.random.default_rng(1).permutation(paths[-1])
    for left, title, lines in (
        (45, "pairs", np.array([noise, data])),
        (435, "flow", paths),
        (825, "reflow", paths[[0, -1]]),
    ):
        draw_panel(sheet, left, title, lines)
    sheet.save(__file__)


main()
