"""The facts of the note on face recognition, computed."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

Complex = NDArray[np.complex128]
Scores = NDArray[np.float64]
TEMPLATE = np.array([38.2946, 73.5318, 56.0252, 41.5493, 70.7299]) + 1j * np.array(
    [51.6963, 51.5014, 71.7366, 92.3655, 92.2041]
)


def similarity(image: Complex, template: Complex) -> tuple[complex, complex]:
    """The note's formula: `template` ≈ α · `image` + β."""
    z, w = image - image.mean(), template - template.mean()
    alpha = complex((z.conj() @ w) / (z.conj() @ z))
    return alpha, complex(template.mean() - alpha * image.mean())


def noisy_face(seed: int) -> Complex:
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal(5) + 1j * rng.standard_normal(5)
    turned: Complex = 300 + 200j + 3 * np.exp(1j * rng.uniform(-3, 3)) * TEMPLATE + 5 * noise
    return turned


@pytest.mark.parametrize("seed", range(5))
def test_complex_formula_solves_the_least_squares_problem(seed: int) -> None:
    image = noisy_face(seed)
    alpha, beta = similarity(image, TEMPLATE)
    one, zero = np.ones(5), np.zeros(5)
    rows = np.block(  # of a, b, x and y in x' = ax - by + x₀, y' = bx + ay + y₀
        [
            [image.real[:, None], -image.imag[:, None], one[:, None], zero[:, None]],
            [image.imag[:, None], image.real[:, None], zero[:, None], one[:, None]],
        ]
    )
    assert rows.shape == (10, 4)
    solution = np.linalg.lstsq(rows, np.concatenate([TEMPLATE.real, TEMPLATE.imag]), rcond=None)[0]
    np.testing.assert_allclose([alpha.real, alpha.imag, beta.real, beta.imag], solution)


@pytest.mark.parametrize("seed", range(3))
def test_complex_formula_is_umeyamas(seed: int) -> None:
    image = noisy_face(seed)
    source, target = (np.stack([p.real, p.imag]) for p in (image, TEMPLATE))
    s, t = (points - points.mean(axis=1, keepdims=True) for points in (source, target))
    u, values, v = np.linalg.svd(t @ s.T / 5)
    sign = np.array([1, np.sign(np.linalg.det(u) * np.linalg.det(v))])
    rotation = u @ np.diag(sign) @ v
    scale = (values * sign).sum() / s.var(axis=1).sum()
    alpha, _ = similarity(image, TEMPLATE)
    np.testing.assert_allclose(scale * rotation[:, 0], [alpha.real, alpha.imag])


def test_mirrored_points_still_give_a_rotation_but_the_best_orthogonal_matrix_is_a_reflection() -> None:
    mirrored = -TEMPLATE.conj()
    s, t = (np.stack([p.real, p.imag]) for p in (mirrored - mirrored.mean(), TEMPLATE - TEMPLATE.mean()))
    u, _, v = np.linalg.svd(t @ s.T)
    assert np.linalg.det(u @ v) == pytest.approx(-1)
    alpha, _ = similarity(mirrored, TEMPLATE)
    matrix = np.array([[alpha.real, -alpha.imag], [alpha.imag, alpha.real]])
    assert np.linalg.det(matrix) > 0


def test_example_with_two_eyes_and_the_distance_of_the_eyes() -> None:
    alpha, beta = similarity(np.array([0j, 10]), np.array([30 + 50j, 30 + 70j]))
    assert (alpha, beta) == (2j, 30 + 50j)
    assert abs(TEMPLATE[1] - TEMPLATE[0]) == pytest.approx(35, abs=0.5)


def test_affine_map_removes_proportions_that_a_similarity_keeps() -> None:
    narrow = TEMPLATE.real * 0.9 + 1j * TEMPLATE.imag
    alpha, beta = similarity(narrow, TEMPLATE)
    assert np.abs(alpha * narrow + beta - TEMPLATE).max() > 1
    columns = np.stack([narrow.real, narrow.imag, np.ones(5)], axis=1)
    for target in (TEMPLATE.real, TEMPLATE.imag):
        fit = np.linalg.lstsq(columns, target, rcond=None)[0]
        np.testing.assert_allclose(columns @ fit, target)


def test_forward_warping_leaves_holes() -> None:
    small, factor = 10, 2.5
    hit = {int(factor * i) for i in range(small)}
    assert len(hit) < int(factor * small)


