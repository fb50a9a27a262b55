"""The facts of the note on Medusa decoding, computed."""

import itertools
import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch

NOTE = (Path(__file__).parents[2] / "content/llm/medusa.md").read_text(encoding="utf-8")
P, Q = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.6, 0.2])


def speculative_output(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Distribution of one token under the accept-or-resample rule, by total probability."""
    accepted = q * np.minimum(1, p / q)
    residual = np.maximum(0, p - q)
    output: np.ndarray = accepted + (1 - accepted.sum()) * residual / residual.sum()
    return output


def test_memory_bound_pass() -> None:
    memory, arithmetic = 14e9 / 2e12 * 1e3, 14e9 / 312e12 * 1e3  # ms
    assert memory == pytest.approx(7)
    assert arithmetic == pytest.approx(0.045, abs=5e-4)
    assert memory / arithmetic == pytest.approx(156)


@pytest.mark.parametrize("seed", range(5))
def test_speculative_sampling_is_lossless(seed: int) -> None:
    p, q = np.random.default_rng(seed).dirichlet(np.ones(7), size=2)
    assert speculative_output(p, q) == pytest.approx(p)
    total_variation = np.abs(p - q).sum() / 2
    assert np.minimum(p, q).sum() == pytest.approx(1 - total_variation)


def test_worked_example() -> None:
    assert np.minimum(P, Q).sum() == pytest.approx(0.7)
    assert np.maximum(0, P - Q) == pytest.approx([0.3, 0, 0])
    assert speculative_output(P, Q) == pytest.approx(P)


@pytest.mark.parametrize(("alpha", "gamma"), [(0.8, 4), (0.5, 3)])
def test_expected_tokens_by_enumeration(alpha: float, gamma: int) -> None:
    expected = 0.0
    for outcome in itertools.product([True, False], repeat=gamma):
        chance = math.prod(alpha if ok else 1 - alpha for ok in outcome)
        run = next((i for i, ok in enumerate(outcome) if not ok), gamma)
        expected += chance * (run + 1)
    assert expected == pytest.approx((1 - alpha ** (gamma + 1)) / (1 - alpha))
    if alpha == 0.8:
        assert expected == pytest.approx(3.36, abs=0.005)
        assert expected / (1 + gamma * 0.05) == pytest.approx(2.8, abs=0.005)


def test_head_starts_as_the_language_model_head_and_has_the_stated_size() -> None:
    d, vocabulary = 4096, 32000
    size = d * d + d * vocabulary
    assert size == pytest.approx(148e6, rel=0.005)
    assert d * vocabulary / size == pytest.approx(0.89, abs=0.005)
    assert 5 * size == pytest.approx(0.74e9, rel=0.005)
    assert 5 * size / 6.7e9 == pytest.approx(0.11, abs=0.005)
    assert torch.nn.functional.silu(torch.zeros(1)).item() == 0


def test_product_of_marginals_proposes_impossible_pairs() -> None:
    joint = np.array([[0.5, 0.0], [0.0, 0.5]])  # New York, Los Angeles
    independent = np.outer(joint.sum(1), joint.sum(0))
    assert independent[0, 1] == 0.25
    assert joint[0, 1] == 0


def test_tree_size() -> None:
    s = (2, 3)
    assert sum(math.prod(s[:k]) for k in range(1, len(s) + 1)) == 8
    assert (math.prod(s), math.prod(s) * len(s)) == (6, 12)


def tree_mask(nodes: list[tuple[int, ...]]) -> torch.Tensor:
    return torch.tensor([[path[: len(other)] == other for other in nodes] for path in nodes])


def attention_layer(tokens: torch.Tensor, positions: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Two masked self-attention layers with rotated queries and keys on embedded tokens (n, d)."""
    generator = torch.Generator().manual_seed(0)
    d = tokens.shape[-1]
    angle = positions[:, None] * 100.0 ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)

    def rotate(x: torch.Tensor) -> torch.Tensor:
        even, odd = x[:, ::2], x[:, 1::2]
        return torch.cat([even * angle.cos() - odd * angle.sin(), even * angle.sin() + odd * angle.cos()], 1)

    x = tokens
    for _ in range(2):
        w_q, w_k, w_v = torch.randn(3, d, d, generator=generator, dtype=torch.float64) / d**0.5
        scores = rotate(x @ w_q) @ rotate(x @ w_k).T / d**0.5
        x = x + scores.masked_fill(~mask, -math.inf).softmax(-1) @ (x @ w_v)
    return x


