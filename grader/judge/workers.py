"""The judge's end of a worker: requests with deadlines, measurements from outside."""

import contextlib
import math
import os
import selectors
import signal
import socket
import time
from typing import Any, NamedTuple, NoReturn

import msgspec

from grader.catalog import Limits
from grader.judge import measuring
from grader.judge.stopped import Stopped
from grader.judge.zygote import Zygote
from grader.text import neutralise, shorten
from grader.verdict import Outcome
from grader.wire import (
    CHUNK,
    Answer,
    Finished,
    Frame,
    FrameBuffer,
    Malformed,
    Message,
    Reply,
    Started,
    pack,
)

# To put the walls up takes some fifty milliseconds; on a busy machine many times that.
_SETUP_SECONDS = 60.0
_FOREIGN = "the program wrote to the judge's channel"
# A process serves checks until it has used the CPU time of one, so that each finds at least as much left.
_LIFETIME = 2
# It is also of no further use when more than this part of the memory limit stays occupied after a check.
_OCCUPIED = 8
_PROCESSORS = os.cpu_count() or 1
# The CPU time is looked at no more often than this, in seconds.
_TICK = 0.01


class Usage(NamedTuple):
    """What one check used of its worker: seconds waited for it, its CPU seconds, and what it printed.

    `stopped` tells why it came to no end.
    """

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    output: bytes = b""
    stopped: Stopped | None = None


