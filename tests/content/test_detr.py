"""The facts of the note on DETR, computed."""

import itertools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

NOTE = "detection/detr.md"


def giou(a: Tensor, b: Tensor) -> Tensor:
    """Generalized IoU (arXiv:1902.09630) of two boxes of shape (4,) given by their corners."""

    def area(lower: Tensor, upper: Tensor) -> Tensor:
        return (upper - lower).clamp(min=0).prod()

    inter = area(torch.maximum(a[:2], b[:2]), torch.minimum(a[2:], b[2:]))
    union = area(a[:2], a[2:]) + area(b[:2], b[2:]) - inter
    hull = area(torch.minimum(a[:2], b[:2]), torch.maximum(a[2:], b[2:]))
    return inter / union - (hull - union) / hull


def cheapest(cost: np.ndarray) -> tuple[float, tuple[int, ...]]:
    """Total and slots of the optimal assignment of the rows of `cost` (M, N) to M different columns."""
    rows, columns = cost.shape
    return min(
        (float(sum(cost[i, j] for i, j in enumerate(slots))), slots)
        for slots in itertools.permutations(range(columns), rows)
    )


def test_padding_with_free_rows_is_the_rectangular_assignment() -> None:
    cost = np.random.default_rng(0).standard_normal((3, 6))
    padded = np.vstack([cost, np.zeros((3, 6))])
    total, slots = cheapest(padded)
    assert cheapest(cost) == (pytest.approx(total), slots[:3])
    assert len(list(itertools.permutations(range(6), 3))) == math.factorial(6) / math.factorial(3)


def test_greedy_pays_more_than_the_optimum() -> None:
    cost = np.array([[1.0, 2.0], [2.0, 10.0]])
    assert cost.argmin(axis=1).tolist() == [0, 0]
    assert cost[0, 0] == cost.min()
    assert cost[0, 0] + cost[1, 1] == 11
    assert cheapest(cost) == (4, (1, 0))


def test_share_of_the_empty_slots() -> None:
    empty = 100 - 7
    assert empty / 100 == 0.93
    assert 0.1 * empty == pytest.approx(9.3)
    assert 7 + 0.1 * empty == pytest.approx(16.3)
    assert round(100 * 0.1 * empty / (7 + 0.1 * empty)) == 57


def test_weighted_cross_entropy_divides_by_the_sum_of_the_weights() -> None:
    logits = torch.randn(100, 4, generator=torch.Generator().manual_seed(0))
    target = torch.cat([torch.tensor([0, 1, 2, 0, 1, 2, 0]), torch.full((93,), 3)])
    weight = torch.tensor([1.0, 1.0, 1.0, 0.1])
    each = weight[target] * nn.functional.cross_entropy(logits, target, reduction="none")
    torch.testing.assert_close(nn.functional.cross_entropy(logits, target, weight), each.sum() / 16.3)


def test_normalising_on_each_rank_weights_ranks_not_objects() -> None:
    losses = [np.array([6.0]), np.array([2.0, 2.0, 2.0])]  # per object, on two ranks
    assert np.mean([rank.sum() / len(rank) for rank in losses]) == 4
    objects_per_rank = 4 / 2  # the count of all ranks, divided by their number, as gradients are averaged
    assert np.mean([rank.sum() / objects_per_rank for rank in losses]) == np.concatenate(losses).mean() == 3


def test_l1_counts_a_small_box_a_tenth() -> None:
    large, small = (0.1 * width for width in (0.5, 0.05))
    assert (large, small) == pytest.approx((0.05, 0.005))


@pytest.mark.parametrize("scale", [0.01, 1.0, 7.0])
def test_giou_of_the_example_at_any_scale(scale: float) -> None:
    a, b = torch.tensor([0.0, 0, 2, 2]), torch.tensor([1.0, 1, 3, 3])
    value = giou(scale * a, scale * b).item()
    assert value == pytest.approx(-5 / 63, abs=1e-6)
    assert value == pytest.approx(1 / 7 - 2 / 9, abs=1e-6)
    assert round(value, 3) == -0.079


def test_giou_bounds_and_disjoint_boxes() -> None:
    box = torch.tensor([0.0, 0, 1, 1])
    assert giou(box, box) == 1
    values = []
    for gap in (1.0, 3.0, 30.0, 3000.0):
        other = (box + torch.tensor([gap, 0, gap, 0])).requires_grad_()
        value = giou(box, other)
        assert value.item() == pytest.approx(2 / (gap + 1) - 1, abs=1e-6)
        (slope,) = torch.autograd.grad(value, other)
        assert slope[0] + slope[2] < 0  # moving away lowers it
        values.append(value.item())
    assert values == sorted(values, reverse=True)
    assert -1 < values[-1] < -0.99


