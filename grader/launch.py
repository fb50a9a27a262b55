"""Judges to send a task to: one started for it, or one forked by the warm daemon."""

import contextlib
import os
import select
import socket
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from io import FileIO
from typing import Self

from grader.daemon.connect import hire
from grader.daemon.wire import Kind
from grader.process import clean_environment

_SECONDS = 10


class Judge(ABC):
    """A judge process, launched within a `with` statement that it does not outlive.

    `task` is the pipe to write to, which does not block, `events` the one to read. The judge ends with all
    that it started when `task` closes. Afterwards `told` is how it ended and the end of its log, and `failed`
    is whether it ended as no judge with a verdict does.
    """

    failed = False

    def __init__(self) -> None:
        with contextlib.ExitStack() as opened:
            self._log = opened.enter_context(tempfile.TemporaryFile())
            self._reading, self.task = _open_pipe(opened)
            self.events, self._writing = _open_pipe(opened)
            os.set_blocking(self.task.fileno(), False)
            self._opened = opened.pop_all()
        self.told = ""

    @abstractmethod
    def _launch(self, reading: int, writing: int, log: int) -> bool:
        """Start the judge with its ends of the pipes and the file for its log."""

    @abstractmethod
    def _wait(self) -> str:
        """Wait until the judge, whose input is closed, has ended; returns what is to be told of that."""

    def launch(self) -> bool:
        """Start the judge; False when that is not possible in this way."""
        with self._reading, self._writing:
            return self._launch(self._reading.fileno(), self._writing.fileno(), self._log.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._opened:
            for pipe in (self.task, self._reading, self._writing):
                pipe.close()
            status = self._wait()
            self._log.seek(0)
            log = self._log.read()[-4000:].decode(errors="replace")
            self.told = f"{status}\n{log}".strip()


class ColdJudge(Judge):
    """A process of its own, started by exec."""

    _process: subprocess.Popen[bytes] | None = None

    def _launch(self, reading: int, writing: int, log: int) -> bool:
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

    def _wait(self) -> str:
        if self._process is None:
            return ""
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=_SECONDS)
        finally:
            # Does nothing to one that has ended.
            self._process.kill()
            code = self._process.wait()
        self.failed = code != 0
        return f"(status {code})"


class WarmJudge(Judge):
    """A fork of a process that has imported everything."""

    _connection: socket.socket | None = None

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self._kind = kind

    def _launch(self, reading: int, writing: int, log: int) -> bool:
        self._connection = hire(self._kind, [reading, writing, log])
        return self._connection is not None

    def _wait(self) -> str:
        """The judge and all that were forked for it hold the other end of the events until they end."""
        with self._connection or contextlib.nullcontext(), contextlib.suppress(OSError):
            events = self.events.fileno()
            while select.select([events], [], [], _SECONDS)[0] and os.read(events, 1 << 16):
                pass
        return "If its process was killed, run the check again."


def _open_pipe(opened: contextlib.ExitStack) -> tuple[FileIO, FileIO]:
    """The reading and the writing end of a pipe; `opened` closes what of it is still open by then."""
    reading, writing = os.pipe()
    return opened.enter_context(FileIO(reading, "rb")), opened.enter_context(FileIO(writing, "wb"))
