"""The facts of the note on DDIM, computed."""

import math
from itertools import pairwise

import numpy as np
import pytest

ALPHA_BAR = np.concatenate([[1.0], np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))])


def sigma(a_t: float, a_s: float, eta: float) -> float:
    """Equation 16 of arXiv:2010.02502 with a = alpha-bar."""
    return eta * math.sqrt((1 - a_s) / (1 - a_t)) * math.sqrt(1 - a_t / a_s)


def ddim(x: float, eps: float, a_t: float, a_s: float, eta: float = 0.0, z: float = 0.0) -> float:
    """Equation 12 of arXiv:2010.02502 with a = alpha-bar."""
    x0 = (x - math.sqrt(1 - a_t) * eps) / math.sqrt(a_t)
    noise = sigma(a_t, a_s, eta) if eta else 0.0  # a deterministic step may also lead to a larger time
    return math.sqrt(a_s) * x0 + math.sqrt(max(1 - a_s - noise**2, 0)) * eps + noise * z


def posterior(a_t: float, a_s: float) -> tuple[float, float, float]:
    """Coefficients of x_t and x_0 in the mean, and the variance, by adding the precisions of Bayes' rule."""
    alpha = a_t / a_s
    precision = alpha / (1 - alpha) + 1 / (1 - a_s)
    return math.sqrt(alpha) / (1 - alpha) / precision, math.sqrt(a_s) / (1 - a_s) / precision, 1 / precision


@pytest.mark.parametrize("t", [2, 10, 500, 1000])
def test_posterior_formulas_of_the_note(t: int) -> None:
    a_t, a_s = ALPHA_BAR[t], ALPHA_BAR[t - 1]
    alpha = a_t / a_s
    of_xt, of_x0, variance = posterior(a_t, a_s)
    assert variance == pytest.approx((1 - a_s) / (1 - a_t) * (1 - alpha))
    assert of_xt == pytest.approx(math.sqrt(alpha) * (1 - a_s) / (1 - a_t))
    assert of_x0 == pytest.approx(math.sqrt(a_s) * (1 - alpha) / (1 - a_t))


@pytest.mark.parametrize(("t", "s"), [(1000, 999), (500, 499), (500, 480), (2, 1)])
def test_eta_one_is_the_ddpm_posterior(t: int, s: int) -> None:
    a_t, a_s = ALPHA_BAR[t], ALPHA_BAR[s]
    x, eps = 0.7, -1.3
    x0 = (x - math.sqrt(1 - a_t) * eps) / math.sqrt(a_t)
    of_xt, of_x0, variance = posterior(a_t, a_s)
    assert sigma(a_t, a_s, 1) ** 2 == pytest.approx(variance)
    assert ddim(x, eps, a_t, a_s, eta=1) == pytest.approx(of_xt * x + of_x0 * x0)


def test_ddpm_mean_in_terms_of_the_noise() -> None:
    a_t, a_s, x, eps = ALPHA_BAR[400], ALPHA_BAR[399], 0.7, -1.3
    alpha = a_t / a_s
    familiar = (x - (1 - alpha) / math.sqrt(1 - a_t) * eps) / math.sqrt(alpha)
    assert ddim(x, eps, a_t, a_s, eta=1) == pytest.approx(familiar)


@pytest.mark.parametrize("eta", [0.0, 0.3, 1.0])
def test_every_member_of_the_family_keeps_the_marginal(eta: float) -> None:
    a_t, a_s = ALPHA_BAR[700], ALPHA_BAR[650]
    noise = sigma(a_t, a_s, eta)
    b = math.sqrt(1 - a_s - noise**2) / math.sqrt(1 - a_t)
    a = math.sqrt(a_s) - b * math.sqrt(a_t)
    assert a + b * math.sqrt(a_t) == pytest.approx(math.sqrt(a_s))
    assert b**2 * (1 - a_t) + noise**2 == pytest.approx(1 - a_s)


def test_worked_example() -> None:
    assert ddim(1, 0.5, 0.36, 0.64) == pytest.approx(1.1)
    assert sigma(0.36, 0.64, 1) ** 2 == pytest.approx(0.246, abs=5e-4)
    assert ddim(1, 0.5, 0.36, 0.64, eta=1) == pytest.approx(0.969, abs=5e-4)
    assert sigma(0.36, 0.64, 1) == pytest.approx(0.496, abs=5e-4)
    of_xt, of_x0, variance = posterior(0.36, 0.64)
    assert (of_xt, of_x0) == pytest.approx((0.75 * 0.5625, 0.8 * 0.6836), abs=1e-4)
    assert (of_xt + of_x0, variance) == pytest.approx((0.969, 0.246), abs=5e-4)


