"""A report as text for a terminal; click strips the colours where there is none."""

import os
import shlex
from collections.abc import Iterator

from click import style

from grader.authoring.report import Breach, ExerciseReport, Report

_HEAD = ["exercise", "checks", "accepted", "rejected", "nonces", "slowest CPU", "time", "result"]


def render(report: Report) -> str:
    """A line for each exercise, then every breach in plain words with the command that replays it."""
    rows = [_HEAD, *(_row(each) for each in report.exercises)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [_line(row, widths) for row in rows]
    blocks = ["\n".join(lines), *(_breaches(each) for each in report.exercises if each.breaches)]
    return "\n\n".join(blocks)


def _row(report: ExerciseReport) -> list[str]:
    return [
        report.exercise,
        str(report.checks or "–"),
        _score(report.accepted),
        _score(report.rejected),
        f"1–{report.nonces}" if report.nonces > 1 else "1",
        f"{report.slowest_cpu:.2f} of {report.cpu_limit:g} s" if report.slowest_cpu else "–",
        f"{report.seconds:.0f} s",
        _result(report),
    ]


def _score(score: tuple[int, int]) -> str:
    return f"{score[0]}/{score[1]}"


def _result(report: ExerciseReport) -> str:
    if report.sound:
        return "cached" if report.cached else "ok"
    return "1 breach" if len(report.breaches) == 1 else f"{len(report.breaches)} breaches"


def _line(row: list[str], widths: list[int]) -> str:
    first, *numbers, result = row
    cells = [f"{first:<{widths[0]}}"]
    cells += [f"{cell:>{width}}" for cell, width in zip(numbers, widths[1:-1], strict=True)]
    if result != _HEAD[-1]:
        result = style(result, fg="green" if result in ("ok", "cached") else "red")
    return "  ".join([*cells, result])


def _breaches(report: ExerciseReport) -> str:
    entries = (line for breach in report.breaches for line in _entry(report.exercise, breach))
    return "\n".join([style(report.exercise, bold=True), *entries])


def _entry(exercise: str, breach: Breach) -> Iterator[str]:
    yield f"{style('✗', fg='red')} {breach.where}: {breach.message.replace(chr(10), f'{chr(10)}    ')}"
    if breach.nonce is not None:
        path = shlex.quote(_short(breach.path))
        subject = f"{breach.check} with nonce {breach.nonce}" if breach.check else f"nonce {breach.nonce}"
        yield f"    {subject}: grader check {exercise} {path} --seed {breach.nonce}"


def _short(path: str) -> str:
    """Relative to where the author is, when that is no detour."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative
