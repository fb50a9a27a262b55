"""Shows a picture in a terminal that can draw one: `python -m studyapp.tui.picture FILE CAPTION`.

A program of its own, run while the app has left the terminal: it asks the terminal what it can, and within
the app Textual would read the answer.
"""

from __future__ import annotations

import shutil
import sys

CANNOT = 3
"""Exit code: this terminal draws no pictures, or the file holds none."""


def main(path: str, caption: str) -> int:
    """Draws the picture as large as fits, its caption below, until Enter is pressed."""
    from rich.console import Console
    from textual_image import renderable

    # Blocks of half a cell are drawn everywhere, but too coarse for a diagram to be read.
    if renderable.Image not in (renderable.SixelImage, renderable.TGPImage):
        return CANNOT
    try:
        picture = renderable.Image(path, width="auto", height="auto")
    except OSError:
        return CANNOT
    columns, rows = shutil.get_terminal_size()
    console = Console(width=columns, height=max(1, rows - caption.count("\n") - 4))
    console.clear()
    console.print(picture)
    console.print(caption, markup=False, highlight=False)
    console.input("Enter goes back. ")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
