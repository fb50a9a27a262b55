"""What `grader watch` paints: one judgement at a time, on a cleared terminal."""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click

from grader.catalog import Catalog, CatalogError, Exercise
from grader.feedback import check_line, render
from grader.progress import course_progress
from grader.verdict import CheckResult, Verdict

_CLEAR = "\033[H\033[2J"


class Screen:
    """Writes to standard output; without a terminal it only appends."""

    def __init__(self, catalog: Catalog, workspace: Path) -> None:
        self._catalog = catalog
        self._workspace = workspace
        self._is_terminal = sys.stdout.isatty()

    def wait(self, exercises: Sequence[Exercise]) -> None:
        """Say what is waited for."""
        self._clear()
        name = exercises[0].id if len(exercises) == 1 else "ID"
        self._write(f"Waiting for a save in {self._workspace} (Ctrl-C ends).")
        self._write(f"No file yet? `grader start {name}` creates one.")

    def begin(self, exercise: Exercise) -> None:
        """A judgement begins."""
        self._clear()
        self._write(f"{self._head(exercise)} · judging …\n")

    def add(self, check: CheckResult) -> None:
        """A check was judged."""
        self._write(check_line(check))

    def show(self, exercise: Exercise, verdict: Verdict, problem: str = "") -> None:
        """The verdict takes the place of the checks; `problem` is told below it."""
        self._clear()
        self._write(f"{self._head(exercise)} · {verdict.verdict} · {verdict.wall_seconds:.1f} s\n")
        self._write(render(verdict, exercise.title))
        self._write(f"\n{self._progress()}{problem}")

    def tell(self, text: str) -> None:
        """Something went wrong."""
        self._write(text)

    def close(self) -> None:
        """Leave the terminal as a program that ended."""
        self._write("")

    def _progress(self) -> str:
        try:
            course = course_progress(workspace=self._workspace, catalog=self._catalog)
        except (CatalogError, OSError) as error:
            return f"Your progress cannot be read: {error}"
        told = f"Course: passed {course.passed} of {course.total}"
        return f"{told} · next: {course.next_exercise}" if course.next_exercise else f"{told} · all done"

    def _head(self, exercise: Exercise) -> str:
        return f"{click.style(exercise.id, bold=True)} · {time.strftime('%H:%M:%S')}"

    def _clear(self) -> None:
        if self._is_terminal:
            self._write(_CLEAR, newline=False)

    def _write(self, text: str, newline: bool = True) -> None:
        click.echo(text, nl=newline, color=False if os.environ.get("NO_COLOR") else None)
