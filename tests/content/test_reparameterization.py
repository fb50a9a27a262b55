"""The facts of the note on reparameterization, by quadrature where possible, else with a fixed seed."""

import math

import numpy as np
import numpy.typing as npt
import pytest
import torch

Array = npt.NDArray[np.float64]

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(120)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
UNIFORM = (np.arange(400_000) + 0.5) / 400_000
LOGISTIC = np.log(UNIFORM / (1 - UNIFORM))  # the difference of two standard Gumbels


def gaussian_mean(values: Array) -> float:
    """Expectation over epsilon ~ N(0, 1) of values given at NODES."""
    return float(WEIGHTS @ values)


def gaussian_variance(values: Array) -> float:
    return gaussian_mean(values**2) - gaussian_mean(values) ** 2


def binary_sample(p: float, tau: float) -> tuple[Array, Array]:
    """Relaxed z of a binary Gumbel-Softmax with P(z = 1) = p, and its derivative by the logit."""
    y = 0.5 * (1 + np.tanh((math.log(p / (1 - p)) + LOGISTIC) / (2 * tau)))
    return y, y * (1 - y) / tau


@pytest.mark.parametrize(
    ("baseline", "formula", "at_two"),
    [
        (lambda _: 0.0, lambda mu: mu**4 + 14 * mu**2 + 15, 87),
        (lambda mu: mu**2 + 1, lambda mu: 8 * mu**2 + 10, 42),
        (lambda mu: mu**2 + 3, lambda mu: 8 * mu**2 + 6, 38),
    ],
)
def test_score_function_variances_of_the_worked_comparison(baseline, formula, at_two) -> None:  # type: ignore[no-untyped-def]
    for mu in (0.0, 0.7, 2.0):
        estimate = ((mu + NODES) ** 2 - baseline(mu)) * NODES
        assert gaussian_mean(estimate) == pytest.approx(2 * mu, abs=1e-9)
        assert gaussian_variance(estimate) == pytest.approx(formula(mu))
    assert formula(2) == at_two


def test_pathwise_variance_is_four() -> None:
    assert gaussian_variance(2 * (2 + NODES)) == pytest.approx(4)


def test_optimal_baseline_and_the_value_of_the_note() -> None:
    f, s = (2 + NODES) ** 2, NODES
    optimal = gaussian_mean(f * s**2) / gaussian_mean(s**2)
    assert optimal == pytest.approx(2**2 + 3)
    for other in (optimal - 0.1, optimal + 0.1):
        assert gaussian_variance((f - optimal) * s) < gaussian_variance((f - other) * s)


def test_each_further_coordinate_adds_eighteen_to_the_score_function_variance() -> None:
    first, other = (2 + NODES)[:, None], (2 + NODES)[None, :]
    weight = np.outer(WEIGHTS, WEIGHTS)
    reward = first**2 + other**2
    score = NODES[:, None]
    best = np.sum(weight * reward * score**2) / np.sum(weight * score**2)
    estimate = (reward - best) * score
    variance = np.sum(weight * estimate**2) - np.sum(weight * estimate) ** 2
    assert variance == pytest.approx(38 + 18)
    assert 38 + 18 * 100 == 1838


def test_pathwise_loses_for_a_fast_oscillation() -> None:
    z = torch.special.ndtri(torch.from_numpy(UNIFORM)).numpy()  # the quadrature nodes are too coarse here
    assert np.var(10 * np.cos(10 * z)) == pytest.approx(50, rel=1e-3)
    assert np.var(np.sin(10 * z) * z) == pytest.approx(0.5, rel=1e-3)


def test_slope_of_the_step_function_objective() -> None:
    mu = torch.zeros((), dtype=torch.float64, requires_grad=True)
    torch.special.ndtr(mu).backward()
    assert mu.grad is not None
    assert mu.grad.item() == pytest.approx(1 / math.sqrt(2 * math.pi))
    assert 1 / math.sqrt(2 * math.pi) == pytest.approx(0.399, abs=5e-4)


