"""The facts of the note on autoregressive models, computed."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

NOTE = "generative/autoregressive_models.md"


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-np.asarray(x, dtype=float)))


def test_counts_of_parameters() -> None:
    assert sum(2 ** (i - 1) for i in range(1, 11)) == 2**10 - 1
    n, hidden = 784, 500
    assert n == 28 * 28
    assert round(math.log10(2) * n) == 236
    assert n + n * (n - 1) // 2 == 307_720
    assert 2 * n * hidden + n + hidden == 785_284


def test_product_of_conditionals_is_the_joint_for_any_ordering() -> None:
    joint = np.random.default_rng(0).dirichlet(np.ones(8)).reshape(2, 2, 2)
    for order in itertools.permutations(range(3)):
        for x in itertools.product((0, 1), repeat=3):
            product, known = 1.0, joint
            for axis in order:
                index = [slice(None)] * 3
                index[axis] = slice(x[axis], x[axis] + 1)
                product *= known[tuple(index)].sum() / known.sum()
                known = np.where(np.indices(joint.shape)[axis] == x[axis], known, 0)
            assert product == pytest.approx(joint[x])


def fvsbn(x: tuple[int, ...]) -> float:
    bias, weight = [0.0, -1.0, 0.0], np.array([[0, 0, 0], [2, 0, 0], [1, -1, 0]])
    p = [float(sigmoid(bias[i] + weight[i, :i] @ x[:i])) for i in range(3)]
    return math.prod(q if value else 1 - q for q, value in zip(p, x, strict=True))


def test_fvsbn_example() -> None:
    assert fvsbn((1, 0, 1)) == pytest.approx(0.5 * 0.269 * 0.731, abs=1e-4)
    assert fvsbn((1, 0, 1)) == pytest.approx(0.098, abs=5e-4)
    assert sum(fvsbn(x) for x in itertools.product((0, 1), repeat=3)) == pytest.approx(1)


def test_logistic_regression_learns_nothing_of_xor() -> None:
    """The loss is convex, and its gradient vanishes at constant probability 1/2."""
    features = np.array([[1, a, b] for a, b in itertools.product((0, 1), repeat=2)])
    target = np.array([0, 1, 1, 0])
    np.testing.assert_allclose(features.T @ (target - 0.5), 0)


def test_nade_recursion() -> None:
    rng = np.random.default_rng(0)
    weight, c, x = rng.standard_normal((5, 6)), rng.standard_normal(5), rng.integers(0, 2, 6)
    a = c
    for i in range(6):
        np.testing.assert_allclose(a, c + weight[:, :i] @ x[:i])
        a = a + weight[:, i] * x[i]


@pytest.mark.parametrize(("n", "hidden", "seed"), [(4, [8, 8], 0), (6, [4], 1), (5, [50, 50, 50], 2)])
def test_masks_of_the_note_are_autoregressive(
    n: int, hidden: list[int], seed: int, note_function: Callable[[str, str], Any]
) -> None:
    masks = note_function(NOTE, "made_masks")(n, hidden, np.random.default_rng(seed))
    sizes = [n, *hidden, n]
    assert [mask.shape for mask in masks] == list(zip(sizes[1:], sizes[:-1], strict=True))
    paths = np.eye(n, dtype=int)
    for mask in masks:
        paths = mask.astype(int) @ paths
    assert not np.triu(paths).any()
    if min(hidden) >= 50:
        assert (paths[np.tril_indices(n, -1)] > 0).all()


def test_hidden_unit_of_the_highest_degree_would_reach_no_output() -> None:
    order = np.arange(1, 6)
    assert not (order > 5).any()
    assert (order > 4).any()


def test_masked_network_normalises_and_leaks_with_a_weak_inequality(
    note_function: Callable[[str, str], Any],
) -> None:
    masks = note_function(NOTE, "made_masks")(3, [20], np.random.default_rng(0))
    generator = torch.Generator().manual_seed(0)
    weights = [torch.randn(mask.shape, generator=generator) * torch.tensor(mask) for mask in masks]

    def logits(x: torch.Tensor) -> torch.Tensor:
        return weights[1] @ torch.relu(weights[0] @ x)

    total = 0.0
    for x in itertools.product((0.0, 1.0), repeat=3):
        vector = torch.tensor(x)
        total += torch.distributions.Bernoulli(logits=logits(vector)).log_prob(vector).sum().exp().item()
    assert total == pytest.approx(1)
    jacobian = torch.autograd.functional.jacobian(logits, torch.rand(3, generator=generator))
    assert (jacobian.triu() == 0).all()
    assert (logits(torch.ones(3))[0] == 0).item()  # output 1 has only its bias


def receptive_field(first_mask_keeps_centre: bool, layers: int = 8, size: int = 9) -> torch.Tensor:
    image = torch.zeros(1, 1, size, size, requires_grad=True)
    features = image
    for layer in range(layers):
        kernel = torch.ones(1, 1, 3, 3)
        kernel[:, :, 1, 1 + int(layer > 0 or first_mask_keeps_centre) :] = 0
        kernel[:, :, 2] = 0
        features = torch.nn.functional.conv2d(features, kernel, padding=1)
    (gradient,) = torch.autograd.grad(features[0, 0, 5, 4], image)
    return gradient[0, 0] > 0


def test_blind_spot_and_the_leak_of_mask_b() -> None:
    seen = receptive_field(first_mask_keeps_centre=False)
    for row, column in itertools.product(range(9), repeat=2):
        up = 5 - row
        visible = (up > 0 and column <= 4 + up) or (up == 0 and column < 4)
        assert bool(seen[row, column]) == visible
    assert not seen[5, 4]
    assert receptive_field(first_mask_keeps_centre=True)[5, 4]
    deeper = receptive_field(first_mask_keeps_centre=False, layers=20)
    assert torch.equal(deeper, seen)


def test_bits_per_dimension() -> None:
    dimensions = 32 * 32 * 3
    assert dimensions == 3072
    assert dimensions * 3.00 * math.log(2) == pytest.approx(6388, abs=0.5)
    assert dimensions * 3 / 8 == 1152
    assert pytest.approx(3.00, abs=1e-3) == 6388 / dimensions / math.log(2)
    assert pytest.approx(9.00, abs=1e-2) == 6388 / 1024 / math.log(2)
    assert pytest.approx(0.146, abs=5e-4) == 79.20 / (784 * math.log(2))
    assert -math.log2(1 / 256) == 8


def test_uniform_dequantisation_gives_a_lower_bound() -> None:
    """A triangular density on [0, 2): bins 0 and 1 as the discrete model."""
    u = (np.arange(100_000) + 0.5) / 100_000
    for x in (0, 1):
        density = (x + u) / 2
        assert np.log(density).mean() < np.log(density.mean())


def test_mixture_with_noise_loses_only_a_constant() -> None:
    assert math.log(100) == pytest.approx(4.6, abs=0.01)
    log_p, log_noise = -6388.0, -3072 * math.log(256)
    mixture = np.logaddexp(log_p + math.log(0.01), log_noise + math.log(0.99))
    assert log_p - mixture == pytest.approx(math.log(100))
