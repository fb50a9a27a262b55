"""The facts of the note on recurrent networks, computed."""

import math

import pytest
import torch
from torch import Tensor


def seeded(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_bptt_formulas_of_the_note() -> None:
    steps, d, n = 5, 2, 3
    x, target = seeded(steps, d), seeded(steps, n, seed=1)
    w, u = seeded(n, d, seed=2).requires_grad_(), seeded(n, n, seed=3).requires_grad_()
    h = [torch.zeros(n, dtype=torch.float64)]
    for t in range(steps):
        h.append(torch.tanh(w @ x[t] + u @ h[-1]))
    loss = sum(((state - y) ** 2).sum() for state, y in zip(h[1:], target, strict=True))
    of_w, of_u = torch.autograd.grad(loss, (w, u))
    with torch.no_grad():
        grad_w, grad_u, later = torch.zeros_like(w), torch.zeros_like(u), torch.zeros(n, dtype=torch.float64)
        for t in range(steps, 0, -1):
            delta = 2 * (h[t] - target[t - 1]) + later
            slope = torch.diag(1 - h[t] ** 2)
            grad_u += torch.outer(slope @ delta, h[t - 1])
            grad_w += torch.outer(slope @ delta, x[t - 1])
            later = u.T @ slope @ delta
    torch.testing.assert_close(grad_u, of_u)
    torch.testing.assert_close(grad_w, of_w)


@pytest.mark.parametrize("scale", [0.9, 1.5])
def test_jacobian_over_time_is_the_ordered_product_within_its_bound(scale: float) -> None:
    n, steps = 4, 6
    u = seeded(n, n)
    u = u * scale / torch.linalg.matrix_norm(u, 2)

    def run(h: Tensor) -> Tensor:
        for _ in range(steps):
            h = torch.tanh(u @ h)
        return h

    start = h = seeded(n, seed=1)
    product = torch.eye(n, dtype=torch.float64)
    for _ in range(steps):
        h = torch.tanh(u @ h)
        product = torch.diag(1 - h**2) @ u @ product
    torch.testing.assert_close(torch.func.jacrev(run)(start), product)
    assert torch.linalg.matrix_norm(product, 2) <= scale**steps


def test_saturated_units_vanish_in_spite_of_a_large_matrix() -> None:
    h, u = 0.9, 1.5
    bias = math.atanh(h) - u * h  # a fixed point at h
    assert math.tanh(u * h + bias) == pytest.approx(h)
    assert u * (1 - h**2) < 1 < u


def test_slopes_of_the_activations() -> None:
    x = torch.linspace(-5, 5, 10_001, dtype=torch.float64)
    assert (1 - x.tanh() ** 2).max() == pytest.approx(1)
    assert (x.sigmoid() * (1 - x.sigmoid())).max() == pytest.approx(0.25)


def test_hundred_steps() -> None:
    shrunk, grown = math.pow(0.9, 100), math.pow(1.1, 100)
    assert shrunk == pytest.approx(2.7e-5, rel=0.02)
    assert grown == pytest.approx(1.4e4, rel=0.02)


def test_rate_of_a_linear_network_is_its_spectral_radius() -> None:
    u = torch.tensor([[0.5, 10.0], [0.0, 0.5]], dtype=torch.float64)
    assert torch.linalg.matrix_norm(u, 2) > 10
    powers = [torch.linalg.matrix_norm(torch.linalg.matrix_power(u, k), 2) for k in (400, 401)]
    assert powers[1] / powers[0] == pytest.approx(0.5, rel=0.01)


def test_clipping_by_norm_and_by_component() -> None:
    weight = torch.nn.Parameter(torch.zeros(2))
    weight.grad = torch.tensor([30.0, 40.0])
    torch.nn.utils.clip_grad_norm_([weight], 5.0)
    assert weight.grad.tolist() == pytest.approx([3, 4], rel=1e-5)
    weight.grad = torch.tensor([30.0, 40.0])
    torch.nn.utils.clip_grad_value_([weight], 5.0)
    assert weight.grad.tolist() == [5, 5]


def gates(net: torch.nn.Module, x: Tensor, h: Tensor, blocks: int) -> tuple[list[Tensor], list[Tensor]]:
    """PyTorch's input and recurrent parts of each block, of shape (hidden,) each."""
    inputs = net.get_parameter("weight_ih_l0") @ x + net.get_parameter("bias_ih_l0")
    recurrent = net.get_parameter("weight_hh_l0") @ h + net.get_parameter("bias_hh_l0")
    return list(inputs.chunk(blocks)), list(recurrent.chunk(blocks))


def test_lstm_equations_and_the_order_of_pytorch() -> None:
    torch.manual_seed(0)
    net = torch.nn.LSTM(3, 4).double()
    x, h, c = seeded(3), seeded(4, seed=1), seeded(4, seed=2)
    i, f, g, o = (a + b for a, b in zip(*gates(net, x, h, 4), strict=True))
    cell = f.sigmoid() * c + i.sigmoid() * g.tanh()
    shown = o.sigmoid() * cell.tanh()
    _, (h_next, c_next) = net(x[None], (h[None], c[None]))
    torch.testing.assert_close(c_next[0], cell)
    torch.testing.assert_close(h_next[0], shown)


def test_gru_equations_with_the_reset_after_the_matrix() -> None:
    torch.manual_seed(0)
    net = torch.nn.GRU(3, 4).double()
    x, h = seeded(3), seeded(4, seed=1)
    inputs, recurrent = gates(net, x, h, 3)
    r, z = ((inputs[k] + recurrent[k]).sigmoid() for k in range(2))
    after = torch.tanh(inputs[2] + r * recurrent[2])
    torch.testing.assert_close(net(x[None], h[None])[1][0], z * h + (1 - z) * after)
    matrix, bias = net.get_parameter("weight_hh_l0")[8:], net.get_parameter("bias_hh_l0")[8:]
    before = torch.tanh(inputs[2] + matrix @ (r * h) + bias)
    assert not torch.allclose(before, after, rtol=1e-3)


def test_gru_state_stays_in_the_unit_interval_but_a_cell_counts() -> None:
    torch.manual_seed(0)
    gru, lstm = torch.nn.GRU(1, 8), torch.nn.LSTM(1, 1)
    assert gru(100 * torch.randn(50, 1))[0].abs().max() <= 1
    for weight in lstm.parameters():
        torch.nn.init.zeros_(weight)
    torch.nn.init.constant_(lstm.get_parameter("bias_ih_l0"), 20.0)  # all gates open, candidate 1
    assert lstm(torch.zeros(50, 1))[1][1].item() == pytest.approx(50, rel=1e-3)


def test_gradient_along_the_cell_is_the_product_of_forget_gates() -> None:
    c, forget, write = seeded(1), seeded(6, seed=1).sigmoid(), seeded(6, seed=2)

    def run(c: Tensor) -> Tensor:
        for f, w in zip(forget, write, strict=True):
            c = f * c + w
        return c

    torch.testing.assert_close(torch.func.jacrev(run)(c).squeeze(), forget.prod())


def test_worked_lstm_unit() -> None:
    cell = 0.9 * 2 + 0.2 * 0.5
    assert cell == pytest.approx(1.9)
    assert math.tanh(1.9) == pytest.approx(0.956, abs=5e-4)
    assert 0.6 * math.tanh(cell) == pytest.approx(0.574, abs=5e-4)


def test_forget_gates_at_the_start_and_their_memory() -> None:
    def gate(bias: float) -> float:
        return 1 / (1 + math.exp(-bias))

    half, twenty = gate(0), math.pow(gate(0), 20)
    assert (half, twenty) == pytest.approx((0.5, 1e-6), rel=0.05)
    assert gate(1) == pytest.approx(0.73, abs=5e-3)
    kept = math.pow(0.99, 1 / (1 - 0.99))
    assert kept == pytest.approx(math.exp(-1), rel=0.01)


@pytest.mark.parametrize(
    ("blocks", "kind", "count"), [(1, "RNN", 98_560), (3, "GRU", 295_680), (4, "LSTM", 394_240)]
)
def test_parameter_counts(blocks: int, kind: str, count: int) -> None:
    d, n = 128, 256
    assert blocks * n * (d + n + 1) == count
    layer = getattr(torch.nn, kind)(d, n)
    assert sum(p.numel() for p in layer.parameters()) == blocks * n * (d + n + 2) == count + blocks * n
    if kind == "LSTM":
        assert count + blocks * n == 395_264
