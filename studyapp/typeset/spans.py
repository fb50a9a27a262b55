"""What a view draws: lines of styled spans. Roles are names of purposes; the view maps them to its theme."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from rich.cells import cell_len

Role = Literal[
    "text",
    "strong",
    "emphasis",
    "code",
    "code-block",
    "heading",
    "link",
    "math",
    "cloze",
    "quote",
    "rule",
    "bullet",
    "dim",
]
Style: TypeAlias = tuple[Role, ...]

PLAIN: Style = ("text",)


@dataclass(frozen=True, slots=True)
class Span:
    """Text in one style: the role of its block, then those inside it, as in `("text", "strong", "cloze")`."""

    text: str
    style: Style = PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """One terminal row; a `scrollable` one is part of something wider than the view: never wrap it."""

    spans: tuple[Span, ...]
    scrollable: bool = False

    @property
    def text(self) -> str:
        """The line without its styles."""
        return "".join(span.text for span in self.spans)

    @property
    def width(self) -> int:
        """Width in cells."""
        return cell_len(self.text)


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of a block; `lead` is the row beside which a list puts its marker."""

    lines: tuple[Line, ...]
    lead: int = 0


BLANK = Line(())


def joined(spans: list[Span]) -> tuple[Span, ...]:
    """Merge neighbours of one style and drop the blanks at the end of the row."""
    merged: list[Span] = []
    for span in spans:
        if merged and merged[-1].style == span.style:
            merged[-1] = Span(merged[-1].text + span.text, span.style)
        elif span.text:
            merged.append(span)
    while merged and not merged[-1].text.strip(" "):
        merged.pop()
    if merged:
        merged[-1] = Span(merged[-1].text.rstrip(" "), merged[-1].style)
    return tuple(merged)
