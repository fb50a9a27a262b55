"""Card Markdown with math, laid out for a terminal of a given width. Knows nothing of any user interface."""

from functools import lru_cache
from typing import TYPE_CHECKING

from studyapp.typeset.spans import Line, Role, Span, Style

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

__all__ = ["Line", "Role", "Span", "Style", "typeset"]

_NARROWEST = 10


def typeset(markdown: str, width: int, *, raw_math: bool = False) -> list[Line]:
    """Lay out CommonMark with tables and `$…$`/`$$…$$` math in lines of at most `width` cells.

    Only lines marked `scrollable` may be wider. Text inside ⟦…⟧ (a hidden or revealed cloze) has the role
    "cloze", brackets included. `raw_math` shows formulas as their source. Widths below 10 are taken as 10.
    """
    from studyapp.typeset.blocks import Setting, nested, sequence

    tokens = _parser().parse(markdown)
    return list(sequence(nested(tokens), Setting(max(width, _NARROWEST), raw_math)).lines)


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    # Imported late: markdown-it takes longer to import than a card takes to lay out.
    from markdown_it import MarkdownIt

    from studyapp.typeset.dollars import dollar_math

    return MarkdownIt("commonmark").enable("table").use(dollar_math)
