"""The facts of the note on rectified flow, computed."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

NOTE = "generative/rectified_flow.md"


def variance(t: float, s: float) -> float:
    return (1 - t) ** 2 + t**2 * s**2


def gaussian_velocity(x: float, t: float, s: float) -> float:
    """Noise N(0, 1) and independent data N(0, s^2)."""
    return (t * s**2 - (1 - t)) / variance(t, s) * x


def slope(of: Callable[[float], float], x: float, h: float = 1e-5) -> float:
    return (of(x + h) - of(x - h)) / (2 * h)


def two_point(x: float, t: float) -> tuple[float, float, float]:
    """Density of x_t, posterior means of x_0 and x_1: noise N(0, 1), data -1 or 1."""
    data = np.array([-1.0, 1.0])
    noise = (x - t * data) / (1 - t)
    weights = np.exp(-(noise**2) / 2)
    density = weights.sum() / 2 / math.sqrt(2 * math.pi) / (1 - t)
    return density, weights @ noise / weights.sum(), weights @ data / weights.sum()


def test_determinant_near_the_identity_is_one_plus_the_trace() -> None:
    jacobian, step = np.random.default_rng(0).standard_normal((5, 5)), 1e-6
    determinant = np.linalg.det(np.eye(5) + step * jacobian)
    assert (determinant - 1) / step == pytest.approx(np.trace(jacobian), rel=1e-4)


@pytest.mark.parametrize(("x", "t"), [(0.3, 0.2), (-0.8, 0.5), (0.6, 0.7)])
def test_mean_direction_obeys_the_continuity_equation(x: float, t: float) -> None:
    def flux(y: float) -> float:
        density, noise, data = two_point(y, t)
        return density * (data - noise)

    change = slope(lambda u: two_point(x, u)[0], t)
    assert change == pytest.approx(-slope(flux, x), rel=1e-5)
    _, noise, data = two_point(x, t)
    velocity = data - noise
    assert x + (1 - t) * velocity == pytest.approx(data)
    assert x - t * velocity == pytest.approx(noise)
    score = slope(lambda y: math.log(two_point(y, t)[0]), x)
    assert score == pytest.approx(-(x - t * velocity) / (1 - t), rel=1e-6)


def test_heat_equation_is_transport_down_the_log_density() -> None:
    def density(x: float, t: float) -> float:
        v = 0.1 + t
        return sum(math.exp(-((x - m) ** 2) / 2 / v) for m in (-1, 1)) / math.sqrt(v)

    x, t, h = 0.4, 0.5, 1e-4
    change = slope(lambda u: density(x, u), t)
    laplacian = (density(x + h, t) - 2 * density(x, t) + density(x - h, t)) / h**2

    def flux(y: float) -> float:
        return -slope(lambda u: math.log(density(u, t)), y, 1e-3) / 2 * density(y, t)

    assert change == pytest.approx(laplacian / 2, rel=1e-4)
    assert change == pytest.approx(-slope(flux, x, 1e-3), rel=1e-3)


@pytest.mark.parametrize("s", [0.5, 1.0, 2.0])
def test_gaussian_flow_scales_with_the_standard_deviation(s: float) -> None:
    z, n = 1.0, 20_000
    for i in range(n):
        if i == n // 2:
            assert z == pytest.approx(math.sqrt(variance(0.5, s)), rel=1e-3)
        z += gaussian_velocity(z, i / n, s) / n
    assert z == pytest.approx(s, rel=1e-3)
    assert gaussian_velocity(0.7, 0.3, s) == pytest.approx(
        slope(lambda t: variance(t, s), 0.3) / 2 / variance(0.3, s) * 0.7
    )
    covariance = 0.3 * s**2 - 0.7  # Cov(x_1 - x_0, 0.7 x_0 + 0.3 x_1)
    assert gaussian_velocity(1, 0.3, s) == pytest.approx(covariance / variance(0.3, s))
    assert gaussian_velocity(0.7, 0, s) == -0.7  # E[x_1] - x


def test_straightness_and_transport_cost_of_the_example() -> None:
    """z_1 = z_0 for s = 1, so S is the mean squared speed; cost falls by S plus the crossing variance."""
    t = (np.arange(100_000) + 0.5) / 100_000
    speed = (2 * t - 1) ** 2 / (1 - 2 * t + 2 * t**2)
    straightness = speed.mean()
    assert straightness == pytest.approx(2 - math.pi / 2)
    assert straightness == pytest.approx(0.43, abs=2e-3)
    cost_before, cost_after = 2.0, 0.0
    assert straightness <= cost_before / 1
    assert cost_before - cost_after == pytest.approx(straightness + (2 - speed).mean())
    assert math.sqrt(0.5) == pytest.approx(0.707, abs=5e-4)


def test_reflow_of_the_example_is_straight() -> None:
    """Pairs (z, s z): x_t = (1 - t + t s) z determines z, and x_1 - x_0 is constant along the path."""
    s, z = 0.5, 1.3
    for t in (0.0, 0.4, 0.9):
        x = (1 - t + t * s) * z
        assert (s - 1) * x / (1 - t + t * s) == pytest.approx(s * z - z)


def test_both_flows_of_the_note(note_function: Callable[[str, str], Any]) -> None:
    first, sample = note_function(NOTE, "first"), note_function(NOTE, "sample")
    for x, t in [(0.3, 0.2), (-0.8, 0.6)]:
        _, noise, data = two_point(x, t)
        assert first(x, t) == pytest.approx(data - noise)
    second = note_function(NOTE, "second")
    start = sample(lambda z, _: 0 * z, 1)
    np.testing.assert_allclose(sample(second, 1), np.sign(start))
    np.testing.assert_allclose(sample(first, 1), 0, atol=1e-12)
    np.testing.assert_allclose(np.sign(sample(first, 200)), np.sign(start))


def test_euler_step_is_a_ddim_step() -> None:
    x, v, t, s = 0.8, -0.4, 0.3, 0.6
    data, noise = x + (1 - t) * v, x - t * v
    assert x + (s - t) * v == pytest.approx((1 - s) * noise + s * data)
    # the deterministic DDIM update with signal coefficient s and noise coefficient 1 - s
    eps = (x - t * data) / (1 - t)
    assert eps == pytest.approx(noise)
    assert s * data + (1 - s) * eps == pytest.approx(x + (s - t) * v)


def test_flow_and_vp_ode_pass_the_same_rescaled_points() -> None:
    """Data N(0, s^2): both scale with the standard deviation; compare x / signal at equal ratio."""
    s, t = 0.5, 0.4
    ratio = (1 - t) / t
    signal = 1 / math.sqrt(1 + ratio**2)  # VP: signal^2 + noise^2 = 1
    vp = math.sqrt(signal**2 * s**2 + 1 - signal**2)
    assert math.sqrt(variance(t, s)) / t == pytest.approx(vp / signal)


def test_curved_path_gives_the_probability_flow_velocity() -> None:
    """v = a' data + sigma' eps against f - g^2 score / 2 for a linear SDE."""
    x, data_variance, t = 0.9, 0.25, 0.5
    a, sigma = (lambda u: math.cos(u)), (lambda u: math.sin(u))
    total = a(t) ** 2 * data_variance + sigma(t) ** 2
    data, eps = a(t) * data_variance / total * x, sigma(t) / total * x
    phi = slope(a, t) / a(t)
    g_squared = slope(lambda u: sigma(u) ** 2, t) - 2 * phi * sigma(t) ** 2
    assert slope(a, t) * data + slope(sigma, t) * eps == pytest.approx(phi * x + g_squared / 2 * x / total)


def test_flow_matching_target_is_the_derivative_of_its_path() -> None:
    x0, x1, smallest = 0.3, -1.2, 0.1
    path: Callable[[float], float] = lambda t: t * x1 + (1 - (1 - smallest) * t) * x0  # noqa: E731
    assert slope(path, 0.4) == pytest.approx(x1 - (1 - smallest) * x0)


def test_code_cards() -> None:
    t = 0.25
    assert gaussian_velocity(1, t, 1) == pytest.approx(-0.8)
    s, x, n = 0.5, 1.0, 10_000
    for i in range(n):
        x += gaussian_velocity(x, i / n, s) / n
    assert x == pytest.approx(0.5, rel=1e-3)
