"""Judges to send a task to: one started for it, or one forked by the warm daemon."""

import contextlib
import os
import select
import socket
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from typing import IO

from grader.daemon.connect import hire
from grader.daemon.wire import Kind, close_all
from grader.process import clean_environment

_SECONDS = 10


class Judge(ABC):
    """A judge process: `task` is the pipe to write to, `events` the one to read; it ends when `task` closes.

    `launch` and then `end` must be called.
    """

    def __init__(self) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by end
        self._reading, self.task = os.pipe()
        self.events, self._writing = os.pipe()
        os.set_blocking(self.task, False)

    @abstractmethod
    def _launch(self, reading: int, writing: int, log: IO[bytes]) -> bool:
        """Start the judge with its ends of the pipes."""

    @abstractmethod
    def _wait(self) -> None:
        """Wait until the judge, whose input is closed, has ended."""

    def launch(self) -> bool:
        """Start the judge; False when that is not possible in this way."""
        try:
            return self._launch(self._reading, self._writing, self._log)
        finally:
            close_all([self._reading, self._writing])

    def end(self) -> str:
        """End the judge with all it started; returns the end of its log when it is gone."""
        os.close(self.task)
        self._wait()
        os.close(self.events)
        with self._log:
            self._log.seek(0)
            return self._log.read()[-4000:].decode(errors="replace").strip()


class ColdJudge(Judge):
    """A process of its own, started by exec."""

    _process: subprocess.Popen[bytes] | None = None

    def _launch(self, reading: int, writing: int, log: IO[bytes]) -> bool:
        # In a session of its own, so that Ctrl-C reaches only us.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "grader.judge", str(writing)],
            stdin=reading,
            stdout=subprocess.DEVNULL,
            stderr=log,
            env=clean_environment(),
            pass_fds=[writing],
            start_new_session=True,
        )
        return True

    def _wait(self) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def end(self) -> str:
        """The exit status too."""
        told = super().end()
        return f"(status {self._process.returncode if self._process else None})\n{told}".strip()


class WarmJudge(Judge):
    """A fork of a process that has imported everything."""

    _connection: socket.socket | None = None

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self._kind = kind

    def _launch(self, reading: int, writing: int, log: IO[bytes]) -> bool:
        self._connection = hire(self._kind, [reading, writing, log.fileno()])
        return self._connection is not None

    def _wait(self) -> None:
        """The judge and all that were forked for it hold the other end of the events until they end."""
        if self._connection is None:
            return
        with self._connection, contextlib.suppress(OSError):
            while select.select([self.events], [], [], _SECONDS)[0] and os.read(self.events, 1 << 16):
                pass
