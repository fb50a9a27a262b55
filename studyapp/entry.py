"""Where the `studyapp` command begins."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line. A bare `due` is answered at once: loading click alone would take longer."""
    if sys.argv[1:] == ["due"]:
        from studyapp.due import print_due

        print_due(None)
    else:
        from studyapp.cli import main as command_line

        command_line()
