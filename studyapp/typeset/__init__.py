"""Card Markdown with math, laid out for a terminal of a given width. Knows nothing of any user interface."""

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from studyapp.typeset.spans import Line, Role, Span, Style

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

__all__ = ["Line", "Picture", "Role", "Span", "Style", "parse", "pictures", "typeset"]

_NARROWEST = 10


def typeset(markdown: str, width: int, *, raw_math: bool = False) -> list[Line]:
    """Lay out CommonMark with tables and `$…$`/`$$…$$` math in lines of at most `width` cells.

    Only lines marked `scrollable` may be wider. Text inside ⟦…⟧ (a hidden or revealed cloze) has the role
    "cloze", brackets included. `raw_math` shows formulas as their source. Widths below 10 are taken as 10.
    """
    from studyapp.typeset.blocks import Setting, nested, sequence

    return list(sequence(nested(parse(markdown)), Setting(max(width, _NARROWEST), raw_math)).lines)


def parse(markdown: str) -> "list[Token]":
    """The Markdown tokens that `typeset` lays out."""
    return _parser().parse(markdown)


class Picture(NamedTuple):
    """A picture of a text. target: its address as written there. caption: what stands in its place."""

    target: str
    caption: str


def pictures(markdown: str) -> list[Picture]:
    """The pictures of a text in order."""
    inline = (child for token in parse(markdown) for child in token.children or [])
    return [Picture(str(each.attrs["src"]), each.content) for each in inline if each.type == "image"]


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    # Imported late: markdown-it takes longer to import than a card takes to lay out.
    from markdown_it import MarkdownIt

    from studyapp.typeset.dollars import dollar_math

    return MarkdownIt("commonmark").enable("table").use(dollar_math)
