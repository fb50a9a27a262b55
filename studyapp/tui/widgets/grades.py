"""The row of grades below a card, each with the time after which the card would return."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

if TYPE_CHECKING:
    from studyapp.schedule.memory import Rating

_NAMES = ("Again", "Hard", "Good", "Easy")


class Grades(Horizontal):
    """Before the answer one button that shows it; after it one for each grade. Keys 1 to 4 do the same."""

    DEFAULT_CSS = """
    Grades {
        height: 2;
        align-horizontal: center;
        background: $surface;

        Static {
            width: 1fr;
            max-width: 24;
            height: 2;
            text-align: center;
        }
        Static:hover {
            background: $surface-lighten-1;
        }
    }
    """

    class Chosen(Message):
        """A button was clicked. rating: 1 to 4, or None for the button that shows the answer."""

        def __init__(self, rating: int | None) -> None:
            super().__init__()
            self.rating = rating

    _COLOURS: ClassVar = ("$text-error", "$text-warning", "$text-success", "$text-primary")

    def compose(self) -> ComposeResult:
        """One button to show the answer, four to grade it."""
        yield Static("", id="show")
        for number in range(1, 5):
            yield Static("", id=f"grade-{number}")

    def show_question(self, there_is_one: bool) -> None:
        """Offers the answer, or nothing when there is no card."""
        self._display(grading=False)
        text = Content.assemble(("space", "bold $primary"), "  shows the answer")
        self.query_one("#show", Static).update(text if there_is_one else "")

    def show_grades(self, waits: dict[Rating, str] | None) -> None:
        """Offers the grades. waits: for each when the card returns; None while the deck is being opened."""
        self._display(grading=True)
        for number, (name, colour) in enumerate(zip(_NAMES, self._COLOURS, strict=True), 1):
            # An IntEnum's members equal their numbers, so a plain number finds its wait.
            wait = "…" if waits is None else waits[number]  # type: ignore[index]
            label = Content.assemble(
                (f"{number} ", "bold"), (name, f"bold {colour}"), "\n", (wait, "$foreground-muted")
            )
            self.query_one(f"#grade-{number}", Static).update(label)

    def on_click(self, event: Click) -> None:
        """Turns a click into the grade it is on."""
        widget = event.widget
        if widget is None or widget.id is None:
            return
        if widget.id == "show":
            self.post_message(self.Chosen(None))
        elif widget.id.startswith("grade-"):
            self.post_message(self.Chosen(int(widget.id.removeprefix("grade-"))))

    def _display(self, *, grading: bool) -> None:
        self.query_one("#show").display = not grading
        for number in range(1, 5):
            self.query_one(f"#grade-{number}").display = grading
