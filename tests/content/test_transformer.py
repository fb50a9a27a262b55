"""The facts of the note on the Transformer, computed."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

NOTE = "llm/transformer.md"


def seeded(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def attention(x: Tensor, wq: Tensor, wk: Tensor, wv: Tensor) -> Tensor:
    """Single-head self-attention of x (n, d), without a mask."""
    scores = (x @ wq) @ (x @ wk).T / math.sqrt(wq.shape[1])
    return scores.softmax(-1) @ (x @ wv)


def test_worked_example_with_and_without_the_mask() -> None:
    q = torch.tensor([2.0, 2, 0, 0])
    keys = torch.tensor([[1.0, 0, 0, 0], [0, 0, 1, 0], [1, 1, 0, 0]])
    values = torch.tensor([10.0, 20, 30])
    scores = keys @ q / math.sqrt(4)
    assert scores.tolist() == [1, 0, 2]
    assert scores.softmax(0).tolist() == pytest.approx([0.245, 0.090, 0.665], abs=5e-4)
    assert (scores.softmax(0) * values).tolist() == pytest.approx([2.45, 1.80, 19.96], abs=5e-3)
    assert scores.softmax(0) @ values == pytest.approx(24.2, abs=0.05)
    assert scores[:2].softmax(0).tolist() == pytest.approx([0.731, 0.269], abs=5e-4)
    assert scores[:2].softmax(0) @ values[:2] == pytest.approx(12.7, abs=0.05)


def test_dot_products_have_variance_d() -> None:
    for d in (4, 64):
        products = (seeded(20_000, d) * seeded(20_000, d, seed=1)).sum(-1)
        assert products.var() == pytest.approx(d, rel=0.05)


def test_softmax_jacobian_vanishes_at_one_hot_weights() -> None:
    x = seeded(5)
    p = x.softmax(0)
    formula = torch.diag(p) - torch.outer(p, p)
    torch.testing.assert_close(torch.func.jacrev(lambda x: x.softmax(0))(x), formula)
    hot = (40 * x).softmax(0)
    assert (torch.diag(hot) - torch.outer(hot, hot)).abs().max() < 1e-3


@pytest.mark.parametrize("heads", [1, 2, 8])
def test_parameters_and_rank_of_multi_head_attention(heads: int) -> None:
    d = 16
    layer = torch.nn.MultiheadAttention(d, heads, bias=False)
    assert sum(p.numel() for p in layer.parameters()) == 4 * d * d
    wq, wk = seeded(d, d // heads), seeded(d, d // heads, seed=1)
    assert torch.linalg.matrix_rank(wq @ wk.T) == d // heads


def test_shared_projection_makes_scores_symmetric() -> None:
    x, w = seeded(4, 6), seeded(6, 3, seed=1)
    scores = (x @ w) @ (x @ w).T
    torch.testing.assert_close(scores, scores.T)
    assert (scores.diagonal() >= 0).all()


def test_self_attention_is_permutation_equivariant_only_without_a_causal_mask() -> None:
    x, order = seeded(5, 4), torch.tensor([3, 0, 4, 1, 2])
    weights = [seeded(4, 4, seed=s) for s in (1, 2, 3)]
    torch.testing.assert_close(attention(x[order], *weights), attention(x, *weights)[order])

    def causal(x: Tensor) -> Tensor:
        return torch.nn.functional.scaled_dot_product_attention(x, x, x, is_causal=True)

    assert not torch.allclose(causal(x[order][None])[0], causal(x[None])[0][order])


def test_a_shift_of_sinusoids_is_a_rotation() -> None:
    for omega, p, k in ((1.0, 3, 5), (0.01, 700, 2)):
        c, s = math.cos(omega * k), math.sin(omega * k)
        at_p = torch.tensor([math.sin(omega * p), math.cos(omega * p)])
        moved = torch.tensor([[c, s], [-s, c]]) @ at_p
        wanted = [math.sin(omega * (p + k)), math.cos(omega * (p + k))]
        assert moved.tolist() == pytest.approx(wanted, abs=1e-5)


def test_rope_scores_depend_on_the_difference_and_keep_lengths(
    note_function: Callable[[str, str], Any],
) -> None:
    rope = note_function(NOTE, "rope")
    q, k = seeded(1, 8), seeded(1, 8, seed=1)

    def score(m: int, n: int) -> float:
        return float(rope(q, torch.tensor([m])) @ rope(k, torch.tensor([n])).T)

    assert score(13, 4) == pytest.approx(score(9, 0), abs=1e-4)
    assert score(13, 4) != pytest.approx(score(13, 5), abs=1e-2)
    torch.testing.assert_close(rope(q, torch.tensor([77])).norm(), q.norm(), rtol=1e-6, atol=0)
    turned = rope(torch.tensor([[0.0, 0, 1, 0, 0, 0, 0, 0]]), torch.tensor([3]))[0]
    theta = 10000 ** (-2 / 8)  # pair i = 1 of a head of width 8
    assert turned[2:4].tolist() == pytest.approx([math.cos(3 * theta), math.sin(3 * theta)])


def test_sizes_of_a_block() -> None:
    d = 48
    block = torch.nn.TransformerEncoderLayer(d, 4, 4 * d, bias=False)
    matrices = [p.numel() for p in block.parameters() if p.dim() == 2]
    assert sum(matrices) == 12 * d * d
    assert 3 * d * (8 * d // 3) == 8 * d * d
    blocks, embeddings = 12 * 12 * 768**2, (50257 + 1024) * 768
    assert blocks == pytest.approx(84.9e6, abs=5e4)
    assert embeddings == pytest.approx(39.4e6, abs=5e4)
    assert blocks + embeddings == pytest.approx(124e6, abs=5e5)


def test_pre_ln_is_a_sum_over_layers_with_growing_variance() -> None:
    n, d, depth = 64, 32, 12
    x = start = torch.nn.functional.layer_norm(seeded(n, d), (d,))
    added, variances = torch.zeros_like(x), []
    for layer in range(depth):
        step = torch.nn.functional.layer_norm(x, (d,)) @ seeded(d, d, seed=layer + 1) / math.sqrt(d)
        x, added = x + step, added + step
        variances.append(float(x.var()))
    torch.testing.assert_close(x, start + added)
    assert variances[-1] == pytest.approx(1 + depth, rel=0.3)
    assert torch.nn.functional.layer_norm(x, (d,)).var() == pytest.approx(1, rel=0.05)


def test_attention_alone_loses_rank() -> None:
    x = seeded(8, 8)
    for layer in range(6):
        wq, wk = (seeded(8, 8, seed=10 * layer + i) / 8 for i in range(2))
        x = attention(x, wq, wk, torch.eye(8, dtype=torch.float64))
    assert (x - x.mean(0)).norm() < 1e-3 * x.norm()


def test_operations_and_their_crossover() -> None:
    n, d = 10, 4
    projections, scores, ffn = 4 * 2 * n * d * d, 2 * 2 * n * n * d, 2 * 2 * n * d * 4 * d
    assert (projections + ffn, scores) == (24 * n * d * d, 4 * n * n * d)
    d = 4096
    assert 4 * (6 * d) ** 2 * d == 24 * (6 * d) * d * d
    assert 6 * d == 24_576
    assert 2048 / (6 * d) == pytest.approx(0.08, abs=0.005)


def test_kv_cache_of_the_example() -> None:
    per_token = 2 * 80 * 8 * 128 * 2
    assert per_token == 320 * 2**10
    assert per_token * 4096 == 1.25 * 2**30
    assert per_token * 8 == 2.5 * 2**20
    assert per_token * 8 * 4096 == 10 * 2**30


def test_a_past_token_never_sees_a_later_one() -> None:
    layer = torch.nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True, dtype=torch.float64)
    x = seeded(1, 5, 8)
    later = x.clone()
    later[:, -1] += 1

    def stack(x: Tensor, **mask: Any) -> Tensor:
        result: Tensor = layer(layer(x, **mask), **mask)
        return result

    mask = torch.nn.Transformer.generate_square_subsequent_mask(5, dtype=torch.float64)
    torch.testing.assert_close(stack(x, src_mask=mask)[:, :-1], stack(later, src_mask=mask)[:, :-1])
    assert not torch.allclose(stack(x)[:, :-1], stack(later)[:, :-1])


def test_averaged_key_heads_give_the_mean_of_the_scores() -> None:
    q, keys = seeded(4), seeded(3, 5, 4, seed=1)  # three heads, five tokens
    torch.testing.assert_close(keys.mean(0) @ q, (keys @ q).mean(0))


def test_warm_up_schedule_rises_to_its_corner() -> None:
    def rate(step: int) -> float:
        return float(512**-0.5 * min(step**-0.5, step * 4000**-1.5))

    assert max(range(1, 20_000, 7), key=rate) == pytest.approx(4000, abs=7)
    assert rate(2000) == pytest.approx(rate(4000) / 2)
    assert rate(16_000) == pytest.approx(rate(4000) / 2)
