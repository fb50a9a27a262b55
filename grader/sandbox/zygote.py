"""A clean process, started by exec, that forks a worker for each check.

It has imported the modules that it was told to (numpy, and torch for exercises that use it) and knows
nothing else: no suite, no secret, no submission. It must never run a parallel torch operation: a child forked
off a process with a thread pool hangs. It serves one judge over a stream socket, one worker at a time, and
ends with its judge.
"""

import contextlib
import gc
import importlib
import os
import socket
import sys
import tempfile

import msgspec

from grader.sandbox import limits, worker
from grader.sandbox.reaping import Reaped, reap, remove
from grader.wire import Finish, Finished, Fork, Forked, Started, Stream, Trouble, ZygoteRequest


def main(descriptor: int, folder: str, modules: list[str]) -> None:
    """Preload `modules`, report ready, serve until the judge closes the socket; workers live in `folder`."""
    Zygote(socket.socket(fileno=descriptor), folder).serve(modules)


class Zygote:
    """The parent of the workers."""

    def __init__(self, connection: socket.socket, root: str) -> None:
        self._root = root
        self._stream = Stream(connection)
        self._libc = limits.load_libc()
        self._worker: int | None = None
        self._folder: str | None = None
        limits.become_subreaper(self._libc)
        limits.close_to_tracers(self._libc)

    def serve(self, modules: list[str]) -> None:
        """Answer requests until the judge is gone, then leave no process and no file."""
        decoder = msgspec.msgpack.Decoder(ZygoteRequest)
        try:
            preload(modules)
            self._stream.send(Started(0, [], []))
            while True:
                self._answer(self._stream.receive().read(decoder))
        except (EOFError, OSError):
            pass
        finally:
            self._finish()
            remove(self._root)

    def _answer(self, request: ZygoteRequest) -> None:
        if isinstance(request, Finish):
            self._stream.send(Finished(request.seq, *self._finish()))
            return
        try:
            self._fork(request)
        except OSError as error:
            self._stream.send(Trouble(request.seq, f"no worker could be started: {error}"))
        else:
            self._stream.send(Forked(request.seq, self._worker or 0))

    def _fork(self, request: Fork) -> None:
        connection, output = self._stream.descriptors
        self._stream.descriptors = []
        self._folder = tempfile.mkdtemp(dir=self._root)
        self._worker = os.fork()
        if self._worker == 0:
            worker.begin(self._libc, connection, output, self._folder, request)
        os.close(connection)
        os.close(output)

    def _finish(self) -> Reaped:
        """Leave nothing of the worker; returns its wait status and the CPU seconds of all its processes."""
        reaped = reap(self._worker)
        self._worker = None
        if self._folder:
            remove(self._folder)
            self._folder = None
        return reaped


def preload(modules: list[str]) -> None:
    """Import what a worker would otherwise import once per check, with one thread."""
    for module in modules:
        # Only speed depends on it.
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
