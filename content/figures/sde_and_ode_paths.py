"""The reverse-time SDE and the probability-flow ODE from the same starts, with the density that both share.

    python content/figures/sde_and_ode_paths.py [FOLDER]

The VP SDE and a mixture of two normal distributions as data, so that the score is exact.
"""

import numpy as np
from drawing import BLUE, GREEN, ORANGE, PAPER, RED, Plot, Sheet, between

END, STEPS = 1.0, 500
MEANS, STD = np.array([-1.2, 1.2]), 0.25  # of the data, both parts equally likely
STARTS = np.array([1.3, 0.4, -0.4, -1.3])
COLOURS = (RED, ORANGE, GREEN, BLUE)


def beta(t: float) -> float:
    """The speed of the VP SDE."""
    return 0.1 + 11.9 * t


def parts(x: np.ndarray | float, t: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Of both parts of p_t at x: densities and distances from the means, shape (..., 2); their variance."""
    shrink = np.exp(-(0.1 * t + 11.9 * t**2 / 2))
    variance = shrink * STD**2 + 1 - shrink
    distance = np.asarray(x)[..., None] - np.sqrt(shrink) * MEANS
    return np.exp(-(distance**2) / (2 * variance)) / np.sqrt(2 * np.pi * variance) / 2, distance, variance


def score(x: np.ndarray, t: float) -> np.ndarray:
    """The derivative of log p_t at x."""
    density, distance, variance = parts(x, t)
    return -(density * distance).sum(-1) / variance / density.sum(-1)


def paths(noise: int, rng: np.random.Generator) -> np.ndarray:
    """From t = END down to 0, shape (STEPS + 1, paths): the SDE for noise 1, the ODE for noise 0."""
    x, step = STARTS, END / STEPS
    path = [x]
    for i in range(STEPS):
        t = END - i * step
        drift = -beta(t) / 2 * x - (1 + noise**2) / 2 * beta(t) * score(x, t)
        x = x - drift * step + noise * np.sqrt(beta(t) * step) * rng.standard_normal(x.shape)
        path.append(x)
    return np.array(path)


def main() -> None:
    """Draws and saves."""
    sheet = Sheet(1160, 620)
    rng = np.random.default_rng(9)
    shades = [between(PAPER, BLUE, share) for share in (0, 0.1, 0.2, 0.3, 0.4, 0.5)]
    times = np.linspace(END, 0, STEPS + 1)
    for left, title, noise in ((40, "SDE", 1), (620, "ODE", 0)):
        plot = Plot(sheet, left, 64, 500, 480, (END, 0), (-2.6, 2.6))
        plot.shade(lambda t, x: parts(x, t)[0].sum() * 1.3, shades, cell=2)
        for path, colour in zip(paths(noise, rng).T, COLOURS, strict=True):
            plot.curve(zip(times, path, strict=True), colour, 3 - noise)
            plot.dot(END, path[0], 7, colour)
            plot.dot(0, path[-1], 7, colour)
        plot.frame()
        sheet.label(left + 250, 32, title, size=30)
        sheet.label(left, 576, "t = T")
        sheet.label(left + 500, 576, "t = 0")
        sheet.arrow(left + 200, 576, 100, 0)
    sheet.save(__file__)


main()
