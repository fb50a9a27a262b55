"""A program in a pseudo-terminal, for tests and benchmarks that need the real thing."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence

_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
PATIENCE = 60.0


class Terminal:
    """Runs a command in a terminal of 80 by 24; everything it writes is kept as plain text."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.pid, self._descriptor = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], list(command), dict(environment) | {"TERM": "xterm-256color"})
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._written = b""

    def press(self, keys: str) -> None:
        """Types."""
        os.write(self._descriptor, keys.encode())

    def wait_for(self, text: str) -> None:
        """Returns when the program has written `text` since the last call; fails after a minute."""
        deadline = time.monotonic() + PATIENCE
        while text not in self._plain():
            if time.monotonic() > deadline:
                raise AssertionError(f"{text!r} did not appear; the program wrote {self._plain()[-3000:]!r}")
            if select.select([self._descriptor], [], [], 0.5)[0]:
                try:
                    self._written += os.read(self._descriptor, 65536)
                except OSError:  # what Linux reports when the other side is closed
                    raise AssertionError(f"the program ended; it wrote {self._plain()[-3000:]!r}") from None
        self._written = b""

    def close_window(self) -> None:
        """Closes the terminal under the program, as a lost connection does, and waits for its end."""
        os.close(self._descriptor)
        os.waitpid(self.pid, 0)

    def kill(self) -> None:
        """Ends the program without any warning."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._descriptor)

    def wait(self) -> int:
        """Waits for the end of the program and returns its exit code."""
        while True:
            try:
                if not os.read(self._descriptor, 65536):
                    break
            except OSError:  # what Linux reports when the other side is closed
                break
        _, status = os.waitpid(self.pid, 0)
        os.close(self._descriptor)
        return os.waitstatus_to_exitcode(status)

    def _plain(self) -> str:
        return _ESCAPES.sub(b"", self._written).decode(errors="replace")
