"""The facts of the note on activation functions, computed."""

import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

NOTE = (Path(__file__).parents[2] / "content/foundations/activations.md").read_text(encoding="utf-8")

Z = torch.linspace(-8, 8, 160_001, dtype=torch.float64)


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def distribution(z: float) -> float:
    """The standard normal distribution function."""
    return (1 + math.erf(z / math.sqrt(2))) / 2


def density(z: float) -> float:
    """The standard normal density."""
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


DERIVATIVES: dict[str, tuple[Callable[[torch.Tensor], torch.Tensor], Callable[[float], float]]] = {
    "sigmoid": (torch.sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (torch.tanh, lambda z: 1 - math.tanh(z) ** 2),
    "gelu": (F.gelu, lambda z: distribution(z) + z * density(z)),
    "silu": (F.silu, lambda z: sigmoid(z) * (1 + z * (1 - sigmoid(z)))),
    "elu": (lambda z: F.elu(z, alpha=0.7), lambda z: 1.0 if z > 0 else 0.7 * (math.exp(z) - 1) + 0.7),
}


@pytest.mark.parametrize("name", DERIVATIVES)
@pytest.mark.parametrize("z", [-5.0, -1.3, -0.2, 0.4, 3.0])
def test_derivatives(name: str, z: float) -> None:
    function, derivative = DERIVATIVES[name]
    point = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(function(point), point)
    assert slope.item() == pytest.approx(derivative(z))


def test_functions_are_what_the_note_writes() -> None:
    for z in (-2.0, -0.5, 0.0, 1.0):
        point = torch.tensor(z, dtype=torch.float64)
        assert F.gelu(point).item() == pytest.approx(z * distribution(z))
        assert F.silu(point).item() == pytest.approx(z * sigmoid(z))
        assert math.tanh(z) == pytest.approx(2 * sigmoid(2 * z) - 1)


def test_saturation() -> None:
    assert sigmoid(0) * (1 - sigmoid(0)) == 1 / 4
    assert sigmoid(5) * (1 - sigmoid(5)) == pytest.approx(0.0066, abs=5e-5)
    assert pytest.approx(1e-6, rel=0.05) == 4**-10
    assert 1 - math.tanh(6) ** 2 == pytest.approx(4 * math.exp(-12), rel=1e-4)
    zero = torch.tensor(0.0, requires_grad=True)
    assert torch.autograd.grad(torch.relu(zero), zero)[0] == 0


def test_plain_sigmoid_overflows_in_the_backward_pass() -> None:
    z = torch.tensor(-200.0, requires_grad=True)
    assert torch.autograd.grad(1 / (1 + torch.exp(-z)), z)[0].isnan()
    assert torch.autograd.grad(torch.sigmoid(z), z)[0] == 0


def test_relu_halves_the_power_and_two_over_n_restores_it() -> None:
    torch.manual_seed(0)
    z = torch.randn(200_000, dtype=torch.float64)
    assert (torch.relu(z).square().mean() / z.square().mean()).item() == pytest.approx(1 / 2, rel=0.02)
    x = torch.randn(500, 400)
    for _ in range(10):
        x = torch.relu(x) @ (torch.randn(400, 400) * math.sqrt(2 / 400))
    assert x.square().mean().item() == pytest.approx(1, rel=0.4)


def test_dead_unit_after_one_step() -> None:
    assert "z = -3.375 x - 2.25 < 0" in NOTE
    assert (1 - 4.375, 1 - 3.25) == (-3.375, -2.25)


@pytest.mark.parametrize(("name", "function"), [("GELU", F.gelu), ("SiLU", F.silu)])
def test_table_of_smooth_gates(name: str, function: Callable[[torch.Tensor], torch.Tensor]) -> None:
    row = re.search(rf"^\| {name} \|(.*)\|$", NOTE, re.MULTILINE)
    assert row is not None
    minimum, place, steepest, at_one = row[1].replace("−", "-").split("|")
    z = Z.clone().requires_grad_()
    values = function(z)
    (slopes,) = torch.autograd.grad(values.sum(), z)
    assert values.min().item() == pytest.approx(float(minimum), abs=5e-4)
    assert Z[values.argmin()].item() == pytest.approx(float(place), abs=6e-4)
    assert slopes.max().item() == pytest.approx(float(steepest.split()[0]), abs=5e-4)
    where = math.sqrt(2) if name == "GELU" else 2.40
    assert Z[slopes.argmax()].item() == pytest.approx(where, abs=5e-3)
    assert function(torch.tensor(1.0)).item() == pytest.approx(float(at_one), abs=5e-4)
    assert slopes[float(place) - 0.01 > Z].max() < 0
    assert slopes[float(place) + 0.01 < Z].min() > 0


def test_slopes_at_minus_one_half() -> None:
    assert DERIVATIVES["gelu"][1](-0.5) == pytest.approx(0.13, abs=5e-3)
    assert DERIVATIVES["silu"][1](-0.5) == pytest.approx(0.26, abs=5e-3)


def test_approximations_of_gelu() -> None:
    coefficient = 2 / (3 * math.pi) - 1 / 6
    assert coefficient == pytest.approx(0.0455, abs=5e-5)
    exact = F.gelu(Z)

    def error(c: float) -> float:
        u = math.sqrt(2 / math.pi) * (Z + c * Z**3)
        return (Z / 2 * (1 + torch.tanh(u)) - exact).abs().max().item()

    torch.testing.assert_close(
        Z / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (Z + 0.044715 * Z**3))),
        F.gelu(Z, approximate="tanh"),
    )
    assert error(0.044715) < 0.0005 < error(coefficient)
    assert (Z * torch.sigmoid(1.702 * Z) - exact).abs().max().item() == pytest.approx(0.020, abs=5e-4)
    small = 1e-2  # the series agree up to the fifth order
    u = math.sqrt(2 / math.pi) * (small + coefficient * small**3)
    assert math.tanh(u) == pytest.approx(math.erf(small / math.sqrt(2)), rel=1e-8)
    assert torch.finfo(torch.bfloat16).eps > 0.0005


