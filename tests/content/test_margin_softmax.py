"""The facts of the note on margin softmax, computed."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

Array = npt.NDArray[np.float64]

NOTE = "face/margin_softmax.md"
DEGREE = math.pi / 180


def unit_rows(rng: np.random.Generator, count: int, dim: int) -> Array:
    rows = rng.standard_normal((count, dim))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def simplex(classes: int) -> Array:
    """Unit rows whose pairwise cosines are all -1/(classes - 1)."""
    centred = np.eye(classes) - 1 / classes
    return centred / np.linalg.norm(centred, axis=1, keepdims=True)


def mean_loss(weights: Array, embeddings: Array, s: float) -> float:
    """Normalised softmax loss; embedding y belongs to class y."""
    logits = s * embeddings @ weights.T
    return float(np.mean(np.log(np.exp(logits).sum(1)) - np.diag(logits)))


def floor(classes: int, s: float) -> float:
    return math.log(1 + (classes - 1) * math.exp(-s * classes / (classes - 1)))


def least_scale(classes: int, probability: float) -> float:
    return (classes - 1) / classes * math.log((classes - 1) * probability / (1 - probability))


def psi(theta: float, m: int) -> float:
    """SphereFace's monotone continuation of cos(m theta), arXiv:1704.08063."""
    k = min(int(m * theta / math.pi), m - 1)
    return (-1) ** k * math.cos(m * theta) - 2 * k


def boundary(target: Callable[[float], float], between: float) -> float:
    """The angle theta_1 at which target(theta_1) = cos(between - theta_1), by bisection."""
    low, high = 0.0, between / 2
    assert target(low) > math.cos(between)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if target(middle) > math.cos(between - middle) else (low, middle)
    return low


def test_growing_a_correct_sample_lowers_its_loss() -> None:
    for logits, sign in ((np.array([2.0, 1.9, -3.0]), -1), (np.array([-1.0, 0.5, 1.0]), 1)):
        p = np.exp(logits) / np.exp(logits).sum()
        slope = p @ logits - logits[0]
        numeric = [math.log(np.exp(a * logits).sum()) - a * logits[0] for a in (1 - 1e-6, 1 + 1e-6)]
        assert slope == pytest.approx((numeric[1] - numeric[0]) / 2e-6, abs=1e-6)
        assert np.sign(slope) == sign


def test_a_longer_weight_moves_the_boundary() -> None:
    angle = math.atan(2)
    assert angle / DEGREE == pytest.approx(63.4, abs=0.05)
    assert 2 * math.cos(angle) == pytest.approx(math.cos(math.pi / 2 - angle))
    assert 2 * math.cos(60 * DEGREE) > math.cos(30 * DEGREE)


def test_a_bias_lets_length_decide() -> None:
    for length, wins in ((0.9, 1), (1.1, 2)):
        assert (2 * length - 1 > length) == (wins == 2)


def test_gradient_of_the_cosine() -> None:
    x = torch.tensor([0.3, -1.2, 0.8], dtype=torch.float64, requires_grad=True)
    w = torch.tensor([1.0, 0.5, 2.0], dtype=torch.float64)
    cosine = torch.cosine_similarity(x, w, dim=0)
    (gradient,) = torch.autograd.grad(cosine, x)
    x, cosine = x.detach(), cosine.detach()
    torch.testing.assert_close(gradient, (w / w.norm() - cosine * x / x.norm()) / x.norm())
    assert (gradient @ x).item() == pytest.approx(0, abs=1e-12)
    assert gradient.norm().item() == pytest.approx((cosine.acos().sin() / x.norm()).item())


def test_a_normalised_weight_grows_and_turns_less_and_less() -> None:
    w, direction, eta = np.array([1.0, 0.0]), np.array([0.6, 0.8]), 0.3
    norms, turns = [], []
    for _ in range(3):
        gradient = (direction - w / np.linalg.norm(w) * (w @ direction / np.linalg.norm(w))) / np.linalg.norm(
            w
        )
        assert np.linalg.norm(w - eta * gradient) ** 2 == pytest.approx(w @ w + eta**2 * gradient @ gradient)
        norms.append(np.linalg.norm(w))
        w = w - eta * gradient
    assert norms == sorted(norms)
    for length in (1.0, 2.0):
        start = np.array([length, 0.0])
        moved = start - 1e-4 * np.array([0.0, 1.0]) / length  # the gradient has length sin(theta) / norm
        turns.append(math.atan2(moved[1], moved[0]))
    assert turns[0] / turns[1] == pytest.approx(4, rel=1e-6)


