"""LaTeX math drawn as two-dimensional terminal text.

Every row is plain text; widths are terminal cells as `rich.cells.cell_len` counts them. The layout follows
The TeXbook where a terminal can: the classes of atoms decide the spaces, text style keeps limits beside their
operator and fractions in one line, display style stacks them.
"""

from contextlib import suppress
from functools import lru_cache

from studyapp.tex import layout, rows, scripts, tables
from studyapp.tex.box import Box, stack, text_box
from studyapp.tex.commands import COMMANDS
from studyapp.tex.items import Style
from studyapp.tex.parser import Parser, TexError
from studyapp.tex.symbols import RELATION_CHARACTERS

__all__ = ["RELATION_CHARACTERS", "Box", "problems", "render", "unknown_commands"]

# Importing these registers the layout of every kind of node.
_LAYOUTS = (layout, rows, scripts, tables)


@lru_cache(maxsize=2048)
def render(source: str, *, display: bool = False) -> Box:
    """Draw a formula (without its dollar signs); `display` stacks fractions and limits.

    Never raises: unknown commands are shown as their source, and so is a formula whose structure is broken.
    """
    try:
        nodes = Parser(source, COMMANDS).formula()
    except TexError:
        return stack([text_box(line) for line in source.splitlines() or [""]], on=0, align="left")
    return rows.lay_row(nodes, Style(display, linear=not display)).box


def unknown_commands(source: str) -> tuple[str, ...]:
    """The commands that `render` shows as their source, in order, each once."""
    parser = Parser(source, COMMANDS)
    with suppress(TexError):
        parser.formula()
    return tuple(dict.fromkeys(parser.unknown))


def problems(source: str) -> tuple[str, ...]:
    """What is wrong with the structure of a formula (braces, environments, arguments), in plain words."""
    try:
        Parser(source, COMMANDS).formula()
    except TexError as error:
        return (str(error),)
    return ()
