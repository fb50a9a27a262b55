"""A clean process, started by exec, that forks the workers of a verdict.

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

from grader.sandbox import limits, walls, worker
from grader.sandbox.reaping import Reaped, reap, remove
from grader.wire import Finish, Finished, Fork, Forked, Started, Stream, Trouble, ZygoteRequest

# A process that ends closes its socket a moment before its parent hears of it.
_PATIENCE = 0.5


def main(descriptor: int, folder: str, modules: list[str]) -> None:
    """Preload `modules`, report ready, serve until the judge closes the socket; workers live in `folder`."""
    # Before the imports: it costs a fork, which is cheap as long as little is loaded.
    readable = survey_walls()
    # The judge may go away meanwhile; then there is nothing to serve.
    preload(modules)
    gc.collect()
    gc.freeze()
    Zygote(socket.socket(fileno=descriptor), folder, readable).serve()


def survey_walls() -> tuple[str, ...]:
    """Find out once what this system offers for the walls; returns what workers may read."""
    readable = walls.python_paths()
    walls.prepare(readable)
    return readable


class Zygote:
    """The parent of the workers."""

    def __init__(self, connection: socket.socket, root: str, readable: tuple[str, ...]) -> None:
        self._root = root
        self._readable = readable
        self._stream = Stream(connection)
        self._worker: int | None = None
        self._folder: str | None = None
        libc = limits.load_libc()
        limits.become_subreaper(libc)
        limits.close_to_tracers(libc)

    def serve(self) -> None:
        """Answer requests until the judge is gone, then leave no process and no file."""
        decoder = msgspec.msgpack.Decoder(ZygoteRequest)
        try:
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
            self._stream.send(Finished(request.seq, *self._finish(_PATIENCE if request.ended else 0.0)))
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
            worker.begin(connection, output, self._folder, self._readable, request)
        os.close(connection)
        os.close(output)

    def _finish(self, patience: float = 0.0) -> Reaped:
        """Leave nothing of the worker; returns its wait status and the CPU seconds of all its processes."""
        reaped = reap(self._worker, patience)
        self._worker = None
        if self._folder:
            remove(self._folder)
            self._folder = None
        return reaped


def preload(modules: list[str]) -> None:
    """Import what a worker would otherwise import itself, with one thread."""
    for module in modules:
        # Only speed depends on it.
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
