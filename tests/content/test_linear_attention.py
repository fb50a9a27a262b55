"""The facts of the note on linear attention, computed."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import elu, normalize

NOTE = "llm/linear_attention.md"


def seeded(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def phi(x: Tensor) -> Tensor:
    return elu(x) + 1


def test_associativity_and_its_operations() -> None:
    q, k, v = (seeded(9, 4, seed=s) for s in range(3))
    torch.testing.assert_close((q @ k.T) @ v, q @ (k.T @ v))
    n, d = 4096, 64
    left, right = 2 * n * n * d + 2 * n * n * d, 2 * n * d * d + 2 * n * d * d
    assert (left, right) == (4 * n * n * d, 4 * n * d * d)
    assert left / right == n / d == 64


def test_worked_example_by_weights_and_by_the_state() -> None:
    q, keys = torch.tensor([1.0, -1.0]), torch.tensor([[0.0, 0.0], [1.0, 0.0]])
    values = torch.tensor([10.0, 20.0])
    assert phi(q).tolist() == pytest.approx([2, 0.368], abs=5e-4)
    assert phi(keys).tolist() == [[1, 1], [2, 1]]
    similarity = phi(keys) @ phi(q)
    assert similarity.tolist() == pytest.approx([2.368, 4.368], abs=5e-4)
    assert (similarity * values).tolist() == pytest.approx([23.68, 87.36], abs=5e-3)
    assert similarity @ values / similarity.sum() == pytest.approx(16.5, abs=0.05)
    state, norm = phi(keys).T @ values, phi(keys).sum(0)
    assert (state.tolist(), norm.tolist()) == ([50, 30], [3, 2])
    assert state @ phi(q) / (norm @ phi(q)) == pytest.approx(16.5, abs=0.05)
    numerator, denominator = 2 * 50 + 0.368 * 30, 2 * 3 + 0.368 * 2
    assert (numerator, denominator) == pytest.approx((111.04, 6.736))


def test_feature_map_is_positive_and_has_a_gradient_everywhere() -> None:
    x = torch.linspace(-4, 4, 9)
    assert (phi(x) > 0).all()
    assert (torch.func.grad(lambda x: phi(x).sum())(x) > 0).all()
    torch.testing.assert_close(phi(x)[:4], x[:4].exp())
    torch.testing.assert_close(phi(x)[5:], x[5:] + 1)


@pytest.mark.parametrize("size", [1, 4, 11])
def test_chunks_and_recurrence_give_the_masked_product(
    size: int, note_function: Callable[[str, str], Any]
) -> None:
    q, k, v = phi(seeded(11, 5)), phi(seeded(11, 5, seed=1)), seeded(11, 3, seed=2)
    weights = (q @ k.T) * torch.ones(11, 11).tril()
    wanted = weights @ v / weights.sum(1, keepdim=True)
    torch.testing.assert_close(note_function(NOTE, "quadratic")(q, k, v), wanted)
    torch.testing.assert_close(note_function(NOTE, "chunked")(q, k, v, size), wanted)
    state, norm = torch.zeros(5, 3, dtype=torch.float64), torch.zeros(5, dtype=torch.float64)
    for t in range(11):
        state, norm = state + torch.outer(k[t], v[t]), norm + k[t]
        torch.testing.assert_close(state.T @ q[t] / (norm @ q[t]), wanted[t])


def test_operations_of_chunks() -> None:
    n, c, d = 96, 8, 16
    assert n // c * (c * c * d + c * d * d) == n * c * d + n * d * d


def test_state_equals_the_cache_of_64_tokens() -> None:
    state, token = 128 * 128 * 2, 2 * 128 * 2
    assert (state, token, state // token) == (32 * 1024, 512, 64)


def test_rank_of_the_weights() -> None:
    q, k = seeded(20, 4), seeded(20, 4, seed=1)
    assert torch.linalg.matrix_rank(phi(q) @ phi(k).T) <= 4
    assert torch.linalg.matrix_rank((q @ k.T).exp()) > 4


def test_reading_returns_the_value_and_interference() -> None:
    keys, values = normalize(seeded(5, 8), dim=1), seeded(5, 3, seed=1)
    state = keys.T @ values
    others = sum((keys[j] @ keys[0]) * values[j] for j in range(1, 5))
    torch.testing.assert_close(state.T @ keys[0], values[0] + others)
    orthogonal = torch.linalg.qr(seeded(8, 5)).Q.T
    torch.testing.assert_close(orthogonal @ (orthogonal.T @ values), values)


def test_positive_features_are_unbiased_with_the_stated_variance() -> None:
    q, k = torch.tensor([0.6, 0.2]).double(), torch.tensor([0.1, 0.5]).double()
    w = seeded(400_000, 2)
    samples = (w @ q - q @ q / 2).exp() * (w @ k - k @ k / 2).exp()
    kernel, squared = float((q @ k).exp()), float((q + k) @ (q + k))
    assert samples.mean() == pytest.approx(kernel, rel=0.01)
    assert samples.var() / kernel**2 == pytest.approx(math.exp(squared) - 1, rel=0.05)
    four, sixteen = math.expm1(4), math.expm1(16)
    assert four == pytest.approx(53.6, abs=0.05)
    assert sixteen == pytest.approx(8.9e6, rel=5e-3)


def test_trigonometric_features_are_unbiased_but_go_negative_where_the_kernel_is_small() -> None:
    q, k = torch.tensor([1.0, 0.5]).double(), torch.tensor([-1.0, -0.5]).double()
    w = seeded(400_000, 2)
    scale = ((q @ q + k @ k) / 2).exp()
    samples = scale * (w @ (q - k)).cos()
    assert samples.mean() == pytest.approx(float((q @ k).exp()), abs=0.02)
    assert (samples < 0).double().mean() > 0.3
    positive = (w @ (q + k) - (q @ q + k @ k) / 2).exp()
    assert positive.var() < samples.var()


def test_retention_unrolls_to_the_decayed_product() -> None:
    q, k, v = (seeded(7, 4, seed=s) for s in range(3))
    gamma, index = 0.8, torch.arange(7)
    decay = (gamma ** (index[:, None] - index)).tril().double()
    whole = (q @ k.T * decay) @ v
    state = torch.zeros(4, 4, dtype=torch.float64)
    for t in range(7):
        state = gamma * state + torch.outer(k[t], v[t])
        torch.testing.assert_close(state.T @ q[t], whole[t])
    assert [1 / 2.0**-power for power in (5, 6)] == [32, 64]


def test_delta_rule_is_a_gradient_step_in_both_forms() -> None:
    state, key, value, beta = seeded(4, 3), seeded(4, seed=1), seeded(3, seed=2), 0.3
    gradient = torch.func.grad(lambda s: ((s.T @ key - value) ** 2).sum() / 2)(state)
    torch.testing.assert_close(gradient, torch.outer(key, state.T @ key - value))
    step = state + beta * torch.outer(key, value - state.T @ key)
    torch.testing.assert_close(state - beta * gradient, step)
    transition = torch.eye(4, dtype=torch.float64) - beta * torch.outer(key, key)
    torch.testing.assert_close(transition @ state + beta * torch.outer(key, value), step)
    torch.testing.assert_close(transition @ key, (1 - beta * key @ key) * key)


def test_delta_rule_replaces_one_value_and_leaves_orthogonal_keys() -> None:
    keys, values = torch.linalg.qr(seeded(6, 2)).Q.T, seeded(2, 3, seed=1)
    state = keys.T @ seeded(2, 3, seed=2)
    before = state.T @ keys[1]
    state = state + torch.outer(keys[0], values[0] - state.T @ keys[0])
    torch.testing.assert_close(state.T @ keys[0], values[0])
    torch.testing.assert_close(state.T @ keys[1], before)


def test_memory_diverges_only_for_large_keys() -> None:
    for squared, grows in ((1.0, False), (2.5, True)):
        assert (abs(1 - 0.9 * squared) > 1) is grows


def test_recall_of_the_note(note_function: Callable[[str, str], Any]) -> None:
    recall_error = note_function(NOTE, "recall_error")
    for pairs in (4, 16, 64):
        assert recall_error("delta", pairs) < recall_error("sum", pairs) / 2
    assert recall_error("delta", 64) > 1 > recall_error("delta", 16)


def test_rotated_features_lose_their_sign() -> None:
    feature, angle = torch.tensor([0.2, 1.0]), math.pi / 2
    turn = torch.tensor([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    assert (turn @ feature).min() < 0
