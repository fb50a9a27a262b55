"""The numbers of worked examples that no check computes, in both languages."""

import math
from pathlib import Path

import pytest
import torch

from grader import Catalog

LANGUAGES = pytest.mark.parametrize("name", ["README.md", "README.zh.md"])


def prompt(exercise_id: str, name: str) -> str:
    return Path(Catalog.default().get(exercise_id).folder, name).read_text(encoding="utf-8")


@LANGUAGES
def test_gumbel_softmax_example(name: str) -> None:
    text = prompt("gumbel_softmax", name)
    logits = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64).log()
    noisy = logits + torch.tensor([0.5, 1.0, -0.3], dtype=torch.float64)
    soft = noisy.softmax(-1)
    for numbers in (logits, noisy, soft, (noisy / 0.5).softmax(-1)):
        assert " | ".join(f"{number:.4f}" for number in numbers.tolist()) in text
    upstream = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)
    gradient = soft * (upstream - soft @ upstream)
    assert f"({', '.join(f'{number:.4f}' for number in gradient.tolist())})" in text


@LANGUAGES
def test_ddim_step_example(name: str) -> None:
    text = prompt("ddim_step", name)
    a_t, a_prev, x_t, eps, noise = 0.36, 0.64, 1.0, 0.5, 1.0
    image = (x_t - (1 - a_t) ** 0.5 * eps) / a_t**0.5
    assert image == pytest.approx(1)
    for eta in (0, 0.5, 1):
        sigma = eta * ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)) ** 0.5
        kept = (1 - a_prev - sigma**2) ** 0.5
        terms = a_prev**0.5 * image, kept, sigma, a_prev**0.5 * image + kept * eps + sigma * noise
        assert f"| {eta} | {' | '.join(f'{term:.4f}' for term in terms)} |" in text
    there = a_prev**0.5 * image + (1 - a_prev) ** 0.5 * eps
    back = a_t**0.5 * (there - (1 - a_prev) ** 0.5 * eps) / a_prev**0.5 + (1 - a_t) ** 0.5 * eps
    assert (there, back) == (pytest.approx(1.1), pytest.approx(1))


@LANGUAGES
def test_arcface_margin_example(name: str) -> None:
    text = prompt("arcface_margin", name)
    embeddings = torch.tensor([[3, 4], [-12, 5], [-4, 3]], dtype=torch.float64)
    weight = torch.tensor([[1, 0], [0, 2], [-3, 0]], dtype=torch.float64)
    cosine = torch.nn.functional.cosine_similarity(embeddings[:, None], weight, dim=-1)
    angle = torch.acos(cosine)
    logits = 10 * cosine
    logits[0, 0], logits[2, 1] = 10 * torch.cos(angle[0, 0] + 0.5), 10 * torch.cos(angle[2, 1] + 0.5)
    assert angle[1, 0] + 0.5 > math.pi
    assert f"it is {logits[1, 0]:.4f}" in text or f"它是 {logits[1, 0]:.4f}" in text
    logits[1, 0] = 10 * (cosine[1, 0] - 0.5 * math.sin(math.pi - 0.5))
    for row, target in zip(logits.tolist(), (0, 0, 1), strict=True):
        cells = [f"[{value:.4f}]" if j == target else f"{value:.4f}" for j, value in enumerate(row)]
        assert " | ".join(cells) in text
    for radians in (angle[0, 0].item(), 0.5, angle[0, 0].item() + 0.5, angle[1, 0].item()):
        assert f"{math.degrees(radians):.1f}^\\circ" in text