def test_eta_is_limited_by_the_noise_wanted() -> None:
    a_t, a_s = 0.36, 0.64
    limit = math.sqrt((1 - a_t) / (1 - a_t / a_s))
    assert limit > 1
    assert sigma(a_t, a_s, limit) ** 2 == pytest.approx(1 - a_s)


@pytest.mark.parametrize("eta", [0.0, 1.0, 5.0])
def test_last_step_returns_the_prediction(eta: float) -> None:
    assert ddim(1, 0.5, 0.36, 1.0, eta=eta, z=3.0) == pytest.approx(1.0)


def test_larger_ddpm_variance_exceeds_the_marginal() -> None:
    a_t, a_s = ALPHA_BAR[200], ALPHA_BAR[100]
    assert 1 - a_s - sigma(a_t, a_s, 1) ** 2 + (1 - a_t / a_s) > 1 - a_s


def test_which_ddpm_variance_is_exact_for_which_data() -> None:
    """Unit Gaussian data: Var(x_s | x_t) = 1 - alpha. A single point: the posterior variance itself."""
    a_t, a_s = ALPHA_BAR[600], ALPHA_BAR[599]
    covariance = math.sqrt(a_t / a_s)
    assert 1 - covariance**2 == pytest.approx(1 - a_t / a_s)
    assert posterior(a_t, a_s)[2] < 1 - a_t / a_s


def test_deterministic_step_is_an_euler_step_in_the_noise_to_signal_ratio() -> None:
    a_t, a_s, x, eps = 0.2, 0.5, 0.9, -0.4
    rho_t, rho_s = (math.sqrt((1 - a) / a) for a in (a_t, a_s))
    assert ddim(x, eps, a_t, a_s) / math.sqrt(a_s) == pytest.approx(
        x / math.sqrt(a_t) + (rho_s - rho_t) * eps
    )


def test_one_point_data_is_sampled_exactly_in_one_step() -> None:
    point, a_t, x = 0.3, ALPHA_BAR[1000], 1.7
    eps = (x - math.sqrt(a_t) * point) / math.sqrt(1 - a_t)
    assert ddim(x, eps, a_t, 1.0) == pytest.approx(point)
    half = ddim(x, eps, a_t, ALPHA_BAR[500])
    eps_half = (half - math.sqrt(ALPHA_BAR[500]) * point) / math.sqrt(1 - ALPHA_BAR[500])
    assert eps_half == pytest.approx(eps)


def test_ideal_prediction_for_gaussian_data() -> None:
    """E[x0 | x_t] of jointly Gaussian variables gives the noise prediction that the note uses."""
    a, std, x = 0.4, 0.5, 1.0
    x0 = math.sqrt(a) * std**2 / (a * std**2 + 1 - a) * x
    assert (x - math.sqrt(a) * x0) / math.sqrt(1 - a) == pytest.approx(
        math.sqrt(1 - a) * x / (0.25 * a + 1 - a)
    )


@pytest.mark.parametrize("steps", [10, 50])
def test_inversion_error_shrinks_with_the_step(steps: int) -> None:
    """For N(0, 1) data the ideal noise prediction is sqrt(1 - a) x: encode, decode, compare."""

    def round_trip(n: int) -> float:
        levels = np.cos(np.linspace(0.01, 0.99, n + 1) * math.pi / 2) ** 2
        x = 1.0
        for a_t, a_s in [*pairwise(levels), *pairwise(levels[::-1])]:
            x = ddim(x, math.sqrt(1 - a_t) * x, a_t, a_s)
        return abs(1 - x)

    assert round_trip(2 * steps) == pytest.approx(round_trip(steps) / 2, rel=0.15)


def test_latent_norms_of_the_interpolation_paragraph() -> None:
    assert math.sqrt(3 * 32 * 32) == pytest.approx(55.4, abs=0.05)
    assert math.sqrt(3 * 32 * 32 / 2) == pytest.approx(39.2, abs=0.05)
    a, b = np.random.default_rng(0).standard_normal((2, 3072))
    angle = math.acos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    slerp = (math.sin(angle / 2) * a + math.sin(angle / 2) * b) / math.sin(angle)
    assert np.linalg.norm(slerp) == pytest.approx(55.4, rel=0.03)


def test_classifier_guidance_shifts_the_noise_by_the_scaled_gradient() -> None:
    a_t, eps, gradient = 0.4, 0.3, 0.8
    score = -eps / math.sqrt(1 - a_t)
    assert -(eps - math.sqrt(1 - a_t) * gradient) / math.sqrt(1 - a_t) == pytest.approx(score + gradient)


def test_coarse_grid_that_misses_the_last_time_starts_with_too_much_signal() -> None:
    assert max(range(0, 1000, 100)) == 900
    assert ALPHA_BAR[900] / ALPHA_BAR[1000] == pytest.approx(7, abs=0.5)
