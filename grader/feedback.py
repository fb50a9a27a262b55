"""A verdict as text for a terminal; click strips the colours where there is none."""

import shlex

from click import style

from grader.text import shorten
from grader.verdict import CheckResult, Verdict

_PASSED, _FAILED = "green", "red"
_PRINTED_LINES = 20


def render(verdict: Verdict, title: str, path: str | None = None) -> str:
    """Scores, the failed checks, the verdict and how to get it again; `path` is as the learner gave it."""
    scores = " · ".join(f"{name} {score.passed}/{score.total}" for name, score in verdict.groups.items())
    blocks = [f"{style(title, bold=True)}\n{scores}", _failures(verdict), verdict.message, _printed(verdict)]
    blocks.append(_conclusion(verdict, path))
    return "\n\n".join(block for block in blocks if block)


def _failures(verdict: Verdict) -> str:
    told: set[str] = set()
    entries = []
    for check in verdict.failed:
        entries.append(_failure(check, check.message in told))
        told.add(check.message)
    return "\n".join(entries)


def _failure(check: CheckResult, known: bool) -> str:
    marks = [check.group] + ["instrumented"] * (check.kind == "instrumented")
    head = f"{style('✗', fg=_FAILED)} {check.title} ({', '.join(marks)})"
    message = "(as above)" if known and len(check.message) > 80 else check.message
    lines = [head, _indent(f"{check.outcome}: {message}" if message else check.outcome)]
    if check.given:
        lines.append(_indent(f"given {check.given}"))
    return "\n".join(lines)


def _conclusion(verdict: Verdict, path: str | None) -> str:
    name = verdict.verdict.capitalize()
    lines = [style(name, fg=_PASSED if verdict.accepted else _FAILED, bold=True)]
    if verdict.diagnosis:
        lines.append(f"Likely mistake: {verdict.diagnosis}")
    skipped = sum(check.outcome == "not run" for check in verdict.checks)
    if skipped:
        lines.append(f"{skipped} checks were not run.")
    if not verdict.accepted:
        where = f" {shlex.quote(path)}" if path else ""
        lines.append(
            f"Again with the same inputs: grader check {verdict.exercise}{where} --seed {verdict.nonce}"
        )
    missing = [each.removeprefix("missing: ") for each in verdict.sandbox if each.startswith("missing: ")]
    if missing:
        lines.append(style(f"The sandbox is incomplete: {'; '.join(missing)}.", dim=True))
    return "\n".join(lines)


def _printed(verdict: Verdict) -> str:
    if not verdict.output.strip():
        return ""
    lines = verdict.output.rstrip().splitlines()
    shown = [f"  │ {shorten(line, 200)}" for line in lines[:_PRINTED_LINES]]
    if len(lines) > _PRINTED_LINES:
        shown.append(f"  │ … {len(lines)} lines in all")
    return "\n".join(["Your program printed:", *shown])


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
