"""Reviewing: a question, its answer, a grade."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import unquote

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Footer, Static

from studyapp.deck.queries import Card
from studyapp.errors import StudyError
from studyapp.tui.screens.base import LANGUAGE_KEYS, StudyScreen
from studyapp.tui.widgets.card_view import CardView
from studyapp.tui.widgets.grades import Grades
from studyapp.typeset import Picture, pictures

if TYPE_CHECKING:
    from studyapp.schedule.memory import Rating
    from studyapp.study.review import ReviewSession


class ReviewScreen(StudyScreen):
    """Shows today's cards one after the other.

    The first card may come from the first look, before the deck is open; then its answer can be read, and it
    can be graded as soon as the deck is there.
    """

    CSS_PATH = "review.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,enter", "reveal", "Answer", key_display="space"),
        Binding("1", "grade(1)", "Again", show=False),
        Binding("2", "grade(2)", "Hard", show=False),
        Binding("3", "grade(3)", "Good", show=False),
        Binding("4", "grade(4)", "Easy", show=False),
        Binding("u", "undo", "Undo"),
        Binding("s", "suspend", "Suspend"),
        Binding("b", "bury", "Bury"),
        Binding("e", "edit", "Edit"),
        Binding("m", "toggle_math", "TeX"),
        *LANGUAGE_KEYS,
        Binding("p", "picture", "Picture", show=False),
        Binding("j,down", "scroll(1)", "Scroll down", show=False),
        Binding("k,up", "scroll(-1)", "Scroll up", show=False),
        Binding("h,left", "sideways(-1)", "Scroll left", show=False),
        Binding("l,right", "sideways(1)", "Scroll right", show=False),
        Binding("q,escape", "leave", "Back", key_display="q"),
    ]

    revealed: reactive[bool] = reactive(False, bindings=True)

    def __init__(self) -> None:
        super().__init__()
        self._session: ReviewSession | None = None
        self._card: Card | None = None
        self._counts = ""

    def compose(self) -> ComposeResult:
        """A line of figures, the card, the grades."""
        yield Static("", id="status", markup=False)
        with VerticalScroll(id="page", can_focus=False), Center():
            yield CardView(id="card")
        yield Grades(id="grades")
        yield Footer()

    def on_mount(self) -> None:
        """Shows the first card at once if one is known."""
        self.study_changed()

    def study_changed(self) -> None:
        """Begins the session when the deck is open."""
        app = self.study_app
        if app.study is None:
            self._show_card(app.found.first if app.found else None)
        elif self._session is None:
            from studyapp.study.review import ReviewSession

            try:
                self._session = ReviewSession(app.study.deck, time.monotonic, first=self._card)
            except StudyError as error:
                app.report(error)
            else:
                self._show_current(keep=self.revealed)

    def language_changed(self) -> None:
        """Shows the same sides of the same card in the other language."""
        card = self._card
        if card is None:
            return
        if self.study_app.language == "zh" and card.zh is None:
            self.notify("This card is not translated yet: it is shown in English.")
        self._show_sides()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Greys out what can't be done now."""
        if action == "grade":
            return self.revealed and self._session is not None
        if action == "reveal":
            return self._card is not None and not self.revealed
        if action in ("suspend", "bury", "edit"):
            return True if self._card is not None and self._session is not None else None
        return super().check_action(action, parameters)

    # What keys do

    def action_reveal(self) -> None:
        """Shows the answer."""
        if self._card is None:
            return
        self.revealed = True
        self._show_sides()
        self._show_grades()

    def action_grade(self, rating: int) -> None:
        """Records the grade and goes on."""
        from studyapp.schedule.memory import Rating

        self._do(lambda session: session.answer(Rating(rating)))

    def action_suspend(self) -> None:
        """Takes the card out of the queue."""
        if self._do(lambda session: session.suspend()):
            self.notify("Suspended: it stays away until it is resumed. u takes it back.")

    def action_bury(self) -> None:
        """Hides the card until tomorrow."""
        if self._do(lambda session: session.bury()):
            self.notify("Buried until tomorrow. u takes it back.")

    def action_undo(self) -> None:
        """Takes the last action back."""
        session = self._session
        if session is None:
            return
        try:
            undone = session.undo()
        except StudyError as error:
            self.study_app.report(error)
            return
        if undone is None:
            self.notify("There is nothing left to undo.")
            return
        what = f"the grade “{undone.rating.name.lower()}”" if undone.rating else f"“{undone.kind}”"
        self.notify(f"Took back {what}.")
        self._show_current()

    def action_edit(self) -> None:
        """Opens the source of what is shown in the editor and shows what became of it."""
        from studyapp.notes import translation_path

        card, session, study = self._card, self._session, self.study_app.study
        if card is None or session is None or study is None:
            return
        wording, path = card.wording(self.study_app.language), Path(card.path)
        if not self.study_app.edit(translation_path(path) if wording is card.zh else path, wording.line):
            return
        try:
            report = study.sync()
            session.refresh()
        except StudyError as error:
            self.study_app.report(error)
            return
        for problem in report.problems:
            self.notify(problem, severity="warning", timeout=12)
        self._show_current()

    def action_picture(self) -> None:
        """Opens the pictures of what is shown."""
        if self._card is not None:
            for picture in self._pictures():
                path = Path(self._card.path).parent / unquote(picture.target)
                self.study_app.pictures.show(path.resolve(), picture.caption)

    def action_toggle_math(self) -> None:
        """Switches between drawn formulas and their source."""
        view = self.query_one(CardView)
        view.raw_math = not view.raw_math

    def action_scroll(self, lines: int) -> None:
        """Moves the card up or down."""
        self.query_one("#page").scroll_relative(y=lines * 2, animate=False)

    def action_sideways(self, steps: int) -> None:
        """Moves formulas that are wider than the screen."""
        self.query_one(CardView).scroll_sideways(steps)

    def action_leave(self) -> None:
        """Goes back; everything graded is saved."""
        self.dismiss()

    def on_grades_chosen(self, message: Grades.Chosen) -> None:
        """A click on a grade, or on the button that shows the answer."""
        if message.rating is None:
            self.action_reveal()
        else:
            self.action_grade(message.rating)

    # What is shown

    def _do(self, act: Callable[[ReviewSession], object]) -> bool:
        if self._session is None or self._card is None:
            return False
        try:
            act(self._session)
        except StudyError as error:
            self.study_app.report(error)
            return False
        self._show_current()
        return True

    def _show_current(self, *, keep: bool = False) -> None:
        assert self._session is not None
        card = self._session.current
        if keep and card is not None and self._card is not None and card.id == self._card.id:
            self._show_grades()
        else:
            self._show_card(card)
        counts = self._session.counts()
        self._counts = f"learning {counts.learning} · review {counts.review} · new {counts.new}"
        self._show_status()
        self.refresh_bindings()

    def _show_card(self, card: Card | None) -> None:
        self._card = card
        self.revealed = False
        self.query_one("#page").scroll_home(animate=False)
        self._counts = ""
        self._show_sides()
        self.query_one(Grades).show_question(card is not None)

    def _show_sides(self) -> None:
        """The question; once revealed with its answer, which for a cloze repeats the text."""
        card, view = self._card, self.query_one(CardView)
        if card is None:
            view.sections = (self._farewell(),)
        elif not self.revealed:
            view.sections = (card.wording(self.study_app.language).front,)
        else:
            front, back, _ = card.wording(self.study_app.language)
            view.sections = (back,) if card.kind == "cloze" else (front, back)
        self._show_status()

    def _show_status(self) -> None:
        """The topic and what is left for today; the key that opens a picture where there is one."""
        parts = [Content.styled(self._counts, "$foreground-muted")]
        if self._card is not None:
            parts.insert(0, Content.styled(self._card.topic.replace("_", " "), "bold"))
        if self._pictures():
            parts.append(Content.assemble(("p", "bold $primary"), " opens the picture"))
        self.query_one("#status", Static).update(Content("   ").join(parts))

    def _pictures(self) -> list[Picture]:
        """The pictures that are shown as captions now."""
        sections = self.query_one(CardView).sections
        return [picture for section in sections if "![" in section for picture in pictures(section)]

    def _show_grades(self) -> None:
        waits: dict[Rating, str] | None = None
        if self._session is not None:
            try:
                waits = self._session.waits()
            except StudyError as error:
                self.study_app.report(error)
                return
        self.query_one(Grades).show_grades(waits)

    def _farewell(self) -> str:
        session = self._session
        if session is None:
            return "Opening the deck …"
        done = f"You graded {session.reviewed} card{'' if session.reviewed == 1 else 's'}."
        next_at = session.next_at()
        if next_at is None:
            return f"**All done for today.**\n\n{done}\n\n`q` goes back, `u` takes the last grade back."
        at = time.strftime("%H:%M", time.localtime(next_at / 1000))
        return f"**Nothing is due right now.**\n\n{done} The next card comes back at {at}.\n\n`q` goes back."
