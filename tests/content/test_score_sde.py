"""The facts of the note on diffusion through SDEs, computed."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

NOTE = "generative/score_sde.md"


def integrated_beta(t: float) -> float:
    return 0.1 * t + 19.9 * t**2 / 2


def beta(t: float) -> float:
    return 0.1 + 19.9 * t


def sigma_ve(t: float) -> float:
    return 0.01 * (50 / 0.01) ** t


def slope(of: Callable[[float], float], t: float, h: float = 1e-5) -> float:
    return (of(t + h) - of(t - h)) / (2 * h)


# (phi, g squared, a_t, variance of the noise), each a function of t
SDES = {
    "VP": (
        lambda t: -beta(t) / 2,
        beta,
        lambda t: math.exp(-integrated_beta(t) / 2),
        lambda t: 1 - math.exp(-integrated_beta(t)),
    ),
    "VE": (
        lambda _: 0.0,
        lambda t: slope(lambda s: sigma_ve(s) ** 2, t),
        lambda _: 1.0,
        lambda t: sigma_ve(t) ** 2 - sigma_ve(0) ** 2,
    ),
    "sub-VP": (
        lambda t: -beta(t) / 2,
        lambda t: beta(t) * (1 - math.exp(-2 * integrated_beta(t))),
        lambda t: math.exp(-integrated_beta(t) / 2),
        lambda t: (1 - math.exp(-integrated_beta(t))) ** 2,
    ),
}


@pytest.mark.parametrize("name", SDES)
@pytest.mark.parametrize("t", [0.05, 0.3, 0.9])
def test_marginals_of_the_table_solve_the_moment_equations(name: str, t: float) -> None:
    phi, g_squared, signal, noise = SDES[name]
    assert slope(signal, t) == pytest.approx(phi(t) * signal(t), abs=1e-6)
    assert slope(noise, t) == pytest.approx(2 * phi(t) * noise(t) + g_squared(t), rel=1e-5)
    assert SDES["sub-VP"][3](t) < SDES["VP"][3](t)


def test_numbers_of_the_schedules() -> None:
    assert integrated_beta(1) == pytest.approx(10.05)
    assert math.exp(-10.05 / 2) == pytest.approx(0.0066, abs=5e-5)
    ddpm = np.prod(1 - np.linspace(1e-4, 0.02, 1000))
    assert math.exp(-integrated_beta(1)) == pytest.approx(ddpm, rel=0.1)


@pytest.mark.parametrize("t", [0.2, 0.7])
def test_one_step_back_by_bayes_has_the_reverse_drift(t: float) -> None:
    """VP with Gaussian data: the exact posterior of x_t given x_{t+dt} against the note's Gaussian."""
    dt, y, data = 1e-6, 1.3, 0.25
    variance = math.exp(-integrated_beta(t)) * data + 1 - math.exp(-integrated_beta(t))
    keep, noise = 1 - beta(t) * dt / 2, beta(t) * dt
    precision = 1 / variance + keep**2 / noise
    mean = keep * y / noise / precision
    drift = -beta(t) / 2 * y + beta(t) * y / variance  # f - g^2 score
    assert (mean - y) / dt == pytest.approx(-drift, rel=1e-3)
    assert 1 / precision / dt == pytest.approx(beta(t), rel=1e-3)


@pytest.mark.parametrize("lam", [0.0, 0.5, 1.0, 2.0])
def test_every_member_of_the_family_keeps_the_marginals(lam: float) -> None:
    """The variance of Gaussian data under VP, backwards: dV/dt = 2 (f - (1 + l^2)/2 g^2 s) V - l^2 g^2."""

    def variance(t: float) -> float:
        return 0.25 * math.exp(-integrated_beta(t)) + 1 - math.exp(-integrated_beta(t))

    for t in (0.1, 0.5):
        drift = -beta(t) / 2 + (1 + lam**2) / 2 * beta(t) / variance(t)
        assert slope(variance, t) == pytest.approx(
            2 * drift * variance(t) - lam**2 * beta(t), rel=1e-5, abs=1e-8
        )


def test_fokker_planck_holds_for_a_mixture() -> None:
    """VP with two-point data at one time, by finite differences."""

    def density(x: float, t: float) -> float:
        a, v = math.exp(-integrated_beta(t) / 2), 1 - math.exp(-integrated_beta(t))
        return sum(math.exp(-((x - a * m) ** 2) / 2 / v) for m in (-1, 1)) / 2 / math.sqrt(2 * math.pi * v)

    x, t, h = 0.4, 0.3, 1e-4
    flux = slope(lambda y: -beta(t) / 2 * y * density(y, t), x)
    laplacian = (density(x + h, t) - 2 * density(x, t) + density(x - h, t)) / h**2
    assert slope(lambda s: density(x, s), t) == pytest.approx(-flux + beta(t) / 2 * laplacian, rel=1e-4)


