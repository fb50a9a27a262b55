"""A verdict as text: its groups, the failed checks in the exercise's words, the schedule."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

import grader
from studyapp.deck.attempts import Outcome


def progress_text(results: Sequence[grader.CheckResult]) -> Content:
    """The checks finished so far, the newest last."""
    lines = [Content.styled("Grading …  q cancels", "$foreground-muted")]
    lines += [_mark(result) for result in results]
    return Content("\n").join(lines)


def verdict_text(verdict: grader.Verdict) -> Content:
    """The whole verdict."""
    style = "bold $text-success" if verdict.verdict == "accepted" else "bold $text-error"
    groups = " · ".join(f"{group} {score.passed}/{score.total}" for group, score in verdict.groups.items())
    lines = [Content.assemble((verdict.verdict, style), ("   " + groups, "$foreground-muted"))]
    if verdict.message:
        lines += [Content(""), Content(verdict.message)]
    if verdict.diagnosis:
        lines += [Content(""), Content.assemble(("Likely: ", "bold"), verdict.diagnosis)]
    for result in verdict.failed:
        lines += [Content(""), *_failure(result)]
    if verdict.output:
        lines += [
            Content(""),
            Content.styled("Your program printed", "bold"),
            Content(verdict.output.rstrip()),
        ]
    return Content("\n").join(lines)


def outcome_text(outcome: Outcome, today: int) -> Content:
    """What a pass means: its rating, when the exercise returns, which cards it credits."""
    assert outcome.rating is not None
    days = (outcome.memory.due_day or today) - today
    text = f"Counts as {outcome.rating.name.lower()}; it returns in {days} d."
    if outcome.credited:
        text += f" {outcome.credited} card{'s' if outcome.credited > 1 else ''} that it used may wait longer."
    return Content.styled(text, "$text-success")


def _mark(result: grader.CheckResult) -> Content:
    passed = result.outcome == "passed"
    return Content.assemble(
        ("✓ " if passed else "✗ ", "$text-success" if passed else "$text-error"), result.title
    )


def _failure(result: grader.CheckResult) -> list[Content]:
    lines = [_mark(result)]
    if result.outcome != "wrong answer":
        lines[0] = lines[0] + Content.styled(f"  ({result.outcome})", "$foreground-muted")
    lines += [Content(f"  {line}") for line in result.message.splitlines()]
    if result.given:
        lines.append(Content.styled(f"  given {result.given}", "$foreground-muted"))
    return lines
