"""The app: what every screen shares. It paints first and opens the deck afterwards, in a worker."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.message import Message

from studyapp.clock import system_clock
from studyapp.deck.peek import Glance, glance
from studyapp.deck.queries import Wording
from studyapp.errors import StudyError
from studyapp.language import Language
from studyapp.paths import Places, find_places
from studyapp.schedule.day import Clock
from studyapp.tui.editor import editor_command
from studyapp.tui.screens.base import StudyScreen
from studyapp.tui.screens.problem import ProblemScreen
from studyapp.tui.screens.today import TodayScreen
from studyapp.tui.viewer import PictureViewer

if TYPE_CHECKING:
    from studyapp.deck.sync import SyncReport
    from studyapp.study.opening import Study


class StudyApp(App[int]):
    """The terminal app on one learner's deck."""

    TITLE = "studyapp"
    # Textual reads a screen's own style sheet when it is pushed; the default screen never is.
    CSS_PATH: ClassVar = ["app.tcss", "screens/today.tcss"]
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "toggle_keys", "Keys", key_display="?"),
    ]

    class Glanced(Message):
        """What a first look found, before the deck is open, and the language to begin in."""

        def __init__(self, found: Glance | None, language: Language) -> None:
            super().__init__()
            self.found = found
            self.language = language

    class Opened(Message):
        """The deck is open and up to date."""

        def __init__(self, study: Study, report: SyncReport) -> None:
            super().__init__()
            self.study = study
            self.report = report

    class NotOpened(Message):
        """The deck can't be used."""

        def __init__(self, error: StudyError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, find_places: Callable[[], Places], clock: Clock = system_clock) -> None:
        super().__init__()
        self._find_places = find_places
        self.study: Study | None = None
        self.found: Glance | None = None
        self.language: Language = "en"
        self.clock = clock
        self.pictures = PictureViewer(self)

    def get_default_screen(self) -> TodayScreen:
        """The screen that is painted first."""
        return TodayScreen()

    def on_mount(self) -> None:
        """The deck comes after the first paint."""
        self.call_after_refresh(self.run_worker, self._open, thread=True, exclusive=True, group="open")

    def on_unmount(self) -> None:
        """Closing the deck folds its write-ahead log into the file."""
        if self.study is not None:
            self.study.deck.close()

    def _open(self) -> None:
        places = self._find_places()
        found, language = glance(places.deck, self.clock), _preferred_language(places.config)
        self.post_message(self.Glanced(found, language))
        if found and found.first:
            _prepare(found.first.wording(language))
        from studyapp.study.opening import open_study

        try:
            study, report = open_study(places, self.clock)
        except StudyError as error:
            self.post_message(self.NotOpened(error))
        else:
            self.post_message(self.Opened(study, report))

    def on_study_app_glanced(self, message: Glanced) -> None:
        """Passes the first look on to the screen."""
        self.found = message.found
        self.language = message.language
        self._tell_screens()

    def on_study_app_opened(self, message: Opened) -> None:
        """From here on everything works."""
        self.study = message.study
        self._tell_screens()

    def on_study_app_not_opened(self, message: NotOpened) -> None:
        """Says why, and leaves when that was read."""
        self.push_screen(ProblemScreen(message.error), lambda _: self.exit(1))

    def _tell_screens(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, StudyScreen):
                screen.study_changed()

    def report(self, error: StudyError) -> None:
        """Shows what went wrong."""
        self.push_screen(ProblemScreen(error))

    def edit(self, path: Path, line: int = 1) -> bool:
        """Opens a file in the learner's editor and waits for it. Returns whether an editor ran."""
        command = editor_command(path, line)
        if command is None:
            self.notify("Set $EDITOR to your editor: none was found.", severity="warning")
            return False
        try:
            with self.suspend():
                subprocess.run(command, check=False)
        except SuspendNotSupported:
            self.notify(f"This terminal can't make room for an editor. The file is {path}", timeout=10)
            return False
        except OSError as error:
            self.notify(f"The editor {command[0]} can't be started: {error}", severity="warning")
            return False
        return True

    def action_toggle_keys(self) -> None:
        """Shows or hides the list of all keys."""
        if self.screen.query("HelpPanel"):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()


def _preferred_language(config: Path) -> Language:
    """The language in the configuration. Most learners have none, and then nothing is loaded to read it."""
    if not config.exists():
        return "en"
    from studyapp.config import ConfigError, read_config

    try:
        return read_config(config).language
    except ConfigError:  # told when the deck is opened
        return "en"


def _prepare(wording: Wording) -> None:
    """Lays a card out once, so that showing it finds everything loaded."""
    from studyapp.typeset import typeset

    typeset(wording.front, 80)


def run(deck: Path | None = None, workspace: Path | None = None) -> int:
    """Opens the app until it is left; returns the exit code."""
    return StudyApp(partial(find_places, deck, workspace)).run() or 0