def test_a_detached_norm_keeps_a_radial_gradient() -> None:
    w = torch.tensor([0.6, 0.8])
    for detach, radial in ((False, 0.0), (True, 0.6)):
        x = torch.tensor([2.0, 0.0], requires_grad=True)
        norm = x.norm().detach() if detach else x.norm()
        (x / norm @ w).backward()
        assert x.grad is not None
        assert x.grad[0].item() * 2.0 == pytest.approx(radial, abs=1e-6)


def test_cosines_alone_are_too_small_a_range() -> None:
    assert math.e / (math.e + 999 / math.e) == pytest.approx(0.007, abs=5e-4)
    assert math.e / (math.e + 9999) < 0.001


@pytest.mark.parametrize("s", [1.0, 4.0, 20.0])
@pytest.mark.parametrize(("classes", "dim"), [(2, 3), (5, 4), (30, 3)])
def test_no_arrangement_beats_the_floor_of_the_loss(classes: int, dim: int, s: float) -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        weights, embeddings = unit_rows(rng, classes, dim), unit_rows(rng, classes, dim)
        assert mean_loss(weights, embeddings, s) > floor(classes, s) - 1e-12
        assert mean_loss(weights, weights, s) > floor(classes, s) - 1e-12
    assert mean_loss(simplex(classes), simplex(classes), s) == pytest.approx(floor(classes, s))


def test_mean_pairwise_cosine_is_at_least_that_of_the_simplex() -> None:
    rng = np.random.default_rng(1)
    for classes in (2, 5, 40):
        weights = unit_rows(rng, classes, 6)
        mean = (np.sum(weights @ weights.T) - classes) / (classes * (classes - 1))
        assert mean >= -1 / (classes - 1) - 1e-12
        gram = simplex(classes) @ simplex(classes).T
        assert gram[0, 1] == pytest.approx(-1 / (classes - 1))


def test_floor_of_casia_webface_without_a_scale() -> None:
    assert floor(10_575, 1) == pytest.approx(8.27, abs=5e-3)
    assert math.log(10_575) == pytest.approx(9.27, abs=5e-3)


@pytest.mark.parametrize(
    ("classes", "at_90", "at_99"),
    [
        (10, 3.96, 6.11),
        (1_000, 9.09, 11.49),
        (10_575, 11.46, 13.86),
        (85_000, 13.55, 15.95),
        (1_000_000, 16.01, 18.41),
    ],
)
def test_table_of_least_scales(classes: int, at_90: float, at_99: float) -> None:
    for probability, expected in ((0.9, at_90), (0.99, at_99)):
        s = least_scale(classes, probability)
        assert s == pytest.approx(expected, abs=5e-3)
        assert floor(classes, s) == pytest.approx(math.log(1 / probability))


def test_a_million_classes_and_the_scale_of_adacos() -> None:
    assert math.log(1e6) == pytest.approx(13.8, abs=0.05)
    assert math.log(9) == pytest.approx(2.2, abs=0.05)
    assert math.sqrt(2) * math.log(85_000 - 1) == pytest.approx(16.05, abs=5e-3)


def test_a_large_scale_makes_a_hinge() -> None:
    for cosines in (np.array([0.5, 0.3, 0.7]), np.array([0.9, 0.3, 0.7])):
        s = 500.0
        loss = math.log(np.exp(s * (cosines - cosines[0])).sum()) / s
        assert loss == pytest.approx(max(0.0, max(cosines[1:]) - cosines[0]), abs=1e-3)


@pytest.mark.parametrize(
    ("degrees", "sphere", "cos"), [(30, 18.0, None), (60, 36.0, 41.0), (90, 54.0, 28.7), (120, 72.0, 23.3)]
)
def test_table_of_gaps(degrees: int, sphere: float, cos: float | None) -> None:
    """Boundaries by bisection, against the formulas and the numbers of the note."""
    between = degrees * DEGREE

    def gap(target: Callable[[float], float]) -> float:
        return between - 2 * boundary(target, between)

    assert gap(lambda theta: math.cos(theta + 0.5)) == pytest.approx(0.5)
    assert math.degrees(0.5) == pytest.approx(28.6, abs=0.05)
    assert gap(lambda theta: psi(theta, 4)) == pytest.approx(3 / 5 * between)
    assert 3 / 5 * degrees == sphere
    if cos is None:
        assert math.cos(between) > 1 - 0.35  # not even an embedding on its own weight passes
    else:
        formula = 2 * math.asin(0.35 / (2 * math.sin(between / 2)))
        assert gap(lambda theta: math.cos(theta) - 0.35) == pytest.approx(formula)
        assert formula / DEGREE == pytest.approx(cos, abs=0.05)


