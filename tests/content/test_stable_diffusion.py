"""The facts of the note on Stable Diffusion, computed."""

import math

import numpy as np
import pytest

T = 1000
BETA = np.linspace(0.00085**0.5, 0.012**0.5, T) ** 2
ALPHA_BAR = np.cumprod(1 - BETA)
SCALE = 0.18215


def test_what_the_latent_space_saves() -> None:
    pixels, latent = 3 * 512 * 512, 4 * 64 * 64
    assert (pixels, latent, pixels / latent) == (786_432, 16_384, 48)
    positions = (512 * 512) / (64 * 64)
    assert (positions, positions**2) == (64, 4096)


def test_scale_factor_is_one_over_the_standard_deviation() -> None:
    std = 1 / SCALE
    nats = 5.5**2 / 2  # of the KL term for a mean of that size
    assert std == pytest.approx(5.49, abs=0.005)
    assert std**2 == pytest.approx(30.1, abs=0.05)
    assert nats == pytest.approx(15, abs=0.2)


def test_signal_left_at_the_end_with_and_without_the_scale_factor() -> None:
    ratio = math.sqrt(ALPHA_BAR[-1] / (1 - ALPHA_BAR[-1]))
    assert ratio == pytest.approx(0.07, abs=0.005)
    assert ratio / SCALE == pytest.approx(0.38, abs=0.005)


def test_unscaled_latent_of_the_bug_card() -> None:
    assert math.sqrt(0.5 * 5.49**2 + 0.5) == pytest.approx(3.95, abs=0.005)


def test_schedule_is_linear_in_the_square_root_and_ends_above_zero() -> None:
    t = 300
    root = math.sqrt(0.00085) + (t - 1) / (T - 1) * (math.sqrt(0.012) - math.sqrt(0.00085))
    assert BETA[t - 1] == pytest.approx(root**2)
    assert ALPHA_BAR[-1] == pytest.approx(0.0047, abs=5e-5)
    assert math.sqrt(ALPHA_BAR[-1]) == pytest.approx(0.068, abs=5e-4)
    assert np.cumprod(1 - np.linspace(0.00085, 0.012, T))[-1] == pytest.approx(0.0016, abs=5e-5)


def test_the_mean_of_a_latent_stands_out_of_the_noise_at_the_end() -> None:
    noise = 1 / math.sqrt(64 * 64)
    assert noise == pytest.approx(0.016, abs=5e-4)
    assert math.sqrt(ALPHA_BAR[-1]) / noise == pytest.approx(4.4, abs=0.05)


def test_v_target_at_zero_terminal_snr_is_minus_the_latent() -> None:
    alpha_bar, z, eps = 0.0, 0.7, -1.3
    assert math.sqrt(alpha_bar) * eps - math.sqrt(1 - alpha_bar) * z == -z


def test_attention_costs() -> None:
    saving = 4096**2 / (4096 * 77)
    assert saving == pytest.approx(53, abs=0.5)
    assert (128 * 128) ** 2 / (64 * 64) ** 2 == 16
    assert 8 * 40 == 320


def guided(eps_u: float, eps_c: float, w: float) -> float:
    return eps_u + w * (eps_c - eps_u)


def test_guidance_adds_the_gradient_of_a_classifier() -> None:
    """With Gaussian p(z) and p(z | c), Bayes' rule gives the classifier's gradient in closed form."""
    alpha_bar, z, w = 0.4, 0.3, 3.0
    score_c, score_u = -(z - 1) / 1, -z / 4
    noise = math.sqrt(1 - alpha_bar)
    expected = -noise * (score_u + w * (score_c - score_u))
    assert guided(-noise * score_u, -noise * score_c, w) == pytest.approx(expected)


def test_two_conventions_of_guidance_differ_by_one() -> None:
    eps_u, eps_c, w = 0.2, 0.5, 0.5
    assert (1 + w) * eps_c - w * eps_u == pytest.approx(guided(eps_u, eps_c, 1.5))
    assert guided(eps_u, eps_c, 1) == eps_c
    assert guided(eps_u, eps_c, 0) == eps_u


def test_swapped_predictions_of_the_bug_card() -> None:
    assert guided(0.2, 0.5, 7.5) == pytest.approx(2.45)
    assert guided(0.5, 0.2, 7.5) == pytest.approx(-1.75)


def test_guidance_extrapolates_the_predicted_latent() -> None:
    a, z, eps_u, eps_c, w = 0.3, 0.9, 0.4, -0.2, 7.5

    def clean(eps: float) -> float:
        return (z - math.sqrt(1 - a) * eps) / math.sqrt(a)

    assert clean(guided(eps_u, eps_c, w)) == pytest.approx(guided(clean(eps_u), clean(eps_c), w))


@pytest.mark.parametrize("w", [1.0, 2.0, 3.0])
def test_sharpened_gaussian_by_quadrature(w: float) -> None:
    z = np.linspace(-12, 12, 20001)
    log_density = w * -0.5 * (z - 1) ** 2 + (1 - w) * -0.5 * z**2 / 4
    density = np.exp(log_density - log_density.max())
    density /= density.sum()
    mean = (density * z).sum()
    precision = w - (w - 1) / 4
    assert mean == pytest.approx(w / precision)
    assert (density * (z - mean) ** 2).sum() == pytest.approx(1 / precision)
    if w == 3:
        assert (mean, 1 / precision) == pytest.approx((1.2, 0.4))


@pytest.mark.parametrize("w", [1.0, 2.0, 3.0])
def test_guided_ode_extrapolates_variances_geometrically(w: float) -> None:
    """dx/dt = A(t) x / 2 with A = w/(1+t) + (1-w)/(4+t), integrated from t = 1e8 with start variance t."""
    end = 1e8
    integral = w * math.log(1 + end) + (1 - w) * math.log((4 + end) / 4)
    assert end * math.exp(-integral) == pytest.approx(1.0**w * 4.0 ** (1 - w), rel=1e-6)


def test_numbers_of_training_and_sampling() -> None:
    steps = (237 + 194 + 515 + 195) * 1000
    assert 32 * 8 * 2 * 4 == 2048
    assert steps * 2048 == pytest.approx(2.3e9, rel=0.02)
    assert int(50 * 0.75) == 37
    assert list(range(0, T, T // 50))[-1] + 1 == 981
    assert 4 + 4 + 1 == 9
