"""The facts of the note on word2vec, computed."""

import heapq
import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import logsigmoid


def seeded(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_softmax_gradient_reaches_every_output_vector() -> None:
    u, v, context = seeded(7, 3), seeded(3, seed=1), 2
    gradient = torch.func.grad(lambda u: -(u @ v).log_softmax(0)[context])(u)
    error = (u @ v).softmax(0) - torch.nn.functional.one_hot(torch.tensor(context), 7)
    torch.testing.assert_close(gradient, torch.outer(error, v))
    assert (gradient.norm(dim=1) > 0).all()


def negative_sampling_loss(v: Tensor, u: Tensor, negatives: Tensor) -> Tensor:
    """v and u (d,), negatives (k, d)."""
    return -logsigmoid(u @ v) - logsigmoid(-(negatives @ v)).sum()


def test_gradients_of_negative_sampling() -> None:
    v, u, negatives = seeded(4), seeded(4, seed=1), seeded(3, 4, seed=2)
    of_v, of_u, of_negatives = torch.func.grad(negative_sampling_loss, argnums=(0, 1, 2))(v, u, negatives)
    error, errors = (u @ v).sigmoid() - 1, (negatives @ v).sigmoid()
    torch.testing.assert_close(of_u, error * v)
    torch.testing.assert_close(of_negatives, torch.outer(errors, v))
    torch.testing.assert_close(of_v, error * u + errors @ negatives)


def test_worked_example_of_negative_sampling() -> None:
    v, u, negative = (torch.tensor(x, dtype=torch.float64) for x in ([1, 0], [0, 2], [[1, 1]]))
    assert ((u @ v).sigmoid(), (negative @ v).sigmoid()) == pytest.approx((0.5, 0.731), abs=5e-4)
    assert -logsigmoid(u @ v) == pytest.approx(0.693, abs=5e-4)
    assert -logsigmoid(-(negative @ v)) == pytest.approx(1.313, abs=5e-4)
    assert negative_sampling_loss(v, u, negative) == pytest.approx(2.006, abs=1e-3)
    step = torch.func.grad(negative_sampling_loss)(v, u, negative)
    assert step.tolist() == pytest.approx([0.731, -0.269], abs=5e-4)
    assert u @ (v - step) > u @ v
    assert (negative @ (v - step) < negative @ v).all()


def test_positive_pairs_alone_are_solved_by_equal_long_vectors() -> None:
    vectors = torch.ones(5, 4) * 10
    assert -logsigmoid(vectors @ vectors.T).mean() < 1e-6


def test_window_drawn_uniformly_weights_by_distance() -> None:
    c = 5
    for distance in range(1, c + 1):
        covered = sum(size >= distance for size in range(1, c + 1)) / c
        assert covered == (c - distance + 1) / c


def code_lengths(weights: list[float]) -> list[int]:
    """Depth of each leaf in a Huffman tree."""
    heap = [(weight, [leaf]) for leaf, weight in enumerate(weights)]
    depth = [0] * len(weights)
    heapq.heapify(heap)
    while len(heap) > 1:
        (a, left), (b, right) = heapq.heappop(heap), heapq.heappop(heap)
        for leaf in left + right:
            depth[leaf] += 1
        heapq.heappush(heap, (a + b, left + right))
    return depth


def test_huffman_paths_are_short_for_frequent_words_and_near_the_entropy() -> None:
    weights = 1 / np.arange(1, 65)
    weights /= weights.sum()
    depth = code_lengths(weights.tolist())
    entropy = -(weights * np.log2(weights)).sum()
    mean = float(weights @ depth)
    assert entropy <= mean < entropy + 1
    assert mean < math.log2(64)
    assert depth[0] < depth[-1]
    assert round(math.log2(1e6)) == 20


def test_leaves_of_a_hierarchical_softmax_sum_to_one() -> None:
    """The tree ((0, 1), (2, (3, 4))): signs along each path, by inner node."""
    paths = [{0: 1, 1: 1}, {0: 1, 1: -1}, {0: -1, 2: 1}, {0: -1, 2: -1, 3: 1}, {0: -1, 2: -1, 3: -1}]
    nodes, v = seeded(4, 3), seeded(3, seed=1)
    leaves = [math.prod(float((sign * nodes[n] @ v).sigmoid()) for n, sign in path.items()) for path in paths]
    assert sum(leaves) == pytest.approx(1)


def test_three_quarter_power() -> None:
    frequency = np.array([0.9, 0.09, 0.01])
    assert frequency**0.75 == pytest.approx([0.924, 0.164, 0.032], abs=5e-4)
    noise = frequency**0.75 / (frequency**0.75).sum()
    assert noise == pytest.approx([0.825, 0.147, 0.028], abs=5e-4)
    assert noise[2] / 0.01 == pytest.approx(2.8, abs=0.05)
    assert noise[0] < 0.9


def test_noise_contrastive_estimation_recovers_probabilities_and_negative_sampling_does_not() -> None:
    """The optimal logit of a classifier is the log-odds of p against k noise samples."""
    p, noise, k = np.array([0.7, 0.2, 0.1]), np.array([0.5, 0.3, 0.2]), 4
    log_odds = np.log(p / (k * noise))
    assert log_odds + np.log(k * noise) == pytest.approx(np.log(p))
    assert np.exp(log_odds) / np.exp(log_odds).sum() != pytest.approx(p, rel=0.01)


def test_subsampling() -> None:
    def kept(f: float, t: float = 1e-5) -> float:
        return math.sqrt(t / f)

    assert kept(0.05) == pytest.approx(0.014, abs=5e-4)
    assert kept(1e-5) == 1
    assert 0.02 * kept(0.02) == pytest.approx(math.sqrt(1e-5 * 0.02))
    assert 0.02 * kept(0.02) > 0.01 * kept(0.01)


def test_optimal_score_is_the_log_ratio() -> None:
    a, b = 3.0, 1.3
    x = torch.tensor(math.log(a / b), dtype=torch.float64)
    slope = torch.func.grad(lambda x: -a * logsigmoid(x) - b * logsigmoid(-x))
    assert slope(x) == pytest.approx(0, abs=1e-12)
    assert slope(x - 0.1) < 0 < slope(x + 0.1)
    general = torch.tensor(0.4, dtype=torch.float64)
    assert slope(general) == pytest.approx(-a * general.neg().sigmoid() + b * general.sigmoid())


def test_pmi_of_the_example() -> None:
    by_chance = 100 * 200 / 10_000
    pmi = math.log(20 / by_chance)
    assert by_chance == 2
    assert pmi == pytest.approx(math.log(10))
    assert (pmi, math.log(5), pmi - math.log(5)) == pytest.approx((2.30, 1.61, 0.69), abs=5e-3)
    assert pmi - math.log(5) == pytest.approx(math.log(2))


def test_differences_of_scores_are_ratios_of_context_probabilities() -> None:
    counts = np.random.default_rng(0).integers(1, 50, (4, 6)).astype(float)
    rows, columns = counts.sum(1, keepdims=True), counts.sum(0)
    shifted = np.log(counts * counts.sum() / (rows * columns)) - math.log(5)
    given = counts / rows
    assert shifted[0] - shifted[1] == pytest.approx(np.log(given[0] / given[1]))


def test_rotating_both_matrices_keeps_all_scores() -> None:
    v, u = seeded(5, 3), seeded(5, 3, seed=1)
    turn = torch.linalg.qr(seeded(3, 3, seed=2)).Q
    torch.testing.assert_close((v @ turn) @ (u @ turn).T, v @ u.T)


def test_analogy_needs_the_exclusion_of_the_given_words() -> None:
    words = {"man": (1, 0.1), "king": (1, 1), "woman": (0.8, 0.3), "queen": (0.5, 1.4)}
    target = np.subtract(words["king"], words["man"]) + words["woman"]
    assert target == pytest.approx([0.8, 1.2])
    cosine = {w: np.dot(x, target) / np.linalg.norm(x) / np.linalg.norm(target) for w, x in words.items()}
    assert max(cosine, key=lambda w: cosine[w]) == "king"
    assert max(words.keys() - {"man", "king", "woman"}, key=lambda w: cosine[w]) == "queen"
    assert sorted(cosine, key=lambda w: cosine[w])[-2] == "queen"