def test_limits_of_the_cosine_margin() -> None:
    assert 1 - math.cos(2 * math.pi / 8) == pytest.approx(0.29, abs=5e-3)
    weights = simplex(5)
    assert 1 - (weights @ weights.T)[0, 1] == pytest.approx(5 / 4)
    assert 2 * math.asin(0.35 / math.sqrt(2)) / DEGREE == pytest.approx(28.7, abs=0.05)


def test_the_same_margin_for_all_classes_makes_no_gap() -> None:
    rng = np.random.default_rng(2)
    one, other = rng.uniform(0, math.pi - 0.5, (2, 1000))
    assert np.array_equal(np.cos(one + 0.5) > np.cos(other + 0.5), one < other)


def test_which_multiplicative_margin_makes_classes_narrower_than_gaps() -> None:
    assert 2 + math.sqrt(3) == pytest.approx(3.73, abs=5e-3)
    between = 0.5
    for m in (3.0, 3.7, 3.75, 4.0):
        inner, outer = between / (m + 1), between / (m - 1)
        assert m * inner == pytest.approx(between - inner)
        assert m * outer == pytest.approx(between + outer)
        width, gap = inner + outer, between - 2 * inner
        assert width == pytest.approx(2 * m / (m**2 - 1) * between)
        assert gap == pytest.approx((m - 1) / (m + 1) * between)
        assert (width < gap) == (m > 2 + math.sqrt(3)) == (m**2 - 4 * m + 1 > 0)
        assert (2 * inner < gap) == (m > 3)


def test_arcface_on_a_circle_has_width_between_minus_m() -> None:
    between, m = 0.8, 0.5
    reach = boundary(lambda theta: math.cos(theta + m), between)
    assert 2 * reach == pytest.approx(between - m)


def test_sphereface_falls_from_one_to_minus_seven() -> None:
    angles = np.linspace(0, math.pi, 1001)
    values = np.array([psi(theta, 4) for theta in angles])
    assert np.all(np.diff(values) <= 1e-12)
    assert np.max(np.abs(np.diff(values))) < 0.02  # continuous
    assert (values[0], values[-1]) == (pytest.approx(1), pytest.approx(1 - 2 * 4))


def test_what_the_three_losses_demand_at_a_right_angle() -> None:
    right = math.pi / 2
    assert psi(right, 4) == pytest.approx(-3)
    assert (5 * math.cos(right) + psi(right, 4)) / 6 == pytest.approx(-0.5)
    assert math.cos(right + 0.5) == pytest.approx(-0.48, abs=5e-3)
    assert math.cos(1.35 * right) == pytest.approx(-0.52, abs=5e-3)


@pytest.mark.parametrize(
    ("lower", "slope", "target", "probability", "loss", "pull"),
    [
        (lambda t: math.cos(t), lambda t: math.sin(t), 0.766, 0.9989, 0.001, 0.01),
        (lambda t: math.cos(t) - 0.35, lambda t: math.sin(t), 0.416, 0.766, 0.267, 2.41),
        (lambda t: math.cos(t + 0.5), lambda t: math.sin(t + 0.5), 0.364, 0.587, 0.532, 6.15),
    ],
)
def test_table_of_pulls(  # type: ignore[no-untyped-def]
    lower, slope, target: float, probability: float, loss: float, pull: float
) -> None:
    s, rival = 16, math.cos(70 * DEGREE)

    def loss_at(theta: float) -> float:
        return math.log(1 + math.exp(s * (rival - lower(theta))))

    theta = 40 * DEGREE
    p = math.exp(-loss_at(theta))
    assert lower(theta) == pytest.approx(target, abs=5e-4)
    assert p == pytest.approx(probability, abs=5e-4)
    assert loss_at(theta) == pytest.approx(loss, abs=5e-4)
    assert (1 - p) * s * slope(theta) == pytest.approx(pull, abs=5e-3)
    numeric = (loss_at(theta + 1e-6) - loss_at(theta - 1e-6)) / 2e-6
    assert (1 - p) * s * slope(theta) == pytest.approx(numeric, rel=1e-5)


def test_arcface_has_a_cone_at_zero() -> None:
    assert (math.cos(1e-6 + 0.5) - math.cos(0.5)) / 1e-6 == pytest.approx(-math.sin(0.5), abs=1e-5)


