"""The commands of `grader` for authors."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from grader.authoring.mutants import verify_mutants
from grader.authoring.pool import Progress
from grader.authoring.report import Report
from grader.authoring.scaffold import ScaffoldError, scaffold
from grader.authoring.table import render, render_mutants
from grader.authoring.verify import verify
from grader.catalog import Catalog, CatalogError, UnknownExercise

_NONCES = 2
_BUDGET = 600


class _Problem(click.ClickException):
    """Something to tell the author in plain words."""

    exit_code = 2


class _InternalProblem(_Problem):
    """Something that is not the author's fault."""

    exit_code = 3


@click.command("new")
@click.argument("exercise_id", metavar="ID")
@click.option("--topic", help="Id of the topic that it belongs to.")
@click.option("--torch", is_flag=True, help="Its functions take and return tensors.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with exercises/ and solutions/ [default: those of this installation].",
)
def new_command(exercise_id: str, topic: str | None, torch: bool, into: Path | None) -> int:
    """Lay out a new exercise, to be filled in."""
    try:
        catalog = Catalog(into / "exercises", into / "solutions") if into else Catalog.default()
        created = scaffold(exercise_id, catalog=catalog, topic=topic, torch=torch)
    except ScaffoldError as error:
        raise _Problem(str(error)) from error
    except CatalogError as error:
        raise _InternalProblem(str(error)) from error
    except OSError as error:
        raise _Problem(f"The exercise could not be created; nothing was left behind: {error}") from error
    for folder in created:
        click.echo(f"Created {folder}")
    click.echo(f"Begin with its README.md; `grader verify {exercise_id}` says what is still to be written.")
    return 0


@click.command("verify")
@click.argument("exercise_ids", metavar="[ID]...", nargs=-1)
@click.option(
    "--nonces",
    type=click.IntRange(1),
    help=f"Judge each program under the nonces 1 to N [default: {_NONCES}].",
)
@click.option("--mutants", is_flag=True, help="Instead, judge mutants of the accepted programs.")
@click.option(
    "--budget",
    type=click.IntRange(1),
    help=f"Seconds after which no mutant of an exercise is begun [default: {_BUDGET}].",
)
@click.option("--jobs", type=click.IntRange(1), help="Verdicts at once [default: one for each processor].")
@click.option("--no-cache", is_flag=True, help="Prove again what was already proved.")
def verify_command(
    exercise_ids: tuple[str, ...],
    nonces: int | None,
    mutants: bool,
    budget: int | None,
    jobs: int | None,
    no_cache: bool,
) -> int:
    """Prove exercises sound (all, unless some are named)."""
    if mutants and nonces:
        raise click.UsageError("--nonces goes without --mutants: a mutant is judged under one nonce.")
    if budget and not mutants:
        raise click.UsageError("--budget goes with --mutants.")
    try:
        catalog = Catalog.default()
        names = exercise_ids or catalog.ids()
        if not names:
            raise _Problem(f"There are no exercises in {catalog.exercises}.")
        common: dict[str, Any] = {
            "jobs": jobs or os.cpu_count() or 1,
            "catalog": catalog,
            "cache": not no_cache,
            "on_progress": _show if sys.stderr.isatty() else None,
        }
        if mutants:
            found = verify_mutants(names, budget=budget or _BUDGET, **common)
            told, code = render_mutants(found), _exit_code(found)
        else:
            report = verify(names, nonces=nonces or _NONCES, **common)
            told, code = render(report), _exit_code(report)
    except UnknownExercise as error:
        raise _Problem(str(error)) from error
    except (CatalogError, OSError) as error:
        raise _InternalProblem(str(error)) from error
    finally:
        _clear_line()
    click.echo(told, color=False if os.environ.get("NO_COLOR") else None)
    return code


def _exit_code(report: Report[Any]) -> int:
    if report.internal:
        return _InternalProblem.exit_code
    return 0 if report.sound else 1


def _show(progress: Progress) -> None:
    subject = f"{progress.exercise} · {progress.program}"
    click.echo(f"\r\033[K{progress.done}/{progress.total} · {subject[:60]}", nl=False, err=True)


def _clear_line() -> None:
    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)
