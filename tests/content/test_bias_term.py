"""The facts of the note on the bias, computed."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

NOTE = "foundations/bias_term.md"


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def test_perceptron_needs_the_bias_for_and(note_function: Callable[[str, str], Any]) -> None:
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    y = np.array([-1, -1, -1, 1])
    w = note_function(NOTE, "train")(np.c_[x, np.ones(4)])
    assert (y * (np.c_[x, np.ones(4)] @ w) > 0).all()
    for a, b in itertools.product(np.linspace(-2, 2, 21), repeat=2):
        assert ((x @ np.array([a, b]) > 0) != (y > 0)).any()


def test_example_of_the_boundary() -> None:
    w, b = np.array([3.0, 4.0]), -10.0
    norm = np.linalg.norm(w)
    assert (norm, abs(b) / norm) == (5, 2)
    foot = -b / norm**2 * w
    assert w @ foot + b == pytest.approx(0)
    assert np.linalg.norm(foot) == pytest.approx(2)
    z = w @ np.array([2, 4]) + b
    assert (z, z / norm) == (12, 2.4)
    assert abs(b) / np.linalg.norm(2 * w) == 1


def test_relu_network_without_bias_is_positively_homogeneous() -> None:
    net = nn.Sequential(
        nn.Linear(3, 16, bias=False),
        nn.ReLU(),
        nn.Linear(16, 16, bias=False),
        nn.ReLU(),
        nn.Linear(16, 2, False),
    )
    x = torch.randn(5, 3)
    torch.testing.assert_close(net(2.5 * x), 2.5 * net(x))
    assert net(torch.zeros(1, 3)).abs().max() == 0


def test_log_odds_of_two_gaussian_classes() -> None:
    rng = np.random.default_rng(0)
    m0, m1, x = rng.standard_normal((3, 4))
    p1 = 0.1

    def density(m: np.ndarray) -> float:
        return math.exp(-((x - m) ** 2).sum() / 2)

    odds = math.log(p1 * density(m1) / ((1 - p1) * density(m0)))
    b = (m0 @ m0 - m1 @ m1) / 2 + math.log(p1 / (1 - p1))
    assert odds == pytest.approx((m1 - m0) @ x + b)
    assert math.log(0.1 / 0.9) == pytest.approx(-2.197, abs=5e-4)
    boundary = 1.10
    assert 2 * boundary == pytest.approx(2.197, abs=5e-3)


def test_gradient_of_a_convolution_bias_is_the_sum() -> None:
    conv = nn.Conv2d(2, 3, 3)
    out = conv(torch.randn(4, 2, 6, 6))
    delta = torch.randn_like(out)
    out.backward(delta)
    torch.testing.assert_close(conv.bias.grad, delta.sum((0, 2, 3)))


def test_mean_probability_equals_frequency_at_the_minimum() -> None:
    x, y = torch.randn(60, 2, dtype=torch.float64), torch.arange(60) % 3
    layer = nn.Linear(2, 3, dtype=torch.float64)
    optimizer = torch.optim.LBFGS(layer.parameters(), max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(layer(x), y)
        loss.backward()
        return loss

    optimizer.step(closure)
    torch.testing.assert_close(
        layer(x).softmax(1).mean(0), torch.full((3,), 1 / 3, dtype=torch.float64), atol=1e-4, rtol=0
    )
    logits = torch.randn(5, 3, requires_grad=True)
    bias = torch.zeros(3, requires_grad=True)
    F.cross_entropy(logits + bias, y[:5]).backward()
    torch.testing.assert_close(bias.grad, (logits.softmax(1) - F.one_hot(y[:5], 3)).mean(0))


@pytest.mark.parametrize(
    ("norm", "useless"),
    [
        (nn.BatchNorm2d(4), True),
        (nn.InstanceNorm2d(4), True),
        (nn.GroupNorm(2, 4), False),
        (nn.Sequential(nn.ReLU(), nn.BatchNorm2d(4)), False),
        (nn.RMSNorm([4, 5, 5]), False),
        (nn.LayerNorm([4, 5, 5]), False),
    ],
    ids=lambda value: str(value).split("(")[0],
)
def test_table_of_norms(norm: nn.Module, useless: bool) -> None:
    z = torch.randn(3, 4, 5, 5)
    bias = torch.tensor([1.0, -2.0, 0.5, 3.0]).view(1, 4, 1, 1)
    assert torch.allclose(norm(z + bias), norm(z), atol=1e-4) == useless


def test_group_norms_remove_the_common_part() -> None:
    z = torch.randn(3, 4, 5, 5)
    for norm in (nn.GroupNorm(2, 4), nn.LayerNorm([4, 5, 5])):
        torch.testing.assert_close(norm(z + 7), norm(z), atol=1e-4, rtol=1e-4)
    assert not torch.allclose(nn.RMSNorm(4)(z.mT[..., :4] + 7), nn.RMSNorm(4)(z.mT[..., :4]), atol=0.1)


def test_bias_before_batch_norm_has_no_gradient_but_matters_to_the_running_mean() -> None:
    conv, norm = nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4, momentum=1.0)
    x = torch.randn(8, 2, 6, 6)
    (norm(conv(x)) ** 3).sum().backward()
    assert conv.bias.grad.abs().max() < 1e-2 * conv.weight.grad.abs().max()
    norm.eval()
    before = norm(conv(x)).detach()
    nn.init.constant_(conv.bias, 1.0)
    assert not torch.allclose(norm(conv(x)), before, atol=0.1)


def test_folding_batch_norm() -> None:
    conv, norm = nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4)
    for tensor in (norm.weight, norm.bias, norm.running_mean):
        nn.init.normal_(tensor)
    nn.init.uniform_(norm.running_var, 0.5, 2)
    norm.eval()
    factor = norm.weight / (norm.running_var + norm.eps).sqrt()
    bias = norm.bias + factor * (conv.bias - norm.running_mean)
    x = torch.randn(2, 2, 6, 6)
    folded = F.conv2d(x, conv.weight * factor.view(-1, 1, 1, 1), bias)
    torch.testing.assert_close(folded, norm(conv(x)), atol=1e-5, rtol=1e-4)


def rotated(x: Tensor) -> Tensor:
    """Pairs of coordinates turned by an angle that grows with the position; x of shape (n, 2)."""
    angle = 0.3 * torch.arange(len(x))
    cos, sin = angle.cos(), angle.sin()
    return torch.stack([x[:, 0] * cos - x[:, 1] * sin, x[:, 0] * sin + x[:, 1] * cos], 1)


def test_biases_of_attention() -> None:
    q, k, v = torch.randn(3, 5, 2)
    bq, bk, bv = torch.randn(3, 2)

    def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return F.scaled_dot_product_attention(q[None], k[None], v[None])[0]

    plain = attend(q, k, v)
    torch.testing.assert_close(attend(q + bq, k + bk, v), attend(q + bq, k, v))
    assert not torch.allclose(attend(q + bq, k, v), plain, atol=1e-2)
    torch.testing.assert_close(attend(q, k, v + bv), plain + bv)
    assert not torch.allclose(
        attend(rotated(q), rotated(k + bk), v), attend(rotated(q), rotated(k), v), atol=1e-2
    )


def test_numbers_of_the_focal_prior() -> None:
    b = math.log(0.01 / 0.99)
    assert b == pytest.approx(-4.595, abs=5e-4)
    assert 1 / (1 + math.exp(-b)) == pytest.approx(0.01)
    assert 100_000 * math.log(2) == pytest.approx(69_315, abs=0.5)
    assert -math.log(0.99) == pytest.approx(0.01005, abs=5e-6)
    assert -math.log(0.01) == pytest.approx(4.605, abs=5e-4)


def test_bias_of_the_class_frequencies() -> None:
    f = torch.tensor([0.7, 0.2, 0.1])
    start = F.cross_entropy(f.log()[None], f[None])
    assert start.item() == pytest.approx(0.802, abs=5e-4)
    assert F.cross_entropy(torch.zeros(1, 3), f[None]).item() == pytest.approx(math.log(3))
    assert math.log(3) == pytest.approx(1.099, abs=5e-4)


def test_forget_gate_and_share_of_parameters() -> None:
    assert 1 / (1 + math.exp(-1)) == pytest.approx(0.73, abs=5e-3)
    assert 9 * 256 * 256 == 589_824
    weights = 9 * 256 * 256
    assert 256 / weights == pytest.approx(0.0004, abs=5e-5)