class Worker:
    """One sandboxed process, which serves checks one after the other, each closed by `release`.

    After the first `Stopped` it is of no further use, and `stopped` says why; `has_begun` tells whether
    `begin` succeeded. Limits are those of a check. Workers with `loopback` reach each other.
    """

    def __init__(
        self, zygote: Zygote, bounds: Limits, *, loopback: bool = False, measured: bool = False
    ) -> None:
        self._zygote = zygote
        self._limits = bounds
        self._decoder = msgspec.msgpack.Decoder(Reply)
        self._buffer = FrameBuffer()
        self._chunk = memoryview(bytearray(CHUNK))
        self._requests = 0
        self._finished: Finished | None = None
        self._pid: int | None = None
        self._at_start: measuring.Holding | None = None
        self.has_begun = False
        self._cpu_before = 0.0
        self._output = bytearray()
        self._seconds = 0.0
        self._interruption: Stopped | None = None
        self.stopped: Stopped | None = None
        self._connection, theirs = socket.socketpair()
        measuring.ask_for_sender(self._connection)
        self._pipe, output = os.pipe()
        try:
            seconds, memory = _LIFETIME * bounds.cpu_seconds, bounds.memory_mib
            self._id = zygote.fork(seconds, memory, theirs, output, loopback=loopback, measured=measured)
        finally:
            theirs.close()
            os.close(output)
        self._connection.setblocking(False)
        os.set_blocking(self._pipe, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._pipe, selectors.EVENT_READ)
        self._printing = True

    def begin(self) -> list[str]:
        """Wait until the worker has confined itself; raises `Stopped`.

        Returns the measures in force, and those that are missing.
        """
        try:
            # The wall time of an exercise is for the submission, not for us.
            started = self._read(self._exchange(b"", _SETUP_SECONDS))
        except Stopped as stop:
            why = f"not ready after {_SETUP_SECONDS:g} s" if stop.outcome == "time limit" else stop.message
            told = self._output.decode(errors="replace") or why
            self.stopped = Stopped("internal error", f"The sandbox could not be set up: {told}")
            raise self.stopped from None
        if not isinstance(started, Started):
            self.malformed()
        # The time of the submission begins only now.
        self.has_begun = True
        self._seconds = 0.0
        self._cpu_before = self._cpu()
        self._at_start = measuring.holding(self._pid) if self._pid else None
        return started.in_force + [f"missing: {each}" for each in started.missing]

    def ask(self, kind: type[Message], *arguments: Any, body: bytes = b"") -> tuple[Reply, bytes]:
        """Send a request of this kind and return the reply with its body; raises `Stopped`."""
        if self.stopped:
            raise self.stopped
        self._requests += 1
        return self._converse(kind(self._requests, *arguments), body)

    def answer(self, value: bytes, body: bytes) -> tuple[Reply, bytes]:
        """Answer what the worker asked instead of its reply, and return what comes next; raises `Stopped`."""
        return self._converse(Answer(self._requests, value), body)

    def interrupt(self) -> None:
        """Let a thread that waits for the worker go on, with a `Stopped` that is no fault of the program."""
        self._interruption = Stopped("runtime error", "this process was ended because another one failed")
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def resident(self) -> measuring.Resident | None:
        """What of the worker is in memory."""
        return measuring.resident(self._pid) if self._pid else None

    def malformed(self, error: Malformed | None = None) -> NoReturn:
        """Stop because a reply makes no sense; `error` may tell why."""
        why = f": {neutralise(shorten(str(error)))}" if error else ""
        self._stop("rejected", _FOREIGN + why)

    def release(self, *, last: bool) -> tuple[Usage, bool]:
        """Close a check, and end the worker after the last one, or when it is not as good as a fresh one.

        Returns what the check used, and whether the worker is still there for another one.
        """
        if last or self.is_spent:
            return self.finish(), False
        usage = self._rest()
        if usage.stopped:
            self.finish()
        return usage, usage.stopped is None

    def _rest(self) -> Usage:
        """Close a check and let the worker live on, if the check kept to the rules until now."""
        try:
            self._drain()
            self._require_silence()
            self._require_cpu()
        except Stopped as stop:
            self.stopped = self.stopped or stop
        return self._close_check(self._cpu())

    @property
    def is_spent(self) -> bool:
        """Whether the next check needs a fresh process: this one could make a difference to it."""
        if self.stopped or self._interruption or self._pid is None or self._at_start is None:
            return True
        now = measuring.holding(self._pid)
        room = (self._limits.memory_mib << 20) // _OCCUPIED
        return (
            now is None
            or now.threads > self._at_start.threads
            or now.memory > self._at_start.memory + room
            or self._cpu() > (_LIFETIME - 1) * self._limits.cpu_seconds
        )

    def finish(self) -> Usage:
        """Close a check and end the worker; a limit that shows only now is recorded."""
        cpu_seconds = self._cpu_before
        try:
            cpu_seconds = self._reap().cpu_seconds
            self._drain()
            self._require_silence()
            if cpu_seconds - self._cpu_before > self._limits.cpu_seconds:
                self._stop("time limit", self._over_cpu())
        except Stopped as stop:
            self.stopped = self.stopped or stop
        finally:
            self._selector.close()
            self._connection.close()
            os.close(self._pipe)
        return self._close_check(cpu_seconds)

    def _close_check(self, cpu_seconds: float) -> Usage:
        used = max(0.0, cpu_seconds - self._cpu_before)
        stopped = None if self.stopped is self._interruption else self.stopped
        usage = Usage(self._seconds, used, bytes(self._output), stopped)
        self._seconds, self._cpu_before = 0.0, cpu_seconds
        self._output.clear()
        return usage

    def _require_silence(self) -> None:
        """Nothing may have been sent that was not asked for."""
        if len(self._buffer) or self._unread():
            self._stop("rejected", _FOREIGN)

    def _cpu(self) -> float:
        """CPU seconds of the process since it exists; what was seen last when it is gone."""
        try:
            return measuring.cpu_seconds(self._pid) if self._pid else 0.0
        except OSError:
            return self._cpu_before

    def _require_cpu(self) -> float:
        """The CPU seconds that the check has left."""
        left = self._limits.cpu_seconds - (self._cpu() - self._cpu_before)
        if left <= 0:
            self._stop("time limit", self._over_cpu())
        return left

    def _stop(self, outcome: Outcome, message: str) -> NoReturn:
        self.stopped = self.stopped or Stopped(outcome, message)
        raise self.stopped

    def _read(self, frame: Frame) -> Reply:
        try:
            reply: Reply = frame.read(self._decoder)
        except Malformed as error:
            self.malformed(error)
        return reply

    def _converse(self, message: Message, body: bytes) -> tuple[Reply, bytes]:
        frame = self._exchange(pack(message, body), self._limits.wall_seconds - self._seconds)
        reply = self._read(frame)
        if reply.seq != self._requests:
            self._stop("rejected", _FOREIGN)
        return reply, frame.body

    def _exchange(self, data: bytes, left: float) -> Frame:
        """Send all of `data`, then wait for one frame, within the `left` seconds."""
        began = time.monotonic()
        deadline = began + left
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
            self._seconds += time.monotonic() - began
            self._selector.unregister(self._connection)

    def _step(self, pending: memoryview, deadline: float) -> memoryview:
        left = deadline - time.monotonic()
        cpu_left = self._require_cpu() if self.has_begun else math.inf
        events = self._selector.select(max(min(left, max(cpu_left / _PROCESSORS, _TICK)), 0))
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
            received = self._connection.recv_into(self._chunk) if self._pid else self._receive_first()
        except BlockingIOError:
            return
        except OSError:
            received = 0
        if not received:
            self._ended()
        self._buffer.feed(self._chunk[:received])

    def _receive_first(self) -> int:
        """The first bytes come from the worker before it meets the submission: by them it is known."""
        received, ancillary, _, _ = self._connection.recvmsg_into([self._chunk], measuring.CREDENTIALS_SPACE)
        self._pid = measuring.sender(ancillary)
        return received

    def _take(self) -> Frame | None:
        try:
            return self._buffer.take()
        except Malformed as error:
            self.malformed(error)

    def _drain(self) -> None:
        """Read what the program printed; stops at the output limit."""
        room = (self._limits.output_kib << 10) - len(self._output)
        while self._printing:
            try:
                data = os.read(self._pipe, 1 << 16)
            except BlockingIOError:
                return
            self._output += data[:room]
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
            self._finished = self._zygote.finish(self._id, ended=ended)
        return self._finished

    def _ended(self) -> NoReturn:
        """The socket was closed although an answer is due: say how the program ended."""
        if self._interruption:
            self.stopped = self.stopped or self._interruption
            raise self.stopped
        finished = self._reap(ended=True)
        self._drain()
        if os.WIFSIGNALED(finished.status):
            number = os.WTERMSIG(finished.status)
            used = finished.cpu_seconds - self._cpu_before
            if number == signal.SIGXCPU or used > self._limits.cpu_seconds:
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
