"""The judge's end of a worker: requests with deadlines, measurements from outside."""

import os
import selectors
import signal
import socket
import time
from typing import Any, NoReturn

import msgspec

from grader.catalog import Limits
from grader.judge.stopped import Stopped
from grader.judge.zygote import Zygote
from grader.verdict import Outcome
from grader.wire import (
    Finished,
    Frame,
    FrameBuffer,
    Malformed,
    Message,
    Reply,
    Started,
    pack,
)

_CHUNK = 1 << 20
_FOREIGN = "the program wrote to the judge's channel"


class Worker:
    """One sandboxed process; after the first `Stopped` it is of no further use, and `stopped` says why.

    `seconds` is the time spent waiting for it; `output` what it printed, bounded.
    """

    def __init__(self, zygote: Zygote, bounds: Limits) -> None:
        self._zygote = zygote
        self._limits = bounds
        self._decoder = msgspec.msgpack.Decoder(Reply)
        self._buffer = FrameBuffer()
        self._requests = 0
        self._finished: Finished | None = None
        self.output = bytearray()
        self.seconds = 0.0
        self.stopped: Stopped | None = None
        self._connection, theirs = socket.socketpair()
        self._pipe, output = os.pipe()
        try:
            zygote.fork(bounds, theirs, output)
        finally:
            theirs.close()
            os.close(output)
        self._connection.setblocking(False)
        os.set_blocking(self._pipe, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._pipe, selectors.EVENT_READ)
        self._printing = True

    def begin(self) -> Started:
        """Wait until the worker has confined itself; returns the measures in force. Raises `Stopped`."""
        try:
            started = self._read(self._exchange(b""))
        except Stopped as stop:
            told = self.output.decode(errors="replace") or stop.message
            self.stopped = Stopped("internal error", f"The sandbox could not be set up: {told}")
            raise self.stopped from None
        if not isinstance(started, Started):
            self.malformed()
        # The time of the submission begins only now.
        self.seconds = 0.0
        return started

    def ask(self, kind: type[Message], *arguments: Any, body: bytes = b"") -> tuple[Reply, bytes]:
        """Send a request of this kind and return the reply with its body; raises `Stopped`."""
        if self.stopped:
            raise self.stopped
        self._requests += 1
        frame = self._exchange(pack(kind(self._requests, *arguments), body))
        reply = self._read(frame)
        if reply.seq != self._requests:
            self._stop("rejected", _FOREIGN)
        return reply, frame.body

    def malformed(self) -> NoReturn:
        """Stop because a reply makes no sense."""
        self._stop("rejected", _FOREIGN)

    def finish(self) -> float:
        """End the worker; returns the CPU seconds it used, and records a limit that shows only now."""
        try:
            finished = self._reap()
            self._drain()
            if len(self._buffer) or self._unread():
                self._stop("rejected", _FOREIGN)
            if finished.cpu_seconds > self._limits.cpu_seconds:
                self._stop("time limit", self._over_cpu())
            return finished.cpu_seconds
        except Stopped as stop:
            self.stopped = self.stopped or stop
            return self._finished.cpu_seconds if self._finished else 0.0
        finally:
            self._selector.close()
            self._connection.close()
            os.close(self._pipe)

    def _stop(self, outcome: Outcome, message: str) -> NoReturn:
        self.stopped = self.stopped or Stopped(outcome, message)
        raise self.stopped

    def _read(self, frame: Frame) -> Reply:
        try:
            reply: Reply = frame.read(self._decoder)
        except Malformed:
            self.malformed()
        return reply

    def _exchange(self, data: bytes) -> Frame:
        """Send all of `data`, then wait for one frame, within the wall time that is left."""
        began = time.monotonic()
        deadline = began + self._limits.wall_seconds - self.seconds
        pending = memoryview(data)
        self._selector.register(self._connection, selectors.EVENT_WRITE if pending else selectors.EVENT_READ)
        try:
            while pending or (frame := self._take()) is None:
                pending = self._step(pending, deadline)
            return frame
        except Stopped as stop:
            self.stopped = self.stopped or stop
            raise
        finally:
            self.seconds += time.monotonic() - began
            self._selector.unregister(self._connection)

    def _step(self, pending: memoryview, deadline: float) -> memoryview:
        left = deadline - time.monotonic()
        events = self._selector.select(max(left, 0))
        if not events and left <= 0:
            self._stop("time limit", f"no result after {self._limits.wall_seconds:g} s")
        for key, _ in events:
            if key.fileobj == self._pipe:
                self._drain()
            elif pending:
                pending = self._send(pending)
            else:
                self._receive()
        return pending

    def _send(self, pending: memoryview) -> memoryview:
        try:
            pending = pending[self._connection.send(pending) :]
        except BlockingIOError:
            return pending
        except OSError:
            self._ended()
        if not pending:
            self._selector.modify(self._connection, selectors.EVENT_READ)
        return pending

    def _receive(self) -> None:
        try:
            data = self._connection.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._ended()
        self._buffer.feed(data)

    def _take(self) -> Frame | None:
        try:
            return self._buffer.take()
        except Malformed:
            self.malformed()

    def _drain(self) -> None:
        """Read what the program printed; stops at the output limit."""
        room = (self._limits.output_kib << 10) - len(self.output)
        while self._printing:
            try:
                data = os.read(self._pipe, 1 << 16)
            except BlockingIOError:
                return
            self.output += data[:room]
            room -= len(data)
            if room < 0:
                self._stop("output limit", f"the program printed more than {self._limits.output_kib} KiB")
            if not data:
                self._printing = False
                self._selector.unregister(self._pipe)

    def _unread(self) -> bool:
        try:
            return bool(self._connection.recv(1))
        except OSError:
            return False

    def _reap(self, *, ended: bool = False) -> Finished:
        if self._finished is None:
            self._finished = self._zygote.finish(ended=ended)
        return self._finished

    def _ended(self) -> NoReturn:
        """The socket was closed although an answer is due: say how the program ended."""
        finished = self._reap(ended=True)
        self._drain()
        if os.WIFSIGNALED(finished.status):
            number = os.WTERMSIG(finished.status)
            if number == signal.SIGXCPU or finished.cpu_seconds > self._limits.cpu_seconds:
                self._stop("time limit", self._over_cpu())
            if number == signal.SIGKILL:
                self._stop("runtime error", "the program closed its connection to the judge, or was killed")
            self._stop("runtime error", f"the program was ended by the signal {_signal_name(number)}")
        code = os.WEXITSTATUS(finished.status)
        self._stop("runtime error", f"the program ended itself (exit code {code}) instead of returning")

    def _over_cpu(self) -> str:
        return f"more than {self._limits.cpu_seconds:g} s of CPU time"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
