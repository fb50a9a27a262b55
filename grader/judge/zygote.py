"""The judge's end of the zygote."""

import contextlib
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from typing import NamedTuple, NoReturn, TypeVar

import msgspec

from grader.daemon.wire import Kind
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
_TORCH = ("torch", "grader.tensors", "grader.sandbox.gradients", "torch.fx.experimental.symbolic_shapes")
_DISTRIBUTED = (
    "torch.nn.parallel.distributed",
    "torch.utils.data.distributed",
    "torch.distributed.algorithms.ddp_comm_hooks.default_hooks",
)
MODULES: dict[Kind, tuple[str, ...]] = {
    "plain": _NUMPY,
    "torch": _NUMPY + _TORCH,
    "optimizer": (*_NUMPY, *_TORCH, "torch._dynamo", *_DISTRIBUTED),
    "triton": (*_NUMPY, *_TORCH, "grader.sandbox.kernels", "grader.sandbox.guard"),
}
_ZYGOTE = "grader.sandbox.zygote"
_PATIENCE = 5


class _Started(NamedTuple):
    process: subprocess.Popen[bytes]
    folder: str


class Zygote:
    """The clean process that forks the workers: at the other end of `connection`, perhaps only soon.

    Waited for when first needed. One that this process started is also ended by it.
    """

    def __init__(self, connection: socket.socket, started: _Started | None = None) -> None:
        self._connection = connection
        self._started = started
        self._stream = Stream(connection)
        self._decoder = msgspec.msgpack.Decoder(ZygoteReply)
        self._requests = 0
        self._asking = threading.Lock()
        self._closing = threading.Lock()
        self._is_ready = False

    @classmethod
    def start(cls, modules: Iterable[str]) -> "Zygote":
        """Start one that imports these modules."""
        limits.become_subreaper(limits.load_libc())
        folder = tempfile.mkdtemp(prefix="grader-")
        ours, theirs = socket.socketpair()
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", _ZYGOTE, str(theirs.fileno()), folder, *modules],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=clean_environment(),
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        return cls(ours, _Started(process, folder))

    def wait_until_ready(self) -> None:
        """Block until the zygote has imported everything; raises `Stopped`."""
        self._receive(Started)
        self._is_ready = True

    def fork(
        self,
        cpu_seconds: float,
        memory_mib: int,
        connection: socket.socket,
        output: int,
        *,
        loopback: bool = False,
        measured: bool = False,
    ) -> int:
        """Start a worker with these limits at the other end of `connection`; raises `Stopped`.

        Returns what names it here. Those with `loopback` reach each other; of one that is `measured`,
        resident memory follows what is allocated and freed.
        """
        with self._asking:
            request = Fork(self._next(), cpu_seconds, memory_mib, loopback, measured)
            self._send(request, [connection.fileno(), output])
            return self._receive(Forked).pid

    def finish(self, worker: int, *, ended: bool = False) -> Finished:
        """Kill and reap a worker with all it left behind; raises `Stopped`. Any thread may call it.

        With `ended` it gets a moment to end by itself first, so that its status tells how it did.
        """
        with self._asking:
            self._send(Finish(self._next(), worker, ended))
            return self._receive(Finished)

    def close(self) -> None:
        """End the zygote and its worker; waits until they are gone. Any thread may call it, also twice."""
        with self._closing:
            # Closing alone would not tell it while a thread waits for its answer.
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_WR)
            if self._started:
                self._end(*self._started)
            elif self._is_ready:
                self._wait_for_end()

    def _end(self, process: subprocess.Popen[bytes], folder: str) -> None:
        if not self._is_ready:
            # Busy importing, and without a worker: nothing to wait for.
            process.kill()
        try:
            process.wait(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        # Its own work, unless a submission killed it.
        reap(None)
        remove(folder)

    def _wait_for_end(self) -> None:
        """One that is not ours has cleaned up when it closes its end."""
        with contextlib.suppress(OSError):
            self._connection.settimeout(_PATIENCE)
            while self._connection.recv(1 << 16):
                pass

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
        status = ""
        if self._started:
            with contextlib.suppress(subprocess.TimeoutExpired):
                status = f" (status {self._started.process.wait(timeout=1)})"
        raise Stopped(
            "internal error",
            f"the process that starts the sandbox ended{status}. If your program kills processes, that is "
            "the reason; otherwise run the check again.",
        )
