"""The first screen: what is due, the exercise of the day, the streak."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Footer, Static

from studyapp.errors import StudyError
from studyapp.schedule.day import calendar_date
from studyapp.tui.difficulty import difficulty_text
from studyapp.tui.screens.base import StudyScreen

if TYPE_CHECKING:
    from studyapp.deck.queries import Counts
    from studyapp.study.today import Today


class TodayScreen(StudyScreen):
    """Tells what to do today and starts it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,enter,r", "review", "Review", key_display="space"),
        Binding("x", "exercise", "Exercise"),
        Binding("s", "sync", "Read notes again"),
        Binding("q", "app.quit", "Quit"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._eager = False

    def compose(self) -> ComposeResult:
        """The frame, painted before anything is known."""
        yield Static(_heading(calendar_date(self.study_app.clock(0).day)), id="heading")
        with VerticalScroll(id="body"):
            with Container(id="panels"):
                yield Static("opening the deck …", id="cards", classes="panel")
                yield Static("", id="exercise", classes="panel")
            yield Static("", id="notices", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        """Names the panels."""
        self.query_one("#cards").border_title = "Cards"
        self.query_one("#exercise").border_title = "Exercise of the day"

    def on_screen_resume(self) -> None:
        """Counts again after a review or an exercise."""
        self.study_changed()

    def study_changed(self) -> None:
        """Shows the figures as far as they are known."""
        app = self.study_app
        if app.study is not None:
            from studyapp.study.today import today

            try:
                self._show(today(app.study))
            except StudyError as error:
                app.report(error)
                return
            self._show_warnings(app.study.warnings)
        elif app.found is not None:
            self.query_one("#cards", Static).update(_cards(app.found.counts, app.found.streak, None))
        if self._eager and self.is_current:
            self.action_review()

    def action_review(self) -> None:
        """Starts reviewing."""
        from studyapp.tui.screens.review import ReviewScreen

        app = self.study_app
        known = app.study is not None or (app.found is not None and app.found.first is not None)
        # A key pressed before anything is known counts as soon as it is.
        self._eager = not known
        if known:
            self.app.push_screen(ReviewScreen())

    def action_exercise(self) -> None:
        """Opens the exercise of the day."""
        from studyapp.study.today import today
        from studyapp.tui.screens.exercise import ExerciseScreen

        study = self.study_app.study
        if study is None:
            return
        assignment = today(study).assignment
        if assignment is None:
            self.notify("Every exercise is done for now.")
            return
        self.app.push_screen(ExerciseScreen(study, assignment.state.id))

    def action_sync(self) -> None:
        """Reads the notes again."""
        study = self.study_app.study
        if study is None:
            return
        try:
            report = study.sync()
        except StudyError as error:
            self.study_app.report(error)
            return
        self.notify(f"{report.added} added, {report.changed} changed, {report.retired} retired")
        self.study_changed()

    def _show(self, today: Today) -> None:
        self.query_one("#cards", Static).update(
            _cards(today.counts, today.streak, today.next_learning_minutes)
        )
        self.query_one("#exercise", Static).update(_exercise(today))

    def _show_warnings(self, warnings: list[str]) -> None:
        notices = self.query_one("#notices", Static)
        notices.display = bool(warnings)
        notices.border_title = "Please look at this"
        notices.update("\n\n".join(warnings))


def _heading(today: date) -> Content:
    return Content.assemble(
        ("studyapp", "bold $primary"),
        ("  ", ""),
        (f"{today:%A}, {today.day} {today:%B %Y}", "$foreground-muted"),
    )


def _cards(counts: Counts, streak: int, next_learning: int | None) -> Content:
    lines = [_figure(counts.due, "due"), _figure(counts.new, "new"), Content("")]
    if counts.total:
        lines.append(Content.assemble(("space", "bold $primary"), " starts"))
    elif next_learning is not None:
        lines.append(Content(f"Done for now. A card comes back in {next_learning} min."))
    else:
        lines.append(Content("Done for today. Well remembered."))
    lines.append(Content.styled(_streak(streak), "$foreground-muted"))
    return Content("\n").join(lines)


def _figure(number: int, what: str) -> Content:
    return Content.assemble((f"{number:>5}", "bold"), (f"  {what}", "$foreground-muted"))


def _streak(days: int) -> str:
    if days == 0:
        return "A first card starts a streak."
    return f"Streak: {days} day{'s' if days > 1 else ''}"


def _exercise(today: Today) -> Content:
    if today.assignment is None:
        lines = [Content("Every exercise is done for now.")]
    else:
        state = today.assignment.state
        lines = [
            Content.styled(state.title, "bold"),
            Content.styled(today.assignment.reason, "$foreground-muted"),
            Content.styled(f"{today.minutes} min  {difficulty_text(today.difficulty)}", "$foreground-muted"),
            Content(""),
            Content.assemble(("x", "bold $primary"), " opens it"),
        ]
    if today.solved:
        titles = ", ".join(state.title for state in today.solved)
        lines.append(Content.styled(f"Done today: {titles}", "$text-success"))
    elif today.coming is not None and today.assignment is None:
        state, days = today.coming
        lines.append(Content.styled(f"{state.title} returns in {days} d", "$foreground-muted"))
    return Content("\n").join(lines)