def test_averaging_reduces_the_noise() -> None:
    noise = np.random.default_rng(0).standard_normal((4000, 8))
    assert noise.mean(axis=1).var() == pytest.approx(1 / 8, rel=0.1)
    units = noise / np.linalg.norm(noise, axis=1, keepdims=True)
    assert np.linalg.norm(units[:5].mean(axis=0)) < 1


def tar_at_far(genuine: Scores, impostor: Scores, allowed: int) -> tuple[float, float]:
    threshold = float(np.sort(impostor)[::-1][allowed])
    return threshold, float((genuine > threshold).mean())


def test_example_of_the_card() -> None:
    impostor, genuine = np.array([0.1, 0.2, 0.3, 0.5]), np.array([0.4, 0.6, 0.7])
    assert tar_at_far(genuine, impostor, math.floor(0.25 * 4)) == (0.3, 1.0)


@given(
    scores=st.lists(st.integers(0, 20), min_size=1, max_size=40),
    share=st.floats(0, 0.99),
)
def test_threshold_is_the_lowest_score_that_keeps_the_false_accepts(scores: list[int], share: float) -> None:
    impostor = np.array(scores, dtype=float)
    allowed = math.floor(share * len(scores))
    threshold, _ = tar_at_far(impostor, impostor, allowed)
    assert (impostor > threshold).sum() <= allowed
    lower = impostor[impostor < threshold]
    assume(len(lower) > 0)
    assert (impostor > lower.max()).sum() > allowed


def test_quantile_of_all_scores_misses_the_rate() -> None:
    rng = np.random.default_rng(0)
    impostor, genuine = rng.normal(0, 0.1, 10_000), rng.normal(0.6, 0.1, 10_000)
    wrong = np.quantile(np.concatenate([genuine, impostor]), 1 - 0.1)
    assert (impostor > wrong).mean() < 0.001
    assert (genuine > wrong).mean() == pytest.approx(0.2, abs=0.01)
    right = np.sort(impostor)[::-1][1000]
    assert (genuine > right).mean() > 0.999


def test_rule_of_three_and_precision() -> None:
    n = 3000
    assert (1 - 3 / n) ** n == pytest.approx(0.05, abs=0.001)
    assert 3 / n == 1e-3
    false_accepts = 1e-6 * 1e8
    assert 1 / math.sqrt(false_accepts) == pytest.approx(0.1)


def test_accuracy_depends_on_the_mixture() -> None:
    tar, far = 0.9, 0.01
    balanced, rare = 0.5 * tar + 0.5 * (1 - far), 0.01 * tar + 0.99 * (1 - far)
    assert rare - balanced > 0.04


@pytest.mark.parametrize(("people", "percent"), [(1000, 0.1), (10**6, 63)])
def test_false_identification_grows_with_the_gallery(people: int, percent: float) -> None:
    rate = 100 * (1 - (1 - 1e-6) ** people)
    assert rate == pytest.approx(percent, rel=0.01)


def test_random_directions() -> None:
    deviation = 1 / math.sqrt(512)
    assert deviation == pytest.approx(0.044, abs=0.0005)
    assert 6.5 < 0.3 / deviation < 7
    x = np.random.default_rng(0).standard_normal((20_000, 512))
    cosines = x[:, 0] / np.linalg.norm(x, axis=1)
    assert cosines.std() == pytest.approx(deviation, rel=0.03)


def test_cost_of_a_search() -> None:
    numbers = 10**6 * 512
    assert 4 * numbers / 1e9 == pytest.approx(2, abs=0.1)
    assert 2 * numbers / 1e9 == pytest.approx(1, abs=0.1)


def test_resolution_of_lfw() -> None:
    pairs = 10 * (300 + 300)
    assert pairs == 6000
    wrong = [round(pairs * (1 - accuracy)) for accuracy in (0.9983, 0.9978)]
    assert wrong == [10, 13]
    assert 100 * math.sqrt(0.0017 * 0.9983 / pairs) == pytest.approx(0.05, abs=0.005)


def test_resolution_of_ijbc() -> None:
    impostors = 15_638_932
    assert 19_557 + impostors == 15_658_489  # the pairs of the verification protocol
    assert math.floor(1e-4 * impostors) == 1563
    assert math.floor(1e-6 * impostors) == 15
    assert 100 / math.sqrt(15) == pytest.approx(26, abs=0.5)
