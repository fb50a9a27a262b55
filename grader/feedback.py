"""A verdict as text for a terminal; click strips the colours where there is none."""

import shlex

from click import style

from grader.text import shorten
from grader.verdict import CheckResult, Verdict

_PASSED, _FAILED = "green", "red"
_PRINTED_LINES = 20
_GIST = 100


def render(verdict: Verdict, title: str, path: str | None = None) -> str:
    """Scores, the failed checks (that with the smallest input first, in full), the verdict, what to do next.

    `path` is as the learner gave it.
    """
    scores = " · ".join(f"{name} {score.passed}/{score.total}" for name, score in verdict.groups.items())
    blocks = [f"{style(title, bold=True)}\n{scores}", _failures(verdict), verdict.message, _printed(verdict)]
    blocks.append(_conclusion(verdict, path))
    return "\n\n".join(block for block in blocks if block)


def check_line(check: CheckResult) -> str:
    """One line for a check: its title and, if it failed, the gist of why."""
    if check.outcome == "passed":
        return f"{style('✓', fg=_PASSED)} {check.title}"
    lines = check.message.splitlines() or [""]
    # The last line of a traceback is the one that names the exception.
    gist = lines[-1] if lines[0].startswith("File ") else lines[0]
    told = f"{check.outcome}: {gist.strip()}" if gist else check.outcome
    return f"{_head(check)} — {told if len(told) <= _GIST else told[:_GIST].rstrip() + ' …'}"


def _failures(verdict: Verdict) -> str:
    failed = verdict.failed
    if not failed:
        return ""
    call = verdict.smallest
    first = next((check for check in failed if call and check.id == call.check), failed[0])
    told = f"{first.outcome}: {first.message}" if first.message else first.outcome
    lines = [_head(first), _indent(told)]
    if first.given:
        is_smallest = call is not None and len(failed) > 1
        lines.append(_indent(f"{'smallest failing input' if is_smallest else 'given'}: {first.given}"))
    return "\n".join(lines + [_other_line(check, first) for check in failed if check is not first])


def _other_line(check: CheckResult, first: CheckResult) -> str:
    if check.outcome == first.outcome and check.message == first.message:
        return f"{_head(check)} — {check.outcome}, as above"
    return check_line(check)


def _head(check: CheckResult) -> str:
    marks = [check.group] + ["instrumented"] * (check.kind == "instrumented")
    return f"{style('✗', fg=_FAILED)} {check.title} ({', '.join(marks)})"


def _conclusion(verdict: Verdict, path: str | None) -> str:
    name = verdict.verdict.capitalize()
    lines = [style(name, fg=_PASSED if verdict.accepted else _FAILED, bold=True)]
    if verdict.diagnosis:
        lines.append(f"{style('Likely mistake:', bold=True)} {verdict.diagnosis}")
    excused = sum(check.is_excused for check in verdict.checks)
    skipped = sum(check.outcome == "not run" for check in verdict.checks) - excused
    if skipped:
        lines.append(f"{skipped} checks were not run.")
    if excused:
        told = "check that needs a GPU was" if excused == 1 else "checks that need a GPU were"
        lines.append(f"{excused} {told} not run: there is none here.")
    lines += verdict.information
    if not verdict.accepted:
        lines += _next_steps(verdict, f" {shlex.quote(path)}" if path else "")
    missing = [each.removeprefix("missing: ") for each in verdict.sandbox if each.startswith("missing: ")]
    if missing:
        lines.append(style(f"The sandbox is incomplete: {'; '.join(missing)}.", dim=True))
    lines += [style(each, bold=True) for each in verdict.sandbox if each.startswith("unofficial")]
    return "\n".join(lines)


def _next_steps(verdict: Verdict, where: str) -> list[str]:
    steps = [f"Again with the same inputs: grader check {verdict.exercise}{where} --seed {verdict.nonce}"]
    if verdict.smallest:
        steps.append(f"The smallest failing input as a script: grader repro {verdict.exercise}")
    if verdict.verdict != "internal error":
        steps.append(f"Stuck? grader hint {verdict.exercise}")
    return steps


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