def test_tree_attention_equals_each_path_alone() -> None:
    nodes = [(), (0,), (1,), (0, 0), (0, 1), (1, 0)]
    prefix, n = 4, len(nodes)
    tokens = torch.randn(prefix + n, 8, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    mask = torch.ones(prefix + n, prefix + n).tril().bool()
    mask[prefix:, prefix:] = tree_mask(nodes)
    depths = torch.tensor([len(path) for path in nodes])
    positions = torch.cat([torch.arange(prefix), prefix + depths])
    tree = attention_layer(tokens, positions, mask)
    flat = attention_layer(tokens, torch.arange(prefix + n), mask)
    wrong = 0.0
    for path in nodes:
        rows = [*range(prefix), *(prefix + nodes.index(path[:k]) for k in range(len(path) + 1))]
        alone = attention_layer(
            tokens[rows], torch.arange(len(rows)), torch.ones(len(rows), len(rows)).tril().bool()
        )
        assert torch.allclose(tree[rows[-1]], alone[-1])
        wrong = max(wrong, (flat[rows[-1]] - alone[-1]).abs().max().item())
    assert wrong > 1e-3  # positions by index in the sequence are not equivalent


def test_greedy_tree_is_the_best_of_all_trees() -> None:
    accuracy = [[0.6, 0.15, 0.08], [0.5, 0.12, 0.06]]

    def value(path: tuple[int, ...]) -> float:
        return math.prod(accuracy[head][choice] for head, choice in enumerate(path))

    every = [path for depth in (1, 2) for path in itertools.product(range(3), repeat=depth)]
    trees = [t for t in itertools.combinations(every, 6) if all(p[:-1] in t for p in t if len(p) > 1)]
    best = max(sum(map(value, tree)) for tree in trees)
    assert sum(sorted(map(value, every), reverse=True)[:6]) == pytest.approx(best)


def threshold(p: np.ndarray, epsilon: float = 0.09, delta: float = 0.3) -> float:
    p = p[p > 0]
    return min(epsilon, delta * math.exp((p * np.log(p)).sum()))


@pytest.mark.parametrize("seed", range(20))
def test_typical_acceptance_never_rejects_the_most_probable_token(seed: int) -> None:
    p = np.random.default_rng(seed).dirichlet(np.full(30, 0.2))
    assert p.max() > threshold(p, epsilon=1.0, delta=0.999)


def test_typical_acceptance_examples() -> None:
    uniform = np.full(50, 1 / 50)
    assert threshold(uniform) == pytest.approx(0.006)
    assert threshold(np.array([0.9, 0.05, 0.05])) == 0.09
    assert threshold(P) == 0.09 < P[1]


def test_temperature_moves_the_two_rules_in_opposite_directions() -> None:
    logits = np.array([3.0, 2.0, 1.0, *np.zeros(20)])
    children = [0, 1, 2]

    def at(temperature: float) -> tuple[float, float]:
        p = np.exp(logits / temperature)
        p /= p.sum()
        return p[children].sum(), threshold(p)

    (exact_cold, typical_cold), (exact_hot, typical_hot) = at(0.7), at(1.5)
    assert exact_hot < exact_cold
    assert typical_hot < typical_cold


@pytest.mark.parametrize("children", [[1], [1, 0], [2, 1]])
def test_descending_along_a_sample_is_speculative_sampling_child_by_child(children: list[int]) -> None:
    """Trying deterministic guesses one by one with the residual accepts each with exactly p."""
    remaining, mass, accepted = P.copy(), 1.0, {}
    for child in children:
        accepted[child] = mass * remaining[child]
        mass *= 1 - remaining[child]
        remaining[child] = 0
        remaining /= remaining.sum()
    assert [accepted[child] for child in children] == pytest.approx(P[children])
    rest = [token for token in range(3) if token not in children]
    assert mass * remaining[rest] == pytest.approx(P[rest])


def test_speed_ups_of_the_table_are_rate_over_overhead() -> None:
    rows = re.findall(r"^\| Vicuna-\d+B \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", NOTE, re.M)
    assert len(rows) == 3
    for rate, overhead, speed_up, draft in (tuple(map(float, row)) for row in rows):
        assert rate / overhead == pytest.approx(speed_up, rel=0.01)
        assert draft < speed_up


def test_large_batches_become_bound_by_arithmetic() -> None:
    tokens, batch = 64 * 16, 16
    assert tokens == 1024
    step = max(7, 0.045 * tokens) / max(7, 0.045 * batch)
    assert step > 4
    assert 3.47 / step == pytest.approx(0.5, abs=0.05)
