"""The judge's end of the zygote."""

import contextlib
import socket
import subprocess
import sys
import tempfile
import threading
from typing import NoReturn, TypeVar

import msgspec

from grader.catalog import Limits
from grader.judge.stopped import Stopped
from grader.process import clean_environment
from grader.sandbox import limits
from grader.sandbox.reaping import reap, remove
from grader.wire import (
    Finish,
    Finished,
    Fork,
    Forked,
    Malformed,
    Message,
    Started,
    Stream,
    Trouble,
    ZygoteReply,
)

R = TypeVar("R", Started, Forked, Finished)
_NUMPY = ("numpy.random", "safetensors.numpy")
# The first backward pass imports symbolic_shapes (0.5 s), the first optimizer _dynamo (2 s).
_TORCH = ("torch", "grader.sandbox.gradients", "torch.fx.experimental.symbolic_shapes")
_OPTIMIZERS = "torch._dynamo"
_ZYGOTE = "grader.sandbox.zygote"


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
        self._closing = threading.Lock()
        self._is_ready = False

    def wait_until_ready(self) -> None:
        """Block until the zygote has imported everything; raises `Stopped`."""
        self._receive(Started)
        self._is_ready = True

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
        """End the zygote and its worker; waits until they are gone. Any thread may call it, also twice."""
        with self._closing:
            # Closing alone would not wake a thread that waits for an answer.
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)
            if not self._is_ready:
                # Busy importing, and without a worker: nothing to wait for.
                self._process.kill()
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
