"""A dialog for what went wrong: what happened, what it means for the data, what to do."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from studyapp.errors import StudyError


class ProblemScreen(ModalScreen[None]):
    """Shows a StudyError until a key closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,space,q", "dismiss", "Close")]

    def __init__(self, error: StudyError) -> None:
        super().__init__()
        self._error = error

    def compose(self) -> ComposeResult:
        """Three paragraphs and how to go on."""
        with Vertical(id="dialog"):
            yield Static(self._error.what, markup=False, classes="what")
            yield Static(self._error.data, markup=False)
            yield Static(self._error.remedy, markup=False)
            yield Static("enter: go on", classes="hint")
