"""The commands of `grader` that click parses."""

import os
import sys
from pathlib import Path

import click
import msgspec

from grader import cli, listing
from grader.catalog import Catalog, CatalogError, UnknownExercise
from grader.client import MAX_SEED, SubmissionFileError, check
from grader.feedback import render
from grader.resources import data_folder
from grader.verdict import CheckResult, Verdict
from grader.workspace import append_verdict, start, workspace_path

_INTERRUPTED = 130
_workspace = click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    help="Folder of your programs [default: $STUDYAPP_WORKSPACE].",
)


class Problem(click.ClickException):
    """Something to tell the user in plain words."""

    exit_code = 2


class InternalProblem(Problem):
    """Something that is not the user's fault."""

    exit_code = 3


def run_command(arguments: list[str]) -> int:
    """Parse and run; returns the exit code."""
    try:
        return int(grader.main(arguments, prog_name="grader", standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo("Stopped. Nothing was recorded.", err=True)
        return _INTERRUPTED


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def grader() -> None:
    """Judge your programs against hidden tests."""


@grader.command("list")
@_workspace
def list_exercises(workspace: Path | None) -> int:  # noqa: ARG001
    """List the exercises, in the order of study."""
    return cli.write(lambda: listing.list_text(data_folder("exercises")))


@grader.command()
@click.argument("exercise_id", metavar="ID")
@_workspace
def show(exercise_id: str, workspace: Path | None) -> int:  # noqa: ARG001
    """Show the task of an exercise."""
    return cli.write(lambda: listing.prompt(data_folder("exercises"), exercise_id))


@grader.command("start")
@click.argument("exercise_id", metavar="ID")
@click.option("--fresh", is_flag=True, help="Archive your program and begin anew.")
@_workspace
def start_exercise(exercise_id: str, fresh: bool, workspace: Path | None) -> int:
    """Create the file to work in."""
    try:
        started = start(exercise_id, fresh=fresh, workspace=workspace)
    except CatalogError as error:
        raise _catalog_problem(error) from error
    except OSError as error:
        raise Problem(f"The file could not be created: {error}") from error
    if started.archived:
        click.echo(f"Your earlier program is now {started.archived}")
    click.echo(f"{'Created' if started.created else 'Kept'} {started.path}")
    return 0


@grader.command("check")
@click.argument("exercise_id", metavar="ID")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the whole verdict as JSON.")
@click.option("--seed", type=click.IntRange(0, MAX_SEED), help="Replay the nonce of an earlier verdict.")
@_workspace
def check_submission(
    exercise_id: str, path: Path | None, as_json: bool, seed: int | None, workspace: Path | None
) -> int:
    """Judge your program (the file in the workspace, or PATH)."""
    try:
        title = Catalog.default().get(exercise_id).title
        verdict = check(exercise_id, path, seed=seed, workspace=workspace, on_check=_Progress())
    except CatalogError as error:
        raise _catalog_problem(error) from error
    except SubmissionFileError as error:
        raise Problem(str(error)) from error
    finally:
        _clear_line()
    _record(workspace_path(workspace), verdict)
    if as_json:
        click.echo(msgspec.json.encode(verdict).decode())
    else:
        text = render(verdict, title, str(path) if path else None)
        click.echo(text, color=False if os.environ.get("NO_COLOR") else None)
    return _exit_code(verdict)


class _Progress:
    """Counts the checks on a terminal's status line."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, check: CheckResult) -> None:
        self._count += 1
        if sys.stderr.isatty():
            click.echo(f"\r\033[K{self._count} checks · {check.title[:60]}", nl=False, err=True)


def _clear_line() -> None:
    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)


def _record(workspace: Path, verdict: Verdict) -> None:
    try:
        append_verdict(workspace, verdict)
    except OSError as error:
        click.echo(f"The verdict could not be added to the journal in {workspace}: {error}", err=True)


def _exit_code(verdict: Verdict) -> int:
    if verdict.verdict == "internal error":
        return InternalProblem.exit_code
    return 0 if verdict.accepted else 1


def _catalog_problem(error: CatalogError) -> Problem:
    return Problem(str(error)) if isinstance(error, UnknownExercise) else InternalProblem(str(error))
