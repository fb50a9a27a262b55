"""Showing a picture: in the terminal where it can, else in the system's viewer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from textual.app import App, SuspendNotSupported

from studyapp.tui.picture import CANNOT


class PictureViewer:
    """Shows pictures for an app, and remembers whether its terminal draws them."""

    def __init__(self, app: App[int]) -> None:
        self._app = app
        self._terminal_draws = True

    def show(self, path: Path, caption: str) -> None:
        """Shows a picture; says where it is when there is no way to show it."""
        if not path.is_file():
            self._app.notify(f"The picture {path} is missing.", severity="warning")
        elif not self._in_terminal(path, caption) and not _in_window(path):
            self._app.notify(
                f"This terminal draws no pictures, and no viewer was found. The picture is {path}",
                severity="warning",
                timeout=12,
            )

    def _in_terminal(self, path: Path, caption: str) -> bool:
        if not self._terminal_draws:
            return False
        command = [sys.executable, "-P", "-m", "studyapp.tui.picture", str(path), caption]
        try:
            with self._app.suspend():
                done = subprocess.run(command, check=False)
        except SuspendNotSupported:
            self._terminal_draws = False
        else:
            self._terminal_draws = done.returncode != CANNOT
        return self._terminal_draws


def _in_window(path: Path) -> bool:
    """Starts the system's viewer without waiting for it. Returns whether there is one."""
    if sys.platform == "darwin":
        command = shutil.which("open")
    elif os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        command = shutil.which("xdg-open")  # without a display it might start a browser in this terminal
    else:
        command = shutil.which("wslview")
    if command is None:
        return False
    # The shell ends at once, and the viewer lives on without us, with nothing to write into our terminal.
    in_background = ["/bin/sh", "-c", '"$0" "$1" </dev/null >/dev/null 2>&1 &', command, str(path)]
    return subprocess.run(in_background, start_new_session=True, check=False).returncode == 0
