"""The commands of `studyapp`. Each imports what it needs when it runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from studyapp.paths import find_places

if TYPE_CHECKING:
    from studyapp.deck.sync import SyncReport
    from studyapp.study.opening import Study


@dataclass(frozen=True, slots=True)
class _Options:
    deck: Path | None
    workspace: Path | None


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--deck", type=click.Path(path_type=Path), help="The deck file. [env: STUDYAPP_DECK]")
@click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    help="The folder for your solutions. [env: STUDYAPP_WORKSPACE]",
)
@click.pass_context
def main(context: click.Context, deck: Path | None, workspace: Path | None) -> None:
    """Study for machine-learning interviews. Without a command, the app opens."""
    context.obj = _Options(deck, workspace)
    if context.invoked_subcommand is None:
        from studyapp.tui.app import run

        context.exit(run(deck, workspace))


@main.command()
@click.pass_obj
def due(options: _Options) -> None:
    """Say in one line what is left for today."""
    from studyapp.due import print_due

    print_due(options.deck)


@main.command("sync-notes")
@click.pass_obj
def sync_notes(options: _Options) -> None:
    """Bring the deck up to date with the notes."""
    with _study(options) as (study, report):
        click.echo(
            f"{report.added} cards added, {report.changed} changed, {report.retired} retired, "
            f"{report.restored} restored"
        )
        for warning in study.warnings:
            click.echo(warning, err=True)


@main.command("set")
@click.argument("name", required=False)
@click.argument("value", required=False)
@click.pass_obj
def set_(options: _Options, name: str | None, value: str | None) -> None:
    """Show the schedule's settings, or change one from now on.

    VALUE is a number, or a list such as '[1, 10]'. Changes are part of your history, so that a deck on
    another machine schedules alike.
    """
    with _study(options) as (study, _):
        if name is not None and value is not None:
            try:
                study.deck.change_setting(name, json.loads(value))
            except ValueError as error:
                raise click.UsageError(f"{name} was not changed: {error}.") from None
        shown = study.deck.settings.as_dict()
        if name is not None and name not in shown:
            raise click.UsageError(f"There is no setting {name!r}; there are {', '.join(shown)}.")
        for key in shown if name is None else (name,):
            setting = shown[key]
            click.echo(f"{key} = {json.dumps(setting)}")


@main.group()
def notes() -> None:
    """Check notes, and read them."""


@notes.command("lint")
@click.argument("paths", metavar="[FOLDER]...", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.pass_context
def lint_notes(context: click.Context, paths: tuple[Path, ...]) -> None:
    """Say what should be put right in the notes of each FOLDER (or file).

    Without FOLDER: the shipped notes and those in your configuration. `requires` may name shipped notes from
    anywhere. A note with an `area` is expected to have sources and ids, one with a `title_zh` a translation
    beside it (NAME.zh.md). Exits with 1 when there is something to put right.
    """
    from studyapp.config import ConfigError
    from studyapp.errors import StudyError
    from studyapp.study.reading import check_notes

    try:
        findings = check_notes(paths, find_places())
    except (StudyError, ConfigError) as error:
        raise click.ClickException(str(error)) from None
    for problem in findings.problems:
        click.echo(str(problem))
    click.echo(findings.summary())
    context.exit(1 if findings.problems else 0)


@notes.command("render")
@click.argument("topic", metavar="ID")
@click.option("--zh", is_flag=True, help="In Chinese.")
def render_note(topic: str, zh: bool) -> None:
    """Print the note with this id, its formulas drawn and its cards answered."""
    from studyapp.config import ConfigError
    from studyapp.errors import StudyError
    from studyapp.printing import note_lines, print_lines
    from studyapp.study.reading import find_note

    try:
        note = find_note(topic, find_places(), zh=zh)
    except (StudyError, ConfigError) as error:
        raise click.ClickException(str(error)) from None
    print_lines(note_lines(note))


@contextmanager
def _study(options: _Options) -> Iterator[tuple[Study, SyncReport]]:
    from studyapp.clock import system_clock
    from studyapp.errors import StudyError
    from studyapp.study.opening import open_study

    try:
        study, report = open_study(find_places(options.deck, options.workspace), system_clock)
        try:
            yield study, report
        finally:
            study.deck.close()
    except StudyError as error:
        raise click.ClickException(str(error)) from None
