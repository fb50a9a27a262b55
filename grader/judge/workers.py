"""The judge's ends of the zygote and of its workers: requests with deadlines, measurements from outside."""

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from typing import Any, NoReturn, TypeVar

import msgspec

from grader.catalog import Limits
from grader.process import clean_environment
from grader.sandbox import limits
from grader.sandbox.reaping import reap, remove
from grader.verdict import Outcome
from grader.wire import (
    Finish,
    Finished,
    Fork,
    Forked,
    Frame,
    FrameBuffer,
    Malformed,
    Message,
    Reply,
    Started,
    Stream,
    Trouble,
    ZygoteReply,
    pack,
)

_CHUNK = 1 << 20
R = TypeVar("R", Started, Forked, Finished)
_NUMPY = ("numpy.random", "safetensors.numpy")
# The first backward pass imports symbolic_shapes (0.5 s), the first optimizer _dynamo (2 s).
_TORCH = ("torch", "grader.sandbox.gradients", "torch.fx.experimental.symbolic_shapes")
_OPTIMIZERS = "torch._dynamo"
_ZYGOTE = "grader.sandbox.zygote"
_FOREIGN = "the program wrote to the judge's channel"


class Stopped(BaseException):
    """The end of a check that no suite may catch: a limit, a crash, a forged message, our own failure."""

    def __init__(self, outcome: Outcome, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.message = message


def modules_for(needs_torch: bool, programs: bytes) -> list[str]:
    """What the zygote should import for an exercise and these sources."""
    if not needs_torch:
        return [*_NUMPY]
    return [*_NUMPY, *_TORCH] + [_OPTIMIZERS] * (b"optim" in programs)


class Zygote:
    """The clean process that forks the workers; started at once, waited for when first needed."""

    def __init__(self, modules: list[str]) -> None:
        limits.become_subreaper(limits.load_libc())
        self._folder = tempfile.mkdtemp(prefix="grader-")
        ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", _ZYGOTE, str(theirs.fileno()), self._folder, *modules],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=clean_environment(),
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        self._connection = ours
        self._stream = Stream(ours)
        self._decoder = msgspec.msgpack.Decoder(ZygoteReply)
        self._requests = 0

    def wait_until_ready(self) -> None:
        """Block until the zygote has imported everything; raises `Stopped`."""
        self._receive(Started)

    def fork(self, bounds: Limits, connection: socket.socket, output: int) -> None:
        """Start a worker at the other end of `connection`; raises `Stopped`."""
        self._send(Fork(self._next(), bounds.cpu_seconds, bounds.memory_mib), [connection.fileno(), output])
        self._receive(Forked)

    def finish(self) -> Finished:
        """Kill and reap the worker with all it left behind; raises `Stopped`."""
        self._send(Finish(self._next()))
        finished: Finished = self._receive(Finished)
        return finished

    def close(self) -> None:
        """End the zygote and its worker; waits until they are gone."""
        self._connection.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        # Its own work, unless a submission killed it.
        reap(None)
        remove(self._folder)

    def _next(self) -> int:
        self._requests += 1
        return self._requests

    def _send(self, message: Message, descriptors: list[int] | None = None) -> None:
        try:
            self._stream.send(message, descriptors=descriptors)
        except OSError:
            self._lost()

    def _receive(self, kind: type[R]) -> R:
        try:
            reply = self._stream.receive().read(self._decoder)
        except (EOFError, OSError, Malformed):
            self._lost()
        if isinstance(reply, Trouble):
            raise Stopped("internal error", reply.what)
        if not isinstance(reply, kind) or reply.seq != self._requests:
            raise Stopped("internal error", "the zygote answered out of order")
        return reply

    def _lost(self) -> NoReturn:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        raise Stopped(
            "internal error",
            f"the process that starts the sandbox ended (status {self._process.returncode}). If your program "
            "kills processes, that is the reason; otherwise run the check again.",
        )


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
        self.started = self._expect(self._exchange(b""), Started)

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

    def _expect(self, frame: Frame, kind: type[Started]) -> Started:
        reply = self._read(frame)
        if not isinstance(reply, kind):
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

    def _reap(self) -> Finished:
        if self._finished is None:
            self._finished = self._zygote.finish()
        return self._finished

    def _ended(self) -> NoReturn:
        """The socket was closed although an answer is due: say how the program ended."""
        finished = self._reap()
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
