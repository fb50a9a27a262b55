"""The facts of the note on OadTR, computed."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

NOTE = "video/oadtr.md"


def masked_attention(x: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
    scores = (x @ x.T).masked_fill(~allowed, -math.inf)
    return scores.softmax(-1) @ x


def test_average_precisions_of_the_example(note_function: Callable[[str, str], Any]) -> None:
    average_precision = note_function(NOTE, "average_precision")
    ranked = [1, 0, 0, 1, *[0] * 6]
    assert average_precision(ranked) == pytest.approx((1 + 2 / 4) / 2)
    assert average_precision(ranked, calibrated=True) == pytest.approx((1 + 8 / (8 + 2)) / 2)


@pytest.mark.parametrize("fraction", [0.02, 0.1, 0.5])
def test_random_scores_give_the_positive_fraction_and_one_half(
    fraction: float, note_function: Callable[[str, str], Any]
) -> None:
    average_precision = note_function(NOTE, "average_precision")
    ranked = list(np.random.default_rng(0).permutation(20000) < 20000 * fraction)
    assert average_precision(ranked) == pytest.approx(fraction, abs=0.03)
    assert average_precision(ranked, calibrated=True) == pytest.approx(0.5, abs=0.03)
    w = (1 - fraction) / fraction
    assert w * fraction / (w * fraction + 1 - fraction) == pytest.approx(0.5)


def test_trn_runs_its_cells_in_sequence() -> None:
    calls = 0
    for _ in range(64):
        calls += 8  # temporal decoder, fed with its own predictions
        calls += 1  # accumulator, waits for the decoder and for the previous state
    assert calls == 64 * (8 + 1) == 576


def test_gradients_of_both_losses_reach_the_decoder_outputs() -> None:
    generator = torch.Generator().manual_seed(0)
    token = torch.randn(4, generator=generator)
    outputs = torch.randn(3, 4, generator=generator, requires_grad=True)
    classify, anticipate = torch.randn(5, 8, generator=generator), torch.randn(5, 4, generator=generator)
    present = nn.functional.cross_entropy(classify @ torch.cat([token, outputs.mean(0)]), torch.tensor(2))
    future = nn.functional.cross_entropy(outputs @ anticipate.T, torch.tensor([0, 1, 4]))
    for loss in (present, future):
        (gradient,) = torch.autograd.grad(loss, outputs)
        assert (gradient.abs().sum(1) > 0).all()


def test_loss_of_the_example() -> None:
    assert -math.log(0.5) == pytest.approx(0.693, abs=5e-4)
    assert -math.log(0.25) == pytest.approx(1.386, abs=5e-4)
    assert -math.log(0.5) + 0.5 * (-math.log(0.5) - math.log(0.25)) / 2 == pytest.approx(1.213, abs=5e-4)


def test_weights_of_encoder_and_decoder() -> None:
    d = 1024
    encoder = nn.TransformerEncoderLayer(d, 8, dim_feedforward=d)
    decoder = nn.TransformerDecoderLayer(d, 4, dim_feedforward=d)
    weights = [sum(p.numel() for p in layer.parameters() if p.dim() == 2) for layer in (encoder, decoder)]
    assert weights == [6 * d * d, 10 * d * d]
    assert 5 * weights[1] / 1e6 == pytest.approx(52, abs=0.5)
    for feature in (3072, 4096):
        total = 3 * weights[0] + 5 * weights[1] + feature * d
        assert total / 1e6 == pytest.approx(75, abs=0.7)


def test_multiply_adds_of_one_prediction(note_function: Callable[[str, str], Any]) -> None:
    multiply_adds = note_function(NOTE, "multiply_adds")
    assert sum(multiply_adds()) / 1000 == pytest.approx(2.5, abs=0.05)
    assert sum(multiply_adds(feature=4096)) == pytest.approx(2513.5, rel=0.02)  # arXiv:2201.06268, MFLOPs
    n, d = 65, 1024
    assert 2 * n * n * d / (6 * n * d * d + 2 * n * n * d) == pytest.approx(0.02, abs=0.002)


@pytest.mark.parametrize("window", [1, 2, 3, 9])
def test_mask_of_the_note_hides_the_future_and_limits_the_memory(
    window: int, note_function: Callable[[str, str], Any]
) -> None:
    allowed = note_function(NOTE, "causal_history_mask")(7, window)
    for i in range(7):
        for j in range(7):
            assert bool(allowed[i, j]) == (i - window < j <= i)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_memory_grows_with_the_layers(layers: int, note_function: Callable[[str, str], Any]) -> None:
    length, window = 20, 4
    allowed = note_function(NOTE, "causal_history_mask")(length, window)
    x = torch.randn(length, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    x.requires_grad_()
    y = x
    for _ in range(layers):
        y = masked_attention(y, allowed)
    (gradient,) = torch.autograd.grad(y[-1].sum(), x)
    seen = int((gradient.abs().sum(1) > 0).sum())
    assert seen == layers * (window - 1) + 1


def test_full_attention_changes_old_outputs_and_a_causal_mask_does_not() -> None:
    x = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))
    newest = x.clone()
    newest[-1] += 1
    full, causal = torch.ones(6, 6, dtype=torch.bool), torch.ones(6, 6).tril().bool()
    assert not torch.allclose(masked_attention(x, full)[0], masked_attention(newest, full)[0])
    assert torch.equal(masked_attention(x, causal)[:-1], masked_attention(newest, causal)[:-1])


def test_differences_stated_between_the_reported_numbers() -> None:
    assert pytest.approx(1.0) == 57.8 - 56.8
    assert 64 / 4 == 16
    assert round(673 / 10.6) == 63  # the factor in the abstract of arXiv:2201.06268