def test_giou_is_blind_to_the_place_of_a_contained_box() -> None:
    outer = torch.tensor([0.0, 0, 4, 4])
    shift = torch.zeros(2, requires_grad=True)
    inner = torch.tensor([1.0, 0.5, 2, 2.5]) + torch.cat([shift, shift])
    value = giou(outer, inner)
    assert value.item() == pytest.approx(2 / 16)  # the IoU
    torch.testing.assert_close(torch.autograd.grad(value, shift)[0], torch.zeros(2))


def test_center_size_card() -> None:
    inner, outer = 0.3 * 0.3, 0.6 * 0.6
    assert inner / outer == pytest.approx(0.25)
    assert inner == pytest.approx(0.09)


def test_giou_and_cost_of_the_note(note_function: Callable[[str, str], Any]) -> None:
    of_note, corners = note_function(NOTE, "giou"), note_function(NOTE, "corners")
    boxes = np.random.default_rng(0).uniform(0.1, 0.6, (20, 4))
    for a, b in itertools.pairwise(boxes.tolist()):
        expected = giou(*(torch.tensor(corners(box), dtype=torch.float64) for box in (a, b)))
        assert of_note(a, b) == pytest.approx(expected.item())
    cost = note_function(NOTE, "cost")
    cat = ("cat", (0.3, 0.5, 0.4, 0.4))
    assert cost(cat, ({"cat": 0.0}, (0.3, 0.5, 0.4, 0.5))) == pytest.approx(0.9)
    assert cost(cat, ({"cat": 0.0}, (0.4, 0.5, 0.4, 0.4))) == pytest.approx(1.3)
    table = np.array([[0.3, 0.5, 4.53], [4.4, 3.11, 0.8]])
    assert cheapest(table)[1] == (0, 2)
    assert table.argmin(axis=0).tolist() == [0, 0, 1]


def decoder_layer() -> nn.TransformerDecoderLayer:
    torch.manual_seed(0)
    return nn.TransformerDecoderLayer(16, 2, dim_feedforward=32, dropout=0.0, batch_first=True).eval()


def test_equal_queries_give_equal_slots_and_order_does_not_matter() -> None:
    layer = decoder_layer()
    queries, memory = torch.randn(1, 5, 16), torch.randn(1, 9, 16)
    queries[0, 1] = queries[0, 0]
    out = layer(queries, memory)
    torch.testing.assert_close(out[0, 1], out[0, 0])
    assert not torch.allclose(out[0, 2], out[0, 0])
    order = torch.tensor([3, 0, 4, 1, 2])
    torch.testing.assert_close(layer(queries[:, order], memory), out[:, order])


def test_first_self_attention_gives_every_slot_the_same() -> None:
    attention = decoder_layer().self_attn
    queries, content = torch.randn(1, 5, 16), torch.zeros(1, 5, 16)
    out = attention(queries, queries, content)[0][0]
    torch.testing.assert_close(out, out[:1].expand_as(out))


def test_tokens_and_attention_costs() -> None:
    height, width = 800, 1216
    tokens = [height // stride * (width // stride) for stride in (8, 16, 32)]
    coarsest = math.ceil(25 / 2) * math.ceil(38 / 2)
    assert (*tokens, coarsest) == (15200, 3800, 950, 247)
    assert (tokens[1] / 950, (tokens[1] / 950) ** 2, (tokens[0] / 950) ** 2) == (4, 16, 256)
    total = sum(tokens) + coarsest
    assert total == 20197
    assert total**2 == pytest.approx(4.08e8, rel=1e-3)
    assert round(total**2 / 950**2) == 452
    assert (total * 4 * 4, 950**2) == (323152, 902500)


def test_differences_that_the_text_draws_from_the_table() -> None:
    text = (Path(__file__).parents[2] / "content" / NOTE).read_text(encoding="utf-8")
    rows = {cells[1].strip(): cells for line in text.splitlines() if len(cells := line.split("|")) == 8}
    small, large = (
        float(rows["DETR, 500 epochs"][column]) - float(rows["Faster R-CNN-FPN+"][column])
        for column in (5, 6)
    )
    assert f"${large:+.1f}$ on large objects" in text
    assert f"${small:+.1f}$ on small ones" in text
    alone = {"l1": 35.8, "giou": 39.9}
    both = 40.6
    assert f"alone loses {both - alone['l1']:.1f} AP, GIoU alone {both - alone['giou']:.1f}" in text
    assert round(43.8 - 36.2, 1) == 7.6


def test_offsets_get_gradients_through_bilinear_sampling() -> None:
    features = torch.arange(16.0).reshape(1, 1, 4, 4)
    point = torch.tensor([[[[0.1, -0.2]]]], requires_grad=True)
    nn.functional.grid_sample(features, point, align_corners=False).sum().backward()
    assert point.grad is not None
    assert (point.grad != 0).all()


def test_pixelwise_argmax_is_a_partition() -> None:
    masks = torch.randn(6, 8, 8, generator=torch.Generator().manual_seed(0))
    chosen = nn.functional.one_hot(masks.argmax(0), 6)
    assert (chosen.sum(-1) == 1).all()
