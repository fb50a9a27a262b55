"""Where the `studyapp` command begins."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line. The two daily commands don't wait for click to be loaded."""
    if not sys.argv[1:]:
        from studyapp.tui.app import run

        sys.exit(run())
    elif sys.argv[1:] == ["due"]:
        from studyapp.due import print_due

        print_due(None)
    else:
        from studyapp.cli import main as command_line

        command_line()