def test_implicit_reparameterization_gives_the_gaussian_path() -> None:
    mu, sigma = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (0.3, 1.7))
    z = 2.1
    cdf = torch.special.ndtr((z - mu) / sigma)
    by_mu, by_sigma = torch.autograd.grad(cdf, (mu, sigma))
    density = torch.exp(-(((z - mu) / sigma) ** 2) / 2) / (sigma * math.sqrt(2 * math.pi))
    assert (-by_mu / density).item() == pytest.approx(1)
    assert (-by_sigma / density).item() == pytest.approx((z - 0.3) / 1.7)


def test_moving_support_flips_the_sign_of_the_score_formula() -> None:
    theta, z = 3.0, 3.0 * UNIFORM
    assert np.mean(z * (-1 / theta)) == pytest.approx(-0.5)
    assert np.mean(UNIFORM) == pytest.approx(0.5)  # the pathwise gradient of z = theta u


@pytest.mark.parametrize("samples", [2, 5])
def test_own_sample_in_the_baseline_shrinks_the_gradient(samples: int) -> None:
    """Exact enumeration of a Bernoulli(0.3) latent with f(0) = 1, f(1) = 4."""
    p, f = 0.3, np.array([1.0, 4.0])
    score = np.array([-p, 1 - p])
    expected = 0.0
    for draw in np.ndindex(*(2,) * samples):
        z = np.array(draw)
        probability = np.prod(np.where(z == 1, p, 1 - p))
        expected += probability * np.mean((f[z] - f[z].mean()) * score[z])
    true = p * (1 - p) * (f[1] - f[0])
    assert expected == pytest.approx((1 - 1 / samples) * true)


def test_softmax_score_is_one_hot_minus_probabilities() -> None:
    logits = torch.tensor([0.3, -1.0, 2.0], requires_grad=True)
    (score,) = torch.autograd.grad(torch.log_softmax(logits, 0)[1], logits)
    torch.testing.assert_close(score, torch.tensor([0.0, 1.0, 0.0]) - logits.detach().softmax(0))


def test_gumbel_moments_and_density() -> None:
    g = -np.log(-np.log(UNIFORM))
    assert g.mean() == pytest.approx(0.5772, abs=1e-3)
    assert g.var() == pytest.approx(math.pi**2 / 6, rel=1e-3)
    step = 1e-5
    slope = (np.exp(-np.exp(-(0.4 + step))) - np.exp(-np.exp(-(0.4 - step)))) / (2 * step)
    assert slope == pytest.approx(np.exp(-0.4 - np.exp(-0.4)))


@pytest.mark.parametrize("form", ["gumbel", "race"])
def test_gumbel_max_frequencies(form: str) -> None:
    """Six standard deviations at a fixed seed; unnormalised logits on purpose."""
    probabilities, n = np.array([0.5, 0.3, 0.15, 0.05]), 200_000
    exponential = np.random.default_rng(0).exponential(size=(n, 4))
    if form == "gumbel":
        winners = np.argmax(np.log(probabilities) + 3.0 - np.log(exponential), axis=1)
    else:
        winners = np.argmin(exponential / probabilities, axis=1)
    frequencies = np.bincount(winners, minlength=4) / n
    spread = np.sqrt(probabilities * (1 - probabilities) / n)
    assert np.all(np.abs(frequencies - probabilities) < 6 * spread)


def test_noise_after_the_temperature_samples_another_distribution() -> None:
    phi, tau = np.log([0.8, 0.2]), 0.5
    gumbel = -np.log(np.random.default_rng(1).exponential(size=(100_000, 2)))
    share = np.mean(np.argmax(phi / tau + gumbel, axis=1) == 0)
    assert share == pytest.approx(0.8**2 / (0.8**2 + 0.2**2), abs=0.005)


def test_gumbel_softmax_jacobian() -> None:
    logits = torch.tensor([0.3, -1.2, 0.8, 0.1], dtype=torch.float64, requires_grad=True)
    noise, tau = torch.tensor([1.1, -0.4, 0.2, 2.0], dtype=torch.float64), 0.7

    y = torch.softmax((logits + noise) / tau, 0)
    rows = [torch.autograd.grad(entry, logits, retain_graph=True)[0] for entry in y]
    jacobian, y = torch.stack(rows), y.detach()
    torch.testing.assert_close(jacobian, (torch.diag(y) - torch.outer(y, y)) / tau)