def test_worked_example() -> None:
    """Data N(0, 1), VE with variance t: ODE and reverse SDE from x_8 = 3."""
    x, covariance, variance, n = 3.0, 9.0, 0.0, 20_000
    mean = 3.0
    for i in range(n):
        t, dt = 8 - i * 8 / n, 8 / n
        x -= dt * x / (2 * (1 + t))
        mean *= 1 - dt / (1 + t)
        covariance *= 1 - dt / (1 + t)  # with the fixed start
        variance = (1 - dt / (1 + t)) ** 2 * variance + dt
    assert x == pytest.approx(1, rel=1e-3)
    assert (mean, variance) == (pytest.approx(3 / 9, rel=1e-3), pytest.approx(8 / 9, rel=1e-3))
    assert covariance == pytest.approx(1, rel=1e-3)  # Cov(x_0, x_8) = Var(x_0) of the forward process
    for start, of_ode, of_sde in [(9, 1, 1), (18, 2, 1.11)]:
        assert start / 9 == of_ode
        assert 8 / 9 + start / 81 == pytest.approx(of_sde, abs=2e-3)


def test_bayes_and_tweedie_agree_in_the_example() -> None:
    precision, noise = 1 + 1 / 8, 8.0
    assert 1 / precision == pytest.approx(8 / 9)
    assert 3 / noise / precision == pytest.approx(3 + noise * (-3 / 9)) == pytest.approx(1 / 3)


def test_regression_on_the_kernel_learns_the_score_and_tweedie() -> None:
    """Two-point data, x = a x0 + sigma eps: exact conditional means against the gradient of log p."""
    a, sigma, x = 0.8, 0.6, 0.3
    weights = np.array([math.exp(-((x - a * m) ** 2) / 2 / sigma**2) for m in (-1.0, 1.0)])
    posterior = weights / weights.sum()
    eps = (x - a * np.array([-1.0, 1.0])) / sigma

    def log_density(y: float) -> float:
        return math.log(sum(math.exp(-((y - a * m) ** 2) / 2 / sigma**2) for m in (-1, 1)))

    score = slope(log_density, x)
    assert -(posterior @ eps) / sigma == pytest.approx(score)
    assert (x + sigma**2 * score) / a == pytest.approx(posterior @ [-1.0, 1.0])
    assert posterior @ (eps - posterior @ eps) ** 2 > 0.1  # what remains of the loss


def test_slope_of_the_fitted_score() -> None:
    assert -1 / (1 + 2**2) == -0.2
    covariance = -2.0  # of x = x0 + 2 eps and -eps
    assert covariance / 2 / 5 == pytest.approx(-0.2)
    assert covariance / 4 / 5 == pytest.approx(-0.1)


def test_samplers_of_the_note(note_function: Callable[[str, str], Any]) -> None:
    sample_std = note_function(NOTE, "sample_std")
    for noise in (0, 1):
        assert sample_std(20_000, noise) == pytest.approx(0.5, abs=2e-3)
    assert abs(sample_std(20, 0) - 0.5) < abs(sample_std(20, 1) - 0.5)
    assert sample_std(1000, 0, start=2) == pytest.approx(2 * sample_std(1000, 0))
    assert sample_std(1000, 1, start=2) == pytest.approx(sample_std(1000, 1), rel=1e-3)


@pytest.mark.parametrize("step", [0.05, 0.4])
def test_langevin_steps_settle_at_the_biased_variance(step: float) -> None:
    target, variance = 0.7, 0.0
    for _ in range(2000):
        variance = (1 - step / target) ** 2 * variance + 2 * step
    assert variance == pytest.approx(target / (1 - step / (2 * target)))


def test_deterministic_sampler_without_the_half_contracts_to_the_posterior_mean() -> None:
    x, n = 3.0, 20_000
    for i in range(n):
        x -= x / (1 + 8 - i * 8 / n) * 8 / n
    assert x == pytest.approx(3 / 9, rel=1e-3)


def test_likelihood_of_the_example() -> None:
    def log_normal(x: float, variance: float) -> float:
        return -(x**2) / 2 / variance - math.log(2 * math.pi * variance) / 2

    divergence = math.log(9) / 2
    assert divergence == pytest.approx(1.099, abs=5e-4)
    assert log_normal(3, 9) == pytest.approx(-2.518, abs=5e-4)
    assert log_normal(3, 9) + divergence == pytest.approx(log_normal(1, 1))
    assert log_normal(1, 1) == pytest.approx(-1.419, abs=5e-4)


def test_hutchinson_estimates_the_trace() -> None:
    jacobian = np.random.default_rng(0).standard_normal((4, 4))
    signs = np.array(list(itertools.product((-1, 1), repeat=4)))
    estimates = np.einsum("ni,ij,nj->n", signs, jacobian, signs)
    assert estimates.mean() == pytest.approx(np.trace(jacobian))
