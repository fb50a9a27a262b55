"""The promises of the prompt on small examples."""

from typing import Any

import torch

from grader.suite import assert_frequencies, assert_tensor, violation

PROBABILITIES = [0.2, 0.3, 0.5]


def test_soft_sample(submission: Any) -> None:
    """A soft sample has the logits' shape and sums to 1 along dim"""
    logits = torch.tensor([[0.0, 1.0, 2.0], [3.0, -1.0, 0.0]])
    for dim in (0, 1):
        soft = submission.gumbel_softmax(logits, tau=0.7, dim=dim)
        assert_tensor(soft, like=logits)
        sums = soft.sum(dim)
        assert torch.allclose(sums, torch.ones_like(sums), atol=1e-5), (
            f"the sums along dim={dim} are {sums.tolist()}"
        )


def test_hard_sample(submission: Any) -> None:
    """A hard sample is the one-hot of the soft sample from the same random state"""
    logits = torch.zeros(50, 3)
    soft = submission.gumbel_softmax(logits, generator=torch.Generator().manual_seed(1))
    hard = submission.gumbel_softmax(logits, hard=True, generator=torch.Generator().manual_seed(1))
    assert_tensor(hard, like=logits)
    for soft_row, hard_row in zip(soft, hard, strict=True):
        winner = int(hard_row.argmax())
        one_hot = torch.eye(3)[winner]
        assert torch.allclose(hard_row, one_hot, atol=1e-5), f"{hard_row.tolist()} is not a one-hot row"
        assert soft_row[winner] >= soft_row.max() - 1e-4, (
            f"the soft row {soft_row.tolist()} and the hard row {hard_row.tolist()} have different winners"
        )


def test_winners(submission: Any, torch_rng: torch.Generator) -> None:
    """Each class wins as often as its probability says"""
    logits = torch.tensor(PROBABILITIES).log().expand(20_000, 3).contiguous()
    winners = submission.gumbel_softmax(logits, generator=torch_rng).argmax(-1)
    counts = winners.bincount(minlength=3).tolist()
    assert_frequencies(counts, PROBABILITIES, false_alarm=1e-8, what="winner of a sample")


def test_gradient_of_hard_sample(submission: Any) -> None:
    """Gradients flow through a hard sample"""
    logits = torch.tensor([0.0, 1.0, 2.0], requires_grad=True)
    hard = submission.gumbel_softmax(logits, tau=2.0, hard=True)
    assert hard.requires_grad, "the hard sample carries no gradient (requires_grad is False)"


def test_zero_temperature(submission: Any) -> None:
    """A temperature of 0 is refused"""
    with violation("tau = 0"):
        submission.gumbel_softmax(torch.zeros(3), tau=0.0)
