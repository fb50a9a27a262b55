"""`grader doctor`: tries every wall of the sandbox here and says what that means for verdicts."""

import sys

import click

from grader.sandbox import walls
from grader.sandbox.attempts import CALLS, FILES
from grader.sandbox.probe import Probe, probes

_OFFICIAL = (
    "Verdicts made here are official: files, system calls and resources of a submission are fenced in."
)
_UNOFFICIAL = (
    "Verdicts made here are unofficial (they say so in `sandbox`): without Landlock, seccomp and resource "
    "limits a submission can do what you can. Judge only programs that you trust."
)


def doctor() -> int:
    """Print what holds, what does not, and what helps; returns 0 if the base of the sandbox holds, else 1."""
    if sys.platform != "linux":
        click.echo(f"The sandbox needs Linux.\n\n{_UNOFFICIAL}")
        return 1
    try:
        found = probes()
    except (OSError, ValueError) as error:
        click.echo(f"{error}\n\n{_UNOFFICIAL}", err=True)
        return 1
    for probe in found:
        click.echo(_describe(probe))
    broken = [probe for probe in found if not probe.holds]
    holds = walls.base_available() and not any(probe.remedy in (FILES, CALLS) for probe in broken)
    click.echo(f"\n{len(found) - len(broken)} of {len(found)} attempts of a hostile program fail here.")
    for remedy in dict.fromkeys(probe.remedy for probe in broken):
        click.echo(f"To close the gaps: {remedy}")
    click.echo(_OFFICIAL if holds else _UNOFFICIAL)
    return 0 if holds else 1


def _describe(probe: Probe) -> str:
    if probe.holds:
        return f"{click.style('✓', fg='green')} it cannot {probe.name}"
    return f"{click.style('✗', fg='red')} it can {probe.name} ({probe.detail})\n    {probe.consequence}"
