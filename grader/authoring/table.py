"""Reports as text for a terminal; click strips the colours where there is none."""

import os
import shlex
from collections.abc import Iterator
from itertools import groupby

from click import style

from grader.authoring.report import Breach, ExerciseReport, MutantReport, Report

_HEAD = ["exercise", "checks", "accepted", "rejected", "nonces", "slowest CPU", "time", "result"]
_MUTANT_HEAD = ["exercise", "mutants", "killed", "equivalent", "survivors", "not tried", "time", "result"]


def render(report: Report[ExerciseReport]) -> str:
    """A line for each exercise, then every breach in plain words with the command that replays it."""
    lines = _table([_HEAD, *(_row(each) for each in report.exercises)])
    return "\n\n".join([lines, *(_breaches(each) for each in report.exercises if each.breaches)])


def render_mutants(report: Report[MutantReport]) -> str:
    """A line for each exercise, then its survivors, what was not tried for want of time, and its breaches."""
    lines = _table([_MUTANT_HEAD, *(_mutant_row(each) for each in report.exercises)])
    return "\n\n".join([lines, *(_findings(each) for each in report.exercises if not each.sound)])


def _table(rows: list[list[str]]) -> str:
    """The first row is the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


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
    return _count(len(report.breaches), "breach")


def _mutant_row(report: MutantReport) -> list[str]:
    return [
        report.exercise,
        str(report.mutants),
        str(report.killed),
        str(report.equivalent),
        str(len(report.survivors)),
        str(len(report.not_tried)),
        f"{report.seconds:.0f} of {report.budget:g} s",
        _mutant_result(report),
    ]


def _mutant_result(report: MutantReport) -> str:
    if report.sound:
        return "ok" if report.judged else "cached"
    counts = ((len(report.survivors), "survivor"), (len(report.breaches), "breach"))
    told = [_count(number, noun) for number, noun in counts if number]
    return ", ".join([*told, "unfinished"] if report.not_tried else told)


def _count(number: int, noun: str) -> str:
    plural = "es" if noun.endswith("ch") else "s"
    return f"{number} {noun}" if number == 1 else f"{number} {noun}{plural}"


def _findings(report: MutantReport) -> str:
    breaches = (line for breach in report.breaches for line in _entry(report.exercise, breach))
    lines = [*_survivors(report), *_not_tried(report), *breaches]
    return "\n".join([style(report.exercise, bold=True), *lines])


def _survivors(report: MutantReport) -> Iterator[str]:
    for each in report.survivors:
        number = f" (occurrence {each.occurrence})" if each.occurrence > 1 else ""
        yield f"{style('✗', fg='red')} {each.where}:{each.line} survives{number}"
        yield f"    - {each.original}"
        yield f"    + {each.mutated}"
    if report.survivors:
        yield "Add a check that fails them. What keeps the contract belongs in mutants.toml, with the reason."


def _not_tried(report: MutantReport) -> Iterator[str]:
    if report.not_tried:
        number = _count(len(report.not_tried), "mutant")
        yield f"… {number} not tried within {report.budget:g} s; run it again to go on, or raise --budget:"
    for where, changes in groupby(report.not_tried, key=lambda each: each.where):
        lines = [str(each.line) for each in changes]
        yield f"    {where}: {len(lines)}, in line {', '.join(dict.fromkeys(lines))}"


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