@pytest.mark.parametrize(
    ("tau", "mean", "gradient", "deviation"),
    [
        (0.1, 0.798, 0.160, 0.491),
        (0.5, 0.769, 0.156, 0.170),
        (1, 0.717, 0.138, 0.080),
        (5, 0.567, 0.048, 0.003),
    ],
)
def test_temperature_table(tau: float, mean: float, gradient: float, deviation: float) -> None:
    y, slope = binary_sample(0.8, tau)
    assert y.mean() == pytest.approx(mean, abs=6e-4)
    assert slope.mean() == pytest.approx(gradient, abs=6e-4)
    assert slope.std() == pytest.approx(deviation, abs=6e-4)


def test_gradient_variance_grows_like_one_over_tau() -> None:
    second = [np.mean(binary_sample(0.8, tau)[1] ** 2) * tau for tau in (0.04, 0.02, 0.01)]
    assert second == pytest.approx([0.16 / 6] * 3, rel=0.01)


def test_temperature_limits() -> None:
    cold, _ = binary_sample(0.8, 1e-4)
    hot, _ = binary_sample(0.8, 1e4)
    assert np.mean(cold) == pytest.approx(0.8, abs=1e-4)
    assert np.mean((cold > 0.01) & (cold < 0.99)) < 1e-3
    assert hot == pytest.approx(0.5, abs=1e-3)


def test_reinforce_on_the_same_toy_problem() -> None:
    estimate, probability = np.array([0.0, 1 - 0.8]), np.array([0.2, 0.8])
    mean = probability @ estimate
    assert mean == pytest.approx(0.16)
    assert math.sqrt(probability @ estimate**2 - mean**2) == pytest.approx(0.08)


def test_straight_through_depends_on_the_extension_of_f() -> None:
    y, slope = binary_sample(0.8, 0.5)
    hard = y > 0.5
    assert slope.mean() == pytest.approx(0.156, abs=6e-4)  # f(z) = z
    assert (2 * hard * slope).mean() == pytest.approx(0.208, abs=6e-4)  # f(z) = z^2


def test_straight_through_bias_can_remain_at_low_temperature() -> None:
    y, slope = binary_sample(0.8, 0.01)
    assert (3 * (y > 0.5) * slope).mean() == pytest.approx(1.5 * 0.16, rel=0.01)  # f(z) = z^3


def test_straight_through_forward_is_exactly_one_hot_and_backward_soft() -> None:
    logits = torch.randn(50, 5, generator=torch.Generator().manual_seed(0), requires_grad=True)
    soft = logits.softmax(-1)
    hard = torch.nn.functional.one_hot(soft.argmax(-1), 5).float()
    y = hard + (soft - soft.detach())
    assert torch.equal(y, hard)
    weights = torch.arange(5.0)
    (through,) = torch.autograd.grad((y * weights).sum(), logits, retain_graph=True)
    (plain,) = torch.autograd.grad((soft * weights).sum(), logits)
    torch.testing.assert_close(through, plain)


def test_edge_values_of_the_uniform() -> None:
    edges = -torch.log(-torch.log(torch.tensor([0.0, 1.0])))
    assert edges.tolist() == [-math.inf, math.inf]
    assert torch.softmax(torch.stack([edges[1], torch.zeros(())]), 0).isnan().all()
    assert torch.softmax(torch.stack([edges[0], torch.zeros(())]), 0).tolist() == [0.0, 1.0]


def test_float32_tail_and_bfloat16_rounding() -> None:
    largest = float(np.nextafter(np.float32(1), np.float32(0)))
    assert -math.log(-math.log(largest)) == pytest.approx(24 * math.log(2), abs=1e-4)
    just_below = torch.tensor([1 - 2**-9, 1 - 2**-9 - 2**-20]).bfloat16()
    assert (just_below == 1).tolist() == [True, False]
    share = 2**-9
    assert share == pytest.approx(0.002, rel=0.05)
