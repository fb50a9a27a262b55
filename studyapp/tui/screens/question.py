"""A dialog that asks before something that can't be taken back."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static


class QuestionScreen(ModalScreen[bool]):
    """Asks a question; y answers yes, everything else no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "Yes"),
        Binding("n,escape,q,enter", "dismiss(False)", "No"),
    ]

    def __init__(self, question: str, consequence: str) -> None:
        super().__init__()
        self._question = question
        self._consequence = consequence

    def compose(self) -> ComposeResult:
        """The question, what yes means, and the keys."""
        with Vertical(id="dialog"):
            yield Static(self._question, markup=False, classes="what")
            yield Static(self._consequence, markup=False)
            yield Static("y: yes   n: no", classes="hint")
