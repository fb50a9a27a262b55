"""`studyapp due`: one line for a prompt or a status bar."""

from __future__ import annotations

import sys
from pathlib import Path

from studyapp.clock import system_clock
from studyapp.deck.peek import glance
from studyapp.paths import deck_path


def print_due(deck: Path | None) -> None:
    """Prints what is left for today."""
    path = deck_path(deck)
    found = glance(path, system_clock) if path.exists() else None
    if found is not None:
        counts = found.counts
        line = (
            f"{counts.due} due · {counts.new} new · {found.exercises} exercises due · streak {found.streak}"
        )
    elif path.exists():
        line = f"The deck {path} can't be read right now; open it with `studyapp`, which says why."
    else:
        line = "Nothing yet: `studyapp` creates your deck."
    sys.stdout.write(f"{line}\n")
