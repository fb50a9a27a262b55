"""Opening a file in the learner's own editor."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

# How each editor is told the line; those not listed open the file at its top.
_PLUS_LINE = {"vi", "vim", "nvim", "nano", "emacs", "emacsclient", "micro", "kak", "joe", "mg", "ne", "gedit"}
_COLON_LINE = {"hx", "helix", "subl", "zed"}
_FALLBACKS = ("sensible-editor", "nano", "vim", "vi")


def editor_command(path: Path, line: int = 1) -> list[str] | None:
    """The command that opens `path` at `line`: $VISUAL, else $EDITOR, else what is installed, else None."""
    chosen = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    command = shlex.split(chosen) if chosen else [name for name in _FALLBACKS if shutil.which(name)][:1]
    if not command:
        return None
    name = Path(command[0]).name
    if name in _PLUS_LINE:
        return [*command, f"+{line}", str(path)]
    if name in _COLON_LINE:
        return [*command, f"{path}:{line}"]
    if name in {"code", "codium"}:
        return [*command, "--wait", "--goto", f"{path}:{line}"]
    return [*command, str(path)]
