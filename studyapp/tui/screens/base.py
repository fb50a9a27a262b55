"""What the screens that show the deck have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

if TYPE_CHECKING:
    from studyapp.tui.app import StudyApp


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

    def action_toggle_language(self) -> None:
        """Shows notes and tasks in the other language, here and on every screen after this."""
        self.study_app.language = "en" if self.study_app.language == "zh" else "zh"
        self.language_changed()

    def language_changed(self) -> None:
        """Called when what is shown should be shown in the other language."""

    def study_changed(self) -> None:
        """Called when there is something new to show."""