def test_losses_of_the_first_iteration() -> None:
    """Random directions in 512 dimensions, 85,000 classes, s = 64; a fixed seed, means of 30 samples."""
    rng, s = np.random.default_rng(0), 64
    others = rng.standard_normal((30, 85_000 - 1)) / math.sqrt(512)
    rest = np.log(np.exp(s * others).sum(1))
    cosine = rng.standard_normal(30) / math.sqrt(512)
    targets = (cosine, cosine - 0.35, np.cos(np.arccos(cosine) + 0.5))
    for target, expected in zip(targets, (15, 37, 46), strict=True):
        assert np.mean(np.logaddexp(s * target, rest) - s * target) == pytest.approx(expected, abs=1)
    assert 1 / math.sqrt(512) == pytest.approx(0.044, abs=5e-4)
    assert math.asin(1 / math.sqrt(512)) / DEGREE == pytest.approx(2.5, abs=0.05)
    assert math.log(85_000) + 64**2 / (2 * 512) + 64 * math.sin(0.5) == pytest.approx(46, abs=0.5)
    assert math.log(85_000) == pytest.approx(11.4, abs=0.06)
    assert 64 * math.sin(0.5) == pytest.approx(30.7, abs=0.05)


@pytest.mark.parametrize("m", [0.1, 0.5, 1.0, 1.5])
def test_the_extension_falls_but_jumps(note_function: Callable[[str, str], Any], m: float) -> None:
    target = note_function(NOTE, "target")
    values = [target(theta, m) for theta in np.linspace(0, math.pi, 2001)]
    assert np.all(np.diff(values) < 0)
    edge = math.pi - m
    assert target(edge - 1e-9, m) == pytest.approx(-1)
    assert target(edge + 1e-9, m) == pytest.approx(-math.cos(m) - m * math.sin(m))
    assert math.sin(math.pi - m) == pytest.approx(math.sin(m))
    assert math.cos(math.pi - m) == pytest.approx(-math.cos(m))


def test_numbers_of_the_extension() -> None:
    assert -math.cos(0.5) - 0.5 * math.sin(0.5) == pytest.approx(-1.117, abs=5e-4)
    assert 0.5 * math.sin(0.5) == pytest.approx(0.24, abs=5e-3)
    assert (math.pi - 0.5) / DEGREE == pytest.approx(151.4, abs=0.05)


def test_the_easy_margin_jumps_up(note_function: Callable[[str, str], Any]) -> None:
    target = note_function(NOTE, "target")
    inside, outside = (target(math.pi / 2 + step, 0.5, easy=True) for step in (-1e-9, 1e-9))
    assert inside == pytest.approx(-math.sin(0.5))
    assert outside == pytest.approx(0, abs=1e-8)


def test_angle_sum_formula() -> None:
    theta, m = np.linspace(0, math.pi, 101), 0.5
    c = np.cos(theta)
    formula = c * math.cos(m) - np.sqrt(np.maximum(1 - c**2, 0)) * math.sin(m)
    np.testing.assert_allclose(formula, np.cos(theta + m), atol=1e-7)


@pytest.mark.parametrize(("repair", "finite"), [((-1.0, 1.0), False), ((-1 + 1e-6, 1 - 1e-6), True)])
def test_a_clamp_helps_the_gradient_only_inside_the_bounds(repair: tuple[float, float], finite: bool) -> None:
    x = torch.tensor([0.0, 5.0], requires_grad=True)
    cosine = x / x.norm() @ torch.tensor([0.0, 1.0])
    torch.cos(torch.acos(cosine.clamp(*repair)) + 0.5).backward()
    assert x.grad is not None
    assert x.grad.isfinite().all().item() == finite


def test_a_root_with_a_lower_bound_has_a_finite_gradient() -> None:
    c = torch.tensor([1.0, -1.0, 1.0000001], requires_grad=True)
    sine = (1 - c * c).clamp_min(torch.finfo(c.dtype).tiny).sqrt()
    (c * math.cos(0.5) - sine * math.sin(0.5)).sum().backward()
    assert c.grad is not None
    assert c.grad.isfinite().all()


def test_smallest_angles_of_the_short_formats() -> None:
    for dtype, exponent, degrees in ((torch.bfloat16, 8, 5.1), (torch.float16, 11, 1.8)):
        one = torch.ones((), dtype=dtype)
        below = torch.nextafter(one, torch.zeros((), dtype=dtype))
        assert (one - below).item() == 2.0**-exponent
        assert math.acos(below.item()) / DEGREE == pytest.approx(degrees, abs=0.05)


def test_gradient_that_a_constant_margin_loses() -> None:
    theta = math.acos(0.8)
    assert math.sin(theta + 0.5) / math.sin(theta) == pytest.approx(1.52, abs=5e-3)
