"""What the screens that show the deck have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.screen import Screen

from studyapp.language import Language

if TYPE_CHECKING:
    from studyapp.tui.app import StudyApp

LANGUAGE_KEYS = (
    Binding("c", "show_language('zh')", "中文"),
    Binding("c", "show_language('en')", "EN", tooltip="English"),
)


class StudyScreen(Screen[None]):
    """A screen that is told when the deck has been looked at, opened or changed."""

    # Textual declares it as an instance variable, which rules out a ClassVar.
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (64, "-narrow"), (100, "-wide")]  # noqa: RUF012

    @property
    def study_app(self) -> StudyApp:
        """The app, with its type."""
        from studyapp.tui.app import StudyApp

        assert isinstance(self.app, StudyApp)
        return self.app

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offers the other language."""
        return action != "show_language" or parameters != (self.study_app.language,)

    def action_show_language(self, language: Language) -> None:
        """Shows notes and tasks in this language, here and on every screen after this."""
        self.study_app.language = language
        self.refresh_bindings()
        self.language_changed()

    def language_changed(self) -> None:
        """Called when what is shown should be shown in the other language."""

    def study_changed(self) -> None:
        """Called when there is something new to show."""