def test_gelu_is_the_mean_of_random_gates() -> None:
    rng = np.random.default_rng(0)
    for z in (-1.0, 0.7):
        kept = rng.random(200_000) < distribution(z)
        assert (z * kept).mean() == pytest.approx(z * distribution(z), abs=0.01)


def test_swish_limits() -> None:
    for z in (-1.5, 2.0):
        assert z * sigmoid(0) == z / 2
        assert z * sigmoid(200 * z) == pytest.approx(max(z, 0), abs=1e-9)


def test_sizes_of_swiglu() -> None:
    d = 4096
    assert 3 * d * (8 * d / 3) == 8 * d**2 == 2 * d * 4 * d
    assert 8 * d / 3 == pytest.approx(10922.7, abs=0.05)
    assert math.ceil(8 * d / 3 / 256) * 256 == 11008
    assert 3 * d * 4 * d == 12 * d**2 == 1.5 * 8 * d**2


def test_swiglu_example_and_its_slopes() -> None:
    g, u = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (2.0, -1.5))
    output = F.silu(g) * u
    of_g, of_u = torch.autograd.grad(output, (g, u))
    assert (output.item(), of_u.item(), of_g.item()) == pytest.approx((-2.6424, 1.7616, -1.6362), abs=5e-5)
    assert (sigmoid(2), 1 - sigmoid(2)) == pytest.approx((0.8808, 0.1192), abs=5e-5)


def test_open_gate_grows_quadratically() -> None:
    assert 300 * F.silu(torch.tensor(200.0)) / (30 * F.silu(torch.tensor(20.0))) == pytest.approx(100)


def test_order_in_the_table_of_shazeer() -> None:
    text = NOTE[NOTE.index("**Evidence.**") :]
    found = dict(re.findall(r"(ReLU|GELU|SiLU|GLU|bilinear|ReGLU|SwiGLU|GEGLU)\s+(1\.\d{3})", text))
    ungated = {found.pop(name) for name in ("ReLU", "GELU", "SiLU")}
    assert max(found.values()) < min(ungated)
    assert sorted(found, key=found.__getitem__)[:2] == ["GEGLU", "SwiGLU"]


def test_positive_inputs_give_weight_gradients_of_one_sign() -> None:
    torch.manual_seed(0)
    x = torch.sigmoid(torch.randn(6))
    w = torch.randn(6, requires_grad=True)
    (gradient,) = torch.autograd.grad((w @ x - 3) ** 2, w)
    assert len(set(gradient.sign().tolist())) == 1
