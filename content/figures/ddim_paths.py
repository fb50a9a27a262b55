"""DDIM and DDPM with the exact noise prediction of a one-dimensional mixture: paths from x_T to x_0.

    python content/figures/ddim_paths.py [FOLDER]

The background is the density p_t, which both share.
"""

from itertools import pairwise

import numpy as np
from drawing import BLUE, GREEN, INK, ORANGE, PAPER, RED, Plot, Sheet, between

TIMES = 200
ALPHA_BAR = np.cos(np.linspace(0, 0.98, TIMES + 1) * np.pi / 2) ** 2  # at t = 0, ..., T; a cosine schedule
MEANS, STD = np.array([-1.0, 1.0]), 0.12  # of the data: two equally likely normal distributions
STARTS = np.array([-1.6, -0.9, -0.45, -0.15, 0.15, 0.45, 0.9, 1.6])
MARKED = 4  # the start from which DDPM is run several times


def components(x: np.ndarray | float, t: int) -> tuple[np.ndarray, float]:
    """The densities at x of the parts of p_t, shape (..., 2), and the variance of each."""
    variance = ALPHA_BAR[t] * STD**2 + 1 - ALPHA_BAR[t]
    distance = np.asarray(x)[..., None] - np.sqrt(ALPHA_BAR[t]) * MEANS
    return np.exp(-(distance**2) / (2 * variance)) / np.sqrt(2 * np.pi * variance) / 2, variance


def predicted_noise(x: np.ndarray, t: int) -> np.ndarray:
    """E[noise | x_t = x], the optimal noise prediction."""
    parts, variance = components(x, t)
    mean = np.sqrt(ALPHA_BAR[t]) * (parts @ MEANS) / parts.sum(-1)
    return np.sqrt(1 - ALPHA_BAR[t]) * (x - mean) / variance


def sample(x: np.ndarray, times: np.ndarray, eta: float, rng: np.random.Generator) -> np.ndarray:
    """The values of x at the times, which fall from T to 0: shape (times, paths)."""
    path = [x]
    for t, s in pairwise(times):
        at_t, at_s = ALPHA_BAR[t], ALPHA_BAR[s]
        sigma = eta * np.sqrt((1 - at_s) / (1 - at_t) * (1 - at_t / at_s))
        noise = predicted_noise(x, t)
        clean = (x - np.sqrt(1 - at_t) * noise) / np.sqrt(at_t)
        x = np.sqrt(at_s) * clean + np.sqrt(1 - at_s - sigma**2) * noise
        x = x + sigma * rng.standard_normal(x.shape)
        path.append(x)
    return np.array(path)


def draw_panel(sheet: Sheet, left: float, title: str) -> Plot:
    """The density, the axes and a title."""
    plot = Plot(sheet, left, 70, 500, 500, (TIMES, 0), (-2.6, 2.6))
    shades = [between(PAPER, BLUE, share) for share in (0, 0.12, 0.24, 0.36, 0.48, 0.6)]
    plot.shade(lambda t, x: components(x, round(t))[0].sum() * 1.2, shades, cell=2)
    plot.frame()
    sheet.label(left + 250, 34, title, size=30)
    sheet.label(left, 598, "x", "T")
    sheet.label(left + 500, 598, "x", "0")
    sheet.arrow(left + 200, 600, 100, 0)
    return plot


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 640)
    rng = np.random.default_rng(3)
    all_times = np.arange(TIMES, -1, -1)
    few_times = all_times[:: TIMES // 10]

    plot = draw_panel(sheet, 40, "DDIM")
    fine = sample(STARTS, all_times, 0, rng)
    coarse = sample(STARTS, few_times, 0, rng)
    for i in range(len(STARTS)):
        plot.curve(zip(all_times, fine[:, i], strict=True), ORANGE if i == MARKED else INK)
    for i in range(len(STARTS)):
        for t, x in zip(few_times, coarse[:, i], strict=True):
            plot.dot(t, x, 5, ORANGE if i == MARKED else PAPER)

    plot = draw_panel(sheet, 620, "DDPM")
    paths = sample(np.full(3, STARTS[MARKED]), all_times, 1, rng)
    for i, colour in enumerate((ORANGE, GREEN, RED)):
        plot.curve(zip(all_times, paths[:, i], strict=True), colour, 2)
    plot.dot(TIMES, STARTS[MARKED], 7, ORANGE)
    sheet.save(__file__)


main()
