"""The facts of the note on normalizing flows, computed."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

NOTE = "generative/normalizing_flow.md"


def log_normal(x: Any) -> Any:
    return -(np.asarray(x) ** 2) / 2 - math.log(2 * math.pi) / 2


def test_density_of_a_nonlinear_flow_integrates_to_one() -> None:
    x = np.linspace(-8, 8, 200_001)
    z, slope = np.sinh(x), np.cosh(x)
    width = x[1] - x[0]
    assert (np.exp(log_normal(z)) * slope).sum() * width == pytest.approx(1, rel=1e-6)
    assert (np.exp(log_normal(x / 2)) / 2).sum() * width == pytest.approx(1, rel=1e-3)


def test_wrong_sign_of_the_log_determinant_is_off_by_its_square() -> None:
    x = np.linspace(-30, 30, 60_001)
    assert (np.exp(log_normal(x / 2)) * 2).sum() * (x[1] - x[0]) == pytest.approx(2**2)


def test_without_the_determinant_a_collapse_is_best() -> None:
    x = np.random.default_rng(0).standard_normal(1000)
    likelihoods = [log_normal(scale * x).mean() for scale in (1, 0.1, 0)]
    assert likelihoods == sorted(likelihoods)
    full = [(log_normal(scale * x) + math.log(scale)).mean() for scale in (0.1, 1, 10)]
    assert max(full) == full[1]


def test_cost_of_a_general_determinant() -> None:
    dimensions = 3 * 32 * 32
    assert dimensions**3 == pytest.approx(3e10, rel=0.05)


def test_coupling_example() -> None:
    y = 2 * math.exp(0.5) - 3
    assert y == pytest.approx(0.297, abs=5e-4)
    assert (y + 3) * math.exp(-0.5) == pytest.approx(2)
    log_p = float(log_normal(1) + log_normal(y)) + 0.5
    assert log_p == pytest.approx(-(1 + y**2) / 2 - math.log(2 * math.pi) + 0.5)
    assert log_p == pytest.approx(-1.88, abs=5e-3)


def test_flow_of_the_note_inverts_and_knows_its_determinant(note_function: Callable[[str, str], Any]) -> None:
    flow, inverse = (note_function(NOTE, name) for name in ("flow", "inverse"))
    generator = torch.Generator().manual_seed(1)
    for _ in range(5):
        x = torch.randn(4, generator=generator)
        z, log_det = flow(x)
        jacobian = torch.autograd.functional.jacobian(lambda u: flow(u)[0], x)
        torch.testing.assert_close(log_det, torch.linalg.slogdet(jacobian)[1], atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(inverse(z), x, atol=1e-5, rtol=1e-4)
    assert not torch.allclose(log_det, torch.zeros(()))


def test_three_coupling_layers_let_every_output_depend_on_every_input() -> None:
    """Booleans: which inputs each of six dimensions depends on, after each layer."""
    depends = np.eye(6, dtype=bool)
    dense = []
    for layer in range(3):
        known, changed = (slice(0, 3), slice(3, 6)) if layer % 2 == 0 else (slice(3, 6), slice(0, 3))
        depends[changed] |= depends[known].any(axis=0)
        dense.append((bool(depends[:3].all()), bool(depends[3:].all())))
    assert dense == [(False, False), (True, False), (True, True)]


def test_strongly_negative_scale_is_not_invertible_in_floating_point() -> None:
    x, t, s = np.float32(1.7), np.float32(100), np.float32(-12)
    y = np.float32(x * np.exp(s) + t)
    assert abs((y - t) * np.exp(-s) - x) > 0.1


def test_one_by_one_convolution() -> None:
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(3, 3, generator=generator, dtype=torch.float64)
    h, w = 2, 4

    def convolve(x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.conv2d(x.reshape(1, 3, h, w), weight[:, :, None, None]).reshape(-1)

    x = torch.randn(3 * h * w, generator=generator, dtype=torch.float64)
    jacobian = torch.autograd.functional.jacobian(convolve, x)
    torch.testing.assert_close(torch.linalg.slogdet(jacobian)[1], h * w * torch.linalg.slogdet(weight)[1])
    permutation, lower, upper = torch.linalg.lu(weight)
    torch.testing.assert_close(permutation @ lower @ upper, weight)
    assert torch.equal(lower.diagonal(), torch.ones(3, dtype=torch.float64))
    torch.testing.assert_close(upper.diagonal().abs().log().sum(), torch.linalg.slogdet(weight)[1])
    swap = torch.tensor([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]])
    assert torch.linalg.det(swap).abs().item() == pytest.approx(1)


@pytest.mark.parametrize("conditions_on_x", [True, False])
def test_autoregressive_flows_are_triangular(conditions_on_x: bool) -> None:
    def mu(u: torch.Tensor) -> torch.Tensor:
        return torch.sin(u.sum())

    def alpha(u: torch.Tensor) -> torch.Tensor:
        return 0.3 * torch.cos(u.sum())

    def generate(z: torch.Tensor) -> torch.Tensor:
        x: list[torch.Tensor] = []
        for i in range(len(z)):
            known = torch.stack(x) if conditions_on_x and x else z[:i]
            x.append(mu(known) + alpha(known).exp() * z[i])
        return torch.stack(x)

    z = torch.randn(4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    x = generate(z)
    jacobian = torch.autograd.functional.jacobian(generate, z)
    assert torch.equal(jacobian, jacobian.tril())
    source = x if conditions_on_x else z
    alphas = torch.stack([alpha(source[:i]) for i in range(4)])
    torch.testing.assert_close(-torch.linalg.slogdet(jacobian)[1], -alphas.sum())


def test_hutchinson_with_signs_and_gaussians() -> None:
    matrix = np.random.default_rng(0).standard_normal((4, 4))
    signs = np.array(list(itertools.product((-1, 1), repeat=4)))
    estimates = np.einsum("ni,ij,nj->n", signs, matrix, signs)
    assert estimates.mean() == pytest.approx(np.trace(matrix))
    diagonal = np.diag([1.0, 2.0])
    signs = signs[:, :2]
    assert np.einsum("ni,ij,nj->n", signs, diagonal, signs).var() == 0
    fourth_moment = 3
    assert (1**2 + 2**2) * (fourth_moment - 1) == 10


def test_continuous_flow_keeps_the_order_of_two_points() -> None:
    low, high = -1.0, 1.0
    for i in range(2000):
        low, high = (u + 0.005 * (math.sin(5 * u) - 3 * u * math.cos(i * 0.005)) for u in (low, high))
        assert low < high
