"""Working on an exercise: the prompt, the learner's file in the editor, the verdict."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Footer, Static

import grader
from studyapp.deck import attempts
from studyapp.deck.attempts import ExerciseState, Outcome
from studyapp.errors import StudyError
from studyapp.study.exercises import begin, record_verdict, take_journal
from studyapp.study.opening import Study
from studyapp.tui.difficulty import difficulty_text
from studyapp.tui.screens.base import LANGUAGE_KEYS, StudyScreen
from studyapp.tui.screens.question import QuestionScreen
from studyapp.tui.widgets.card_view import CardView
from studyapp.tui.widgets.verdict_view import outcome_text, progress_text, verdict_text


class ExerciseScreen(StudyScreen):
    """The prompt beside the verdict. Grading runs in a worker and can be cancelled."""

    CSS_PATH = "exercise.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e,enter", "edit", "Edit", key_display="e"),
        Binding("g", "grade", "Grade"),
        Binding("i", "hint", "Hint"),
        Binding("G", "give_up", "Give up"),
        Binding("m", "toggle_math", "TeX"),
        *LANGUAGE_KEYS,
        Binding("tab", "app.focus_next", "Pane"),
        Binding("j", "scroll(1)", "Scroll down", show=False),
        Binding("k", "scroll(-1)", "Scroll up", show=False),
        Binding("h,left", "sideways(-1)", "Scroll left", show=False),
        Binding("l,right", "sideways(1)", "Scroll right", show=False),
        Binding("q,escape", "leave", "Back", key_display="q"),
    ]

    grading: reactive[bool] = reactive(False, bindings=True)

    class Checked(Message):
        """One check of the running verdict is finished."""

        def __init__(self, result: grader.CheckResult) -> None:
            super().__init__()
            self.result = result

    class Judged(Message):
        """The verdict is there."""

        def __init__(self, verdict: grader.Verdict) -> None:
            super().__init__()
            self.verdict = verdict

    class NotJudged(Message):
        """There is no verdict."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    def __init__(self, study: Study, exercise: str) -> None:
        super().__init__()
        self._study = study
        self._exercise = study.catalog.get(exercise)
        self._results: list[grader.CheckResult] = []
        self._cancel = threading.Event()

    def compose(self) -> ComposeResult:
        """Prompt and verdict, side by side where there is room."""
        yield Static("", id="status")
        with Container(id="panes"):
            with VerticalScroll(id="prompt", classes="pane"):
                yield CardView(id="text")
            with VerticalScroll(id="result", classes="pane"):
                yield Static("", id="verdict", markup=False)
                yield CardView(id="hint")
        yield Footer()

    def on_mount(self) -> None:
        """Shows the prompt, what happened so far, and the time."""
        self._show_prompt()
        self._show_status()
        self._show_past()
        self.set_interval(20, self._show_status)

    def on_unmount(self) -> None:
        """A check that still runs is of no use to anybody."""
        self._cancel.set()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Greys out what can't be done now."""
        if action in ("grade", "give_up", "edit", "hint") and self.grading:
            return None
        if action == "give_up":
            return True if self._state().started_at is not None else None
        return super().check_action(action, parameters)

    def language_changed(self) -> None:
        """Shows the task in the other language."""
        self._show_prompt()

    # What keys do

    def action_edit(self) -> None:
        """Opens the learner's file, which is made from the starter when an appearance begins."""
        try:
            path = begin(self._study.deck, self._state(), self._study.catalog, self._study.workspace)
        except (StudyError, OSError) as error:
            self._report(error)
            return
        self.study_app.edit(path)
        self._show_status()
        self.refresh_bindings()

    def action_grade(self) -> None:
        """Starts a check of the learner's file."""
        path = self._study.workspace / f"{self._exercise.id}.py"
        if not path.exists():
            self.notify("There is no file yet: e creates it from the starter and opens your editor.")
            return
        self._results = []
        self._cancel = threading.Event()
        self.grading = True
        self._say(progress_text(self._results))
        self.run_worker(lambda: self._judge(path, self._cancel), thread=True, group="grade")

    def action_hint(self) -> None:
        """Shows the next hint. The deck counts a pass with hints as hard."""
        try:
            hint = grader.next_hint(
                self._exercise.id, workspace=self._study.workspace, catalog=self._study.catalog
            )
        except (grader.CatalogError, OSError) as error:
            self.notify(f"The hint can't be shown: {error}", severity="error")
            return
        if hint is None:
            self.notify("You have seen all hints.")
            return
        self._say(Content.styled(f"Hint {hint.number} of {hint.total}\n", "bold"))
        self.query_one("#hint", CardView).sections = (hint.text,)

    def action_give_up(self) -> None:
        """Ends the appearance without a pass, if the learner really wants it."""
        question = QuestionScreen(
            f"Give up on “{self._exercise.title}” for today?",
            "It counts as not remembered and comes back soon, from an empty file. Your file is kept.",
        )
        self.app.push_screen(question, self._gave_up)

    def action_toggle_math(self) -> None:
        """Switches between drawn formulas and their source."""
        view = self.query_one("#text", CardView)
        view.raw_math = not view.raw_math

    def action_scroll(self, lines: int) -> None:
        """Moves the pane that has the focus up or down."""
        pane = self.focused or self.query_one("#prompt")
        pane.scroll_relative(y=lines * 2, animate=False)

    def action_sideways(self, steps: int) -> None:
        """Moves lines that are wider than the screen."""
        self.query_one("#text", CardView).scroll_sideways(steps)

    def action_leave(self) -> None:
        """Cancels a running check, or goes back."""
        if self.grading:
            self._cancel.set()
        else:
            self.dismiss()

    # Grading

    def _judge(self, path: Path, cancel: threading.Event) -> None:
        try:
            verdict = grader.check(
                self._exercise.id,
                path,
                workspace=self._study.workspace,
                catalog=self._study.catalog,
                on_check=self._checked,
                cancel=cancel,
            )
        except grader.Cancelled:
            self.post_message(self.NotJudged("Cancelled; nothing was recorded."))
        except (grader.CatalogError, grader.SubmissionFileError, OSError) as error:
            self.post_message(self.NotJudged(f"Nothing was judged or recorded. {error}"))
        else:
            self.post_message(self.Judged(verdict))

    def _checked(self, result: grader.CheckResult) -> None:
        self.post_message(self.Checked(result))

    def on_exercise_screen_checked(self, message: Checked) -> None:
        """Adds a finished check."""
        self._results.append(message.result)
        self._say(progress_text(self._results))

    def on_exercise_screen_judged(self, message: Judged) -> None:
        """Records the verdict, then shows it with what it means for the schedule."""
        self.grading = False
        outcome: Outcome | None = None
        try:
            # The journal keeps what `grader repro` and `grader explain` need.
            grader.record(self._study.workspace, message.verdict)
            outcome = record_verdict(self._study.deck, message.verdict, self._study.catalog)
        except (StudyError, OSError) as error:
            self._report(error)
        text = verdict_text(message.verdict)
        if outcome is not None and outcome.rating is not None:
            today = self._study.deck.now().day
            text = Content("\n").join([text, Content(""), outcome_text(outcome, today)])
        self._say(text)
        self.query_one("#result").scroll_home(animate=False)
        self.query_one("#result").focus()
        self._show_status()
        self.refresh_bindings()

    def on_exercise_screen_not_judged(self, message: NotJudged) -> None:
        """Says why there is no verdict."""
        self.grading = False
        self._say(Content(message.reason))

    def _gave_up(self, really: bool | None) -> None:
        if not really:
            return
        study = self._study
        try:
            grader.give_up(self._exercise.id, workspace=study.workspace)
            take_journal(study.deck, study.catalog, study.workspace)
        except (StudyError, OSError) as error:
            self._report(error)
            return
        days = (self._state().memory.due_day or 0) - study.deck.now().day
        self._say(Content(f"It comes back in {days} d. Read the note of its topic until then."))
        self._show_status()
        self.refresh_bindings()

    # What is shown

    def _state(self) -> ExerciseState:
        states = attempts.exercise_states(self._study.deck)
        return next(state for state in states if state.id == self._exercise.id)

    def _say(self, text: Content) -> None:
        self.query_one("#verdict", Static).update(text)
        self.query_one("#hint", CardView).sections = ()

    def _show_prompt(self) -> None:
        prompt = self._exercise.prompt(self.study_app.language)
        self.query_one("#text", CardView).sections = (prompt,)

    def _show_status(self) -> None:
        started = self._state().started_at
        spent = ""
        if started is not None:
            minutes = max(0, self._study.deck.now().at - started) // 60_000
            spent = f" · {minutes} of {self._exercise.description.minutes} min"
        level = difficulty_text(self._exercise.description.difficulty)
        self.query_one("#status", Static).update(
            Content.assemble((self._exercise.title, "bold"), (f"   {level}{spent}", "$foreground-muted"))
        )

    def _show_past(self) -> None:
        past = attempts.attempts(self._study.deck, self._exercise.id)
        lines = [
            Content.assemble(
                ("e", "bold $primary"), " opens your file   ", ("g", "bold $primary"), " grades it"
            )
        ]
        if past:
            lines += [Content(""), Content.styled("Earlier attempts", "bold")]
        for event in reversed(past[-8:]):
            when = datetime.fromtimestamp(event.at / 1000).strftime("%d %b %H:%M")
            figures = f"{event.payload['passed']}/{event.payload['total']}"
            lines.append(Content(f"{when}  {figures:>6}  {event.payload['verdict']}"))
        self._say(Content("\n").join(lines))

    def _report(self, error: StudyError | OSError) -> None:
        if isinstance(error, StudyError):
            self.study_app.report(error)
        else:
            self.notify(f"Your workspace can't be written: {error}", severity="error", timeout=12)
