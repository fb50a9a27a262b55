"""The facts of the note on softmax over very many classes, computed."""

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy, normalize

NOTE = "face/large_scale_softmax.md"
TEXT = (Path(__file__).parents[2] / "content" / NOTE).read_text(encoding="utf-8")
UNITS = {"MB": 1e6, "GB": 1e9, "GFLOP": 1e9}


def quantity(cell: str) -> float:
    value, unit = cell.split()
    return float(value) * UNITS[unit]


def batch(images: int = 6, classes: int = 10, width: int = 4) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(images, width, generator=generator, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(classes, width, generator=generator, dtype=torch.float64, requires_grad=True)
    labels = torch.randint(classes, (images,), generator=generator)
    return x, weight, labels


def test_gradient_of_the_class_centres_is_dense() -> None:
    x, weight, labels = batch()
    (found,) = torch.autograd.grad(cross_entropy(x @ weight.T, labels), weight)
    residual = (x @ weight.T).softmax(1) - torch.nn.functional.one_hot(labels, len(weight))
    torch.testing.assert_close(found, residual.T @ x / len(x))
    assert (found != 0).all()


def test_costs_of_the_table() -> None:
    rows = re.findall(r"^\| ([\d,]+) \| (.*) \|$", TEXT, re.MULTILINE)
    assert [name for name, _ in rows] == ["10,000", "100,000", "1,000,000", "10,000,000"]
    for name, rest in rows:
        classes, d, images = int(name.replace(",", "")), 512, 512
        weights, states, logits, work = map(quantity, rest.split(" | "))
        assert weights == pytest.approx(4 * classes * d, rel=0.03)
        assert states == pytest.approx(12 * classes * d, rel=0.03)
        assert logits == pytest.approx(4 * images * classes, rel=0.03)
        assert work == pytest.approx(2 * d * classes, rel=0.03)


def test_traffic_and_memory_of_the_examples() -> None:
    weights = 10**6 * 512 * 4
    assert weights / 1e9 == pytest.approx(2.05, abs=0.005)
    assert 3 * weights / 1e9 == pytest.approx(6.1, abs=0.05)
    assert 3 * weights / (25e6 * 4) == pytest.approx(60, abs=2)
    assert 2 * 7 / 8 * weights / 1e9 == pytest.approx(3.6, abs=0.05)
    gathered = 8 * 64 * 512 * 4
    assert gathered == 2**20
    states = 3 * 10**7 * 512 * 4
    assert states / 64 / 1e9 == pytest.approx(0.96, abs=0.005)
    for k in (1, 8, 64):
        logits = (64 * k) * (10**7 // k)
        assert 4 * logits / 1e9 == pytest.approx(2.6, abs=0.05)


@pytest.mark.parametrize("parts", [2, 5])
def test_rows_of_a_split_classifier_need_no_exchange(parts: int) -> None:
    """Maximum and sum per image give each part its probabilities, hence the whole gradient of its rows."""
    x, weight, labels = batch()
    (whole,) = torch.autograd.grad(cross_entropy(x @ weight.T, labels), weight)
    shards = [(x @ part.T).detach() for part in weight.chunk(parts)]
    largest = torch.stack([shard.amax(1) for shard in shards]).amax(0)
    total = torch.stack([(shard - largest[:, None]).exp().sum(1) for shard in shards]).sum(0)
    first = 0
    for shard, rows in zip(shards, whole.chunk(parts), strict=True):
        p = (shard - largest[:, None]).exp() / total[:, None]
        classes = torch.arange(first, first + shard.shape[1])
        own = (p - (labels[:, None] == classes).double()).T @ x.detach() / len(x)
        torch.testing.assert_close(own, rows)
        first += shard.shape[1]


def test_backbone_gradient_needs_the_factor_of_the_world_size() -> None:
    k = 3
    images, weight, labels = batch(images=6)
    backbone = torch.eye(4, dtype=torch.float64, requires_grad=True)
    (whole,) = torch.autograd.grad(cross_entropy(images @ backbone @ weight.T, labels), backbone)
    x = (images @ backbone).detach().requires_grad_()
    (embedding,) = torch.autograd.grad(cross_entropy(x @ weight.T, labels), x)
    local = [part.T @ grad for part, grad in zip(images.chunk(k), embedding.chunk(k), strict=True)]
    averaged = torch.stack(local).mean(0)  # what DDP does
    torch.testing.assert_close(k * averaged, whole)


def test_corrected_sample_estimates_the_normaliser_without_bias() -> None:
    rng = np.random.default_rng(0)
    z, q = rng.standard_normal(20), rng.dirichlet(np.ones(20))
    drawn = rng.choice(20, p=q, size=(20_000, 5))
    estimates = np.exp(z[drawn] - np.log(5 * q[drawn])).sum(axis=1)
    exact = (q * np.exp(z) / q).sum()
    assert exact == pytest.approx(np.exp(z).sum())
    error = estimates.std() / math.sqrt(len(estimates))
    assert abs(estimates.mean() - exact) < 5 * error
    assert np.log(estimates).mean() < math.log(exact)


@pytest.mark.parametrize("share", [0.1, 0.3, 1.0])
def test_sampling_of_the_note(share: float, note_function: Callable[[str, str], Any]) -> None:
    sample = note_function(NOTE, "sample_classes")
    generator = torch.Generator().manual_seed(1)
    labels, counts = torch.tensor([4, 17, 4, 39]), torch.zeros(40)
    for _ in range(2000):
        kept, renamed = sample(labels, 40, share, generator)
        assert torch.equal(kept[renamed], labels)
        assert len(kept) == len(kept.unique()) == max(3, int(40 * share))
        counts[kept] += 1
    negative = torch.ones(40, dtype=torch.bool)
    negative[labels] = False
    expected = 2000 * (max(3, int(40 * share)) - 3) / 37
    assert (counts[~negative] == 2000).all()
    assert (counts[negative] - expected).abs().max() <= 6 * math.sqrt(expected + 1)


def test_missing_correction_is_a_margin() -> None:
    s, r = 64, 0.1
    shift = math.log(1 / r)
    assert shift == pytest.approx(2.3, abs=0.005)
    assert shift / s == pytest.approx(0.036, abs=0.0005)
    assert shift / s / 0.35 == pytest.approx(0.1, abs=0.01)
    positive, negatives = 40.0, torch.full((1000,), 30.0)
    full = torch.cat([torch.tensor([positive]), negatives])
    tenth = torch.cat([torch.tensor([positive - math.log(1 / r)]), negatives[:100]])
    assert full.log_softmax(0)[0].item() == pytest.approx(tenth.log_softmax(0)[0].item(), rel=1e-4)


def test_noise_of_a_uniform_sample() -> None:
    s, d, r, classes = 64, 512, 0.1, 10**6
    variance = s**2 / d
    assert variance == 8
    spread = math.sqrt(math.exp(variance) - 1)  # of a log-normal variable, relative to its mean
    assert spread == pytest.approx(55, abs=0.5)
    error = spread * math.sqrt((1 - r) / (r * classes))
    assert error == pytest.approx(0.16, abs=0.005)
    assert math.log(1 + error) == pytest.approx(0.15, abs=0.005)
    assert math.log(1 + error) / s == pytest.approx(0.002, abs=0.0005)
    directions = normalize(torch.randn(20_000, d, generator=torch.Generator().manual_seed(0)))
    assert (s * directions[:, 0]).var().item() == pytest.approx(variance, rel=0.05)
    population = np.random.default_rng(0).lognormal(0, 1, 1000)
    sums = [np.random.default_rng(i).choice(population, 100, replace=False).sum() for i in range(3000)]
    predicted = population.std() / population.mean() * math.sqrt(0.9 / 100)
    assert np.std(sums) / np.mean(sums) == pytest.approx(predicted, rel=0.05)


def test_momentum_moves_rows_that_were_not_drawn() -> None:
    weight = torch.nn.Parameter(torch.ones(3, 2))
    optimizer = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
    for rows in ([0, 1, 2], [0]):
        before = weight.detach().clone()
        weight.grad = torch.zeros(3, 2)
        weight.grad[rows] = 1
        optimizer.step()
    assert (weight[1:] != before[1:]).all()


def triplet(positive: float, negative: float, margin: float = 0.2) -> float:
    return max(0.0, positive - negative + margin)


def test_triplets_of_the_example() -> None:
    for negative, loss, semi_hard in [(0.4, 0.3, False), (0.6, 0.1, True), (0.8, 0.0, False)]:
        assert triplet(0.5, negative) == pytest.approx(loss)
        assert (0.5 < negative < 0.7) == semi_hard
    triplets = 10**6 * 9 * (10**6 - 10)
    assert triplets / 1e12 == pytest.approx(9, abs=0.01)


def test_squared_distance_and_cosine_on_the_sphere() -> None:
    a, b = normalize(torch.randn(2, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64))
    assert (a - b).square().sum().item() == pytest.approx(2 - 2 * (a @ b).item())
    assert 0.2 / 2 == 0.1


def test_collapsed_embeddings_cost_the_margin_and_have_no_gradient() -> None:
    x = torch.ones(3, 4, requires_grad=True)
    a, p, n = x
    loss = ((a - p).square().sum() - (a - n).square().sum() + 0.2).clamp(min=0)
    (gradient,) = torch.autograd.grad(loss, x)
    assert loss.item() == pytest.approx(0.2)
    assert (gradient == 0).all()


def test_softmax_is_a_smooth_hinge_over_all_centres() -> None:
    x, weight, labels = batch()
    z = x @ weight.T
    others = torch.stack([torch.cat([row[:y], row[y + 1 :]]) for row, y in zip(z, labels, strict=True)])
    hinge = (1 + (others - z.gather(1, labels[:, None])).exp().sum(1)).log()
    torch.testing.assert_close(hinge.mean(), cross_entropy(z, labels))
