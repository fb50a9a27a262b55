"""The numbers of worked examples that no check computes."""

import torch

from grader import Catalog


def test_gumbel_softmax_example() -> None:
    prompt = Catalog.default().get("gumbel_softmax").prompt()
    logits = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64).log()
    noisy = logits + torch.tensor([0.5, 1.0, -0.3], dtype=torch.float64)
    soft = noisy.softmax(-1)
    for numbers in (logits, noisy, soft, (noisy / 0.5).softmax(-1)):
        assert " | ".join(f"{number:.4f}" for number in numbers.tolist()) in prompt
    upstream = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)
    gradient = soft * (upstream - soft @ upstream)
    assert f"({', '.join(f'{number:.4f}' for number in gradient.tolist())})" in prompt
