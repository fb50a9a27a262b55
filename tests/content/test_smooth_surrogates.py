"""The facts of the note on smooth surrogates, computed."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F


@pytest.fixture
def z() -> torch.Tensor:
    return torch.randn(7, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("temperature", [0.05, 0.5, 1.0, 3.0])
def test_logsumexp_bounds_and_gradient(temperature: float, z: torch.Tensor) -> None:
    point = z.clone().requires_grad_()
    value = temperature * torch.logsumexp(point / temperature, 0)
    assert z.max() <= value <= z.max() + temperature * math.log(7)
    (gradient,) = torch.autograd.grad(value, point)
    torch.testing.assert_close(gradient, (z / temperature).softmax(0))
    equal = torch.full((7,), 1.5)
    worst = temperature * torch.logsumexp(equal / temperature, 0)
    assert worst.item() == pytest.approx(1.5 + temperature * math.log(7))
    smooth_minimum = -temperature * torch.logsumexp(-z / temperature, 0)
    assert z.min() - temperature * math.log(7) <= smooth_minimum <= z.min()


def test_cross_entropy_is_logsumexp_minus_the_right_logit(z: torch.Tensor) -> None:
    loss = F.cross_entropy(z[None], torch.tensor([3]))
    torch.testing.assert_close(loss, torch.logsumexp(z, 0) - z[3])
    torch.testing.assert_close(z.log_softmax(0), z - torch.logsumexp(z, 0))


def test_jacobian_of_the_softmax_and_its_two_extremes(z: torch.Tensor) -> None:
    def jacobian(z: torch.Tensor, t: float) -> torch.Tensor:
        return torch.autograd.functional.jacobian(lambda z: (z / t).softmax(0), z)

    p = (z / 0.7).softmax(0)
    torch.testing.assert_close(jacobian(z, 0.7), (torch.diag(p) - torch.outer(p, p)) / 0.7)
    assert jacobian(torch.tensor([2.0, 1.0, 0.0]), 0.02).abs().max() < 1e-15
    tie = jacobian(torch.tensor([1.0, 1.0, 0.0]), 0.02)
    assert tie.abs().max().item() == pytest.approx(0.25 / 0.02)


def test_soft_versions_tend_to_the_discrete_ones(z: torch.Tensor) -> None:
    t = 1e-3
    assert torch.equal((z / t).softmax(0).round(), F.one_hot(z.argmax(), 7).double())
    rank = 1 + torch.sigmoid((z[None] - z[:, None]) / t).fill_diagonal_(0).sum(1)
    torch.testing.assert_close(rank, 1 + torch.argsort(torch.argsort(-z)).double())
    assert np.arange(5) @ np.array([0.5, 0, 0, 0, 0.5]) == 2


SURROGATES = {
    "hinge": lambda m: np.maximum(0, 1 - m),
    "logistic": lambda m: np.log2(1 + np.exp(-m)),
    "exponential": lambda m: np.exp(-m),
}


@pytest.mark.parametrize("name", SURROGATES)
def test_surrogates_lie_above_the_step(name: str) -> None:
    phi, m = SURROGATES[name], np.linspace(-5, 5, 1001)
    assert (phi(m) >= (m <= 0)).all()
    assert phi(np.array(1e-4)) < phi(np.array(-1e-4))


def test_slopes_of_the_surrogates_at_wrong_points() -> None:
    step = 1e-4
    slope = {
        name: (phi(np.array(-9 + step)) - phi(np.array(-9.0))) / step for name, phi in SURROGATES.items()
    }
    assert slope["hinge"] == pytest.approx(-1)
    assert slope["logistic"] == pytest.approx(-1 / math.log(2), rel=1e-3)
    assert slope["exponential"] < -8000


def test_cross_entropy_bounds_the_error() -> None:
    rng = torch.Generator().manual_seed(0)
    logits, y = 3 * torch.randn(5000, 4, generator=rng), torch.randint(4, (5000,), generator=rng)
    wrong = (logits.argmax(1) != y).double()
    loss = F.cross_entropy(logits, y, reduction="none") / math.log(2)
    assert (wrong <= loss + 1e-6).all()
    assert not wrong[loss < 1].any()
    assert torch.tensor([0.2] + [0.16] * 5).argmax() == 0


def test_gradients_of_log_and_of_expected_error(z: torch.Tensor) -> None:
    point = z.clone().requires_grad_()
    p = point.softmax(0)[2]
    (of_log,) = torch.autograd.grad(-torch.log(p), point, retain_graph=True)
    (of_error,) = torch.autograd.grad(1 - p, point)
    assert of_log[2].item() == pytest.approx(-(1 - p.item()))
    assert of_error[2].item() == pytest.approx(-p.item() * (1 - p.item()))
    torch.testing.assert_close(of_log, of_error / p.item())


def test_temperature_scaling_changes_no_decision() -> None:
    logits = torch.randn(50, 5, generator=torch.Generator().manual_seed(0))
    assert torch.equal(logits.argmax(1), (logits / 2.7).softmax(1).argmax(1))


def soft_f1(p: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return 2 * (p * y).sum() / (p.sum() + y.sum())


def test_soft_f1_and_its_gradient() -> None:
    y = torch.tensor([1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    p = torch.tensor([0.6, 0.4, 0.4, 0.1, 0.1, 0.1, 0.1, 0.1], requires_grad=True)
    value = soft_f1(p, y)
    assert value.item() == pytest.approx(0.513, abs=5e-4)
    (gradient,) = torch.autograd.grad(value, p)
    torch.testing.assert_close(gradient, (2 * y - value) / (p.sum() + y.sum()))
    assert len(gradient.unique()) == 2
    for threshold, hard in [(0.5, 0.667), (0.35, 0.8)]:
        s = (p > threshold).float()
        true, false, missed = (s * y).sum(), (s * (1 - y)).sum(), ((1 - s) * y).sum()
        assert soft_f1(s, y).item() == pytest.approx(hard, abs=5e-4)
        assert soft_f1(s, y).item() == pytest.approx((2 * true / (2 * true + false + missed)).item())


def test_negatives_enter_soft_f1_by_their_probability() -> None:
    y = torch.zeros(1_000_100)
    y[:100] = 1
    assert soft_f1(y, y) == 1
    assert 1_000_000 * 0.01 == 10_000
    assert soft_f1(torch.where(y == 1, 1.0, 0.01), y) < 0.02


def test_best_threshold_is_half_the_best_f1() -> None:
    eta = np.sort(np.random.default_rng(0).beta(0.4, 1.6, 20_000))[::-1]
    expected = 2 * np.cumsum(eta) / (np.arange(1, eta.size + 1) + eta.sum())
    best = expected.argmax()
    assert eta[best] == pytest.approx(expected[best] / 2, abs=1e-3)


def test_reinforce_gradient_is_that_of_the_expected_reward(z: torch.Tensor) -> None:
    reward = torch.tensor([0.0, 1.0, 0.3, 0.0, 2.0, 0.0, 0.1], dtype=torch.float64)
    point = z.clone().requires_grad_()
    p = point.softmax(0)
    (direct,) = torch.autograd.grad(p @ reward, point)
    scores = torch.eye(7, dtype=torch.float64) - z.softmax(0)  # row a: gradient of log p(a)
    for baseline in (0.0, 0.7):
        torch.testing.assert_close(z.softmax(0) @ ((reward - baseline)[:, None] * scores), direct)


def test_a_baseline_that_depends_on_the_action_biases(z: torch.Tensor) -> None:
    reward = torch.arange(7.0, dtype=torch.float64)
    scores = torch.eye(7, dtype=torch.float64) - z.softmax(0)
    biased = z.softmax(0) @ ((reward - reward)[:, None] * scores)
    assert not torch.allclose(biased, z.softmax(0) @ (reward[:, None] * scores))


def test_expected_count_of_a_bigram_for_independent_positions() -> None:
    p = torch.rand(5, 3, generator=torch.Generator().manual_seed(0)).softmax(1)
    tokens = torch.cartesian_prod(*[torch.arange(3)] * 5)
    probability = p[torch.arange(5), tokens].prod(1)
    counts = ((tokens[:, :-1] == 0) & (tokens[:, 1:] == 2)).sum(1)
    torch.testing.assert_close((probability * counts).sum(), (p[:-1, 0] * p[1:, 2]).sum())
