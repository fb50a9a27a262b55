"""A card or a prompt: Markdown with 2-D formulas, drawn as one piece of text."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from studyapp.typeset import Line, Span, typeset

_STYLES = {
    "strong": "bold",
    "emphasis": "italic",
    "code": "$text-accent",
    "code-block": "$text-accent",
    "heading": "bold $text-primary",
    "link": "underline $text-secondary",
    "math": "",
    "cloze": "bold $text-warning",
    "quote": "italic $foreground-muted",
    "rule": "$foreground-disabled",
    "bullet": "$text-primary",
    "dim": "$foreground-muted",
}
_SIDE_STEP = 8


class CardView(Static):
    """Shows Markdown sections one under the other, a rule between them.

    It lays the text out anew when its width changes. Lines that must not be wrapped (wide formulas, code) are
    cut at the edge and moved with `scroll_sideways`.
    """

    sections: reactive[tuple[str, ...]] = reactive(())
    raw_math: reactive[bool] = reactive(False)
    offset_cells: reactive[int] = reactive(0)

    def watch_sections(self) -> None:
        """New text starts at its left edge."""
        self.set_reactive(CardView.offset_cells, 0)
        self._draw()

    def watch_raw_math(self) -> None:
        """Draws the formulas, or their source."""
        self._draw()

    def watch_offset_cells(self) -> None:
        """Moves the lines that are too wide."""
        self._draw()

    def on_resize(self) -> None:
        """The width decides where lines break."""
        self._draw()

    def scroll_sideways(self, steps: int) -> None:
        """Moves lines that are too wide for the view."""
        lines = self._lines(self.content_size.width)
        widest = max((line.width for line in lines if line.scrollable), default=0)
        limit = max(0, widest - self.content_size.width)
        self.offset_cells = min(limit, max(0, self.offset_cells + steps * _SIDE_STEP))

    def _draw(self) -> None:
        width = self.content_size.width
        if width:
            lines = (_content(line, self.offset_cells, width) for line in self._lines(width))
            self.update(Content("\n").join(lines))

    def _lines(self, width: int) -> Sequence[Line]:
        blank, rule = Line(()), Line((Span("─" * width, ("rule",)),))
        lines: list[Line] = []
        for number, section in enumerate(self.sections):
            if number:
                lines += [blank, rule, blank]
            lines += typeset(section, width, raw_math=self.raw_math)
        return lines


def _content(line: Line, offset: int, width: int) -> Content:
    content = Content.assemble(*((span.text, _style(span.style)) for span in line.spans))
    if not line.scrollable or line.width <= width:
        return content
    start = _index_at(line.text, offset)
    end = start + _index_at(line.text[start:], width)
    left, right = start > 0, end < len(line.text)
    shown = content[start + left : end - right]
    return Content.assemble(
        ("‹" if left else "", "$text-accent"), shown, ("›" if right else "", "$text-accent")
    )


def _index_at(text: str, cells: int) -> int:
    """How many characters of the text fit into so many cells."""
    for index, character in enumerate(text):
        cells -= cell_len(character)
        if cells < 0:
            return index
    return len(text)


def _style(roles: Sequence[str]) -> str:
    return " ".join(style for role in roles if (style := _STYLES.get(role)))
