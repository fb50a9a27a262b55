"""The commands of `grader` that click parses."""

import os
import sys
from pathlib import Path

import click
import msgspec

from grader import cli, listing
from grader.catalog import Catalog, CatalogError, UnknownExercise
from grader.checking import check
from grader.client import MAX_SEED, SubmissionFileError, read_submission
from grader.explaining import explanation, give_up, is_open
from grader.feedback import render
from grader.hints import all_hints, next_hint
from grader.resources import data_folder
from grader.verdict import CheckResult, Verdict
from grader.workspace import record, start, workspace_path

_INTERRUPTED = 130
_FOR_AUTHORS = ("new", "verify")
_exercise = click.argument("exercise_id", metavar="ID")
_path = click.argument("path", required=False, type=click.Path(path_type=Path))
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
    except click.ClickException as error:
        return _tell(error)
    except (UnknownExercise, SubmissionFileError) as error:
        return _tell(Problem(str(error)))
    except BrokenPipeError:
        raise
    except (CatalogError, OSError) as error:
        return _tell(InternalProblem(str(error)))
    except click.Abort:
        click.echo("Stopped. Nothing was recorded.", err=True)
        return _INTERRUPTED


def _tell(error: click.ClickException) -> int:
    error.show()
    return error.exit_code


class _Commands(click.Group):
    """Lists its commands in the order in which one meets them; those for authors are loaded when needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(dict.fromkeys([*self.commands, *_FOR_AUTHORS]))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _FOR_AUTHORS and cmd_name not in self.commands:
            from grader.authoring import commands

            self.add_command(commands.new_command, "new")
            self.add_command(commands.verify_command, "verify")
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def grader() -> None:
    """Judge your programs against hidden tests."""


@grader.command("list")
@_workspace
def list_exercises(workspace: Path | None) -> int:  # noqa: ARG001
    """List the exercises, in the order of study."""
    return cli.write(lambda: listing.list_text(data_folder("exercises")))


@grader.command()
@_exercise
@_workspace
@click.option("--zh", is_flag=True, help="In Chinese.")
def show(exercise_id: str, workspace: Path | None, zh: bool) -> int:  # noqa: ARG001
    """Show the task of an exercise."""
    return cli.write(lambda: listing.prompt(data_folder("exercises"), exercise_id, "zh" if zh else "en"))


@grader.command("start")
@_exercise
@click.option("--fresh", is_flag=True, help="Archive your program and begin anew; hints count from 0.")
@_workspace
def start_exercise(exercise_id: str, fresh: bool, workspace: Path | None) -> int:
    """Create the file to work in."""
    try:
        started = start(exercise_id, fresh=fresh, workspace=workspace)
    except OSError as error:
        raise Problem(f"The file could not be created: {error}") from error
    if started.archived:
        click.echo(f"Your earlier program is now {started.archived}")
    click.echo(f"{'Created' if started.created else 'Kept'} {started.path}")
    return 0


@grader.command("try")
@_exercise
@_path
@click.option("--pdb", is_flag=True, help="Stop in the debugger where an example fails.")
@_workspace
def try_examples(exercise_id: str, path: Path | None, pdb: bool, workspace: Path | None) -> int:
    """Run the public examples in your own Python.

    Prints and the debugger work. It is no verdict: `grader check` judges.
    """
    from grader.trying import run_examples

    exercise = Catalog.default().get(exercise_id)
    file = path or workspace_path(workspace) / f"{exercise.id}.py"
    read_submission(file, exercise.id)
    run_examples(exercise, file, pdb=pdb)


@grader.command("check")
@_exercise
@_path
@click.option("--json", "as_json", is_flag=True, help="Print the whole verdict as JSON.")
@click.option("--seed", type=click.IntRange(0, MAX_SEED), help="Replay the nonce of an earlier verdict.")
@click.option("--cold", is_flag=True, help="Use no daemon: slower, for the same verdict.")
@_workspace
def check_submission(
    exercise_id: str, path: Path | None, as_json: bool, seed: int | None, cold: bool, workspace: Path | None
) -> int:
    """Judge your program (the file in the workspace, or PATH)."""
    exercise = Catalog.default().get(exercise_id)
    try:
        verdict = check(exercise_id, path, seed=seed, workspace=workspace, on_check=_Progress(), cold=cold)
    finally:
        _clear_line()
    _record(workspace_path(workspace), verdict, path)
    if as_json:
        click.echo(msgspec.json.encode(verdict).decode())
    else:
        text = render(verdict, exercise.title, str(path) if path else None)
        click.echo(text, color=_color())
    return _exit_code(verdict)


@grader.command("watch")
@click.argument("exercise_id", metavar="[ID]", required=False)
@_workspace
def watch_program(exercise_id: str | None, workspace: Path | None) -> None:
    """Judge your program on each save.

    Without ID it is the program that you saved last. Ctrl-C ends.
    """
    from grader.watch import watch

    folder = workspace_path(workspace)
    catalog = Catalog.default()
    exercises = [catalog.get(exercise_id)] if exercise_id else catalog.order()
    if not folder.is_dir():
        name = exercise_id or "ID"
        raise Problem(
            f"There is no folder {folder} yet. `grader start {name}` creates your first file there."
        )
    watch(exercises, catalog, folder)


@grader.command()
@_exercise
@_workspace
def repro(exercise_id: str, workspace: Path | None) -> int:
    """Write the smallest failing input as a script.

    It comes from the last verdict of `grader check` or `grader watch`.
    """
    from grader.repro import NothingToReproduce, write_repro

    try:
        script = write_repro(exercise_id, workspace=workspace)
    except NothingToReproduce as error:
        raise Problem(str(error)) from error
    except OSError as error:
        raise Problem(f"The script could not be written: {error}") from error
    click.echo(f"Wrote {script}\nRun it with: python {script}")
    return 0


@grader.command()
@_exercise
@_workspace
def hint(exercise_id: str, workspace: Path | None) -> int:
    """Show the next hint. A pass with hints counts as hard."""
    try:
        found = next_hint(exercise_id, workspace=workspace)
    except OSError as error:
        raise Problem(f"The hint could not be counted, so it is not shown: {error}") from error
    if found:
        click.echo(f"Hint {found.number} of {found.total}\n\n{found.text}")
        return 0
    hints = all_hints(exercise_id)
    click.echo("You have seen every hint:" if hints else "This exercise has no hints.")
    for each in hints:
        click.echo(f"\nHint {each.number} of {each.total}\n\n{each.text}")
    return 0


@grader.command()
@_exercise
@click.option("--give-up", "gives_up", is_flag=True, help="Give the exercise up without being asked.")
@_workspace
def explain(exercise_id: str, gives_up: bool, workspace: Path | None) -> int:
    """Show the solution, after a pass or a give-up.

    Giving up is recorded; without a terminal to ask on, --give-up says that you mean it.
    """
    solution = explanation(exercise_id)
    if not is_open(exercise_id, workspace=workspace):
        _confirm_give_up(exercise_id, gives_up)
        try:
            give_up(exercise_id, workspace=workspace)
        except OSError as error:
            raise Problem(f"Giving up could not be recorded, so nothing is shown: {error}") from error
    head = f"{solution.text}\n\n## An accepted program: {solution.program_name}\n"
    click.echo_via_pager(f"{head}\n```python\n{solution.program}\n```\n")
    return 0


@grader.command("doctor")
def doctor_command() -> int:
    """Try the walls around a program on this machine."""
    from grader.doctor import doctor

    return doctor()


def _record(workspace: Path, verdict: Verdict, path: Path | None) -> None:
    try:
        record(workspace, verdict, path)
    except OSError as error:
        click.echo(f"The verdict could not be added to the journal in {workspace}: {error}", err=True)


def _confirm_give_up(exercise_id: str, gives_up: bool) -> None:
    if gives_up:
        return
    told = f"You have not passed {exercise_id} since you started it."
    if not sys.stdin.isatty():
        raise Problem(f"{told} `grader explain {exercise_id} --give-up` gives it up and shows the solution.")
    click.confirm(f"{told} Reading the solution counts as giving up. Give up?", abort=True)


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


def _color() -> bool | None:
    return False if os.environ.get("NO_COLOR") else None


def _exit_code(verdict: Verdict) -> int:
    if verdict.verdict == "internal error":
        return InternalProblem.exit_code
    return 0 if verdict.accepted else 1
