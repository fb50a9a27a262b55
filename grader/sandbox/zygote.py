"""A clean process, started by exec, that forks the workers of a verdict.

It has imported the modules that it was told to (numpy, and torch for exercises that use it) and knows
nothing else: no suite, no secret, no submission. It must never run a parallel torch operation: a child forked
off a process with a thread pool hangs. It serves one judge over a stream socket and ends with it. Usually one
worker lives at a time; those of an exercise with several processes live together, in one network.
"""

import contextlib
import gc
import importlib
import os
import socket
import sys
import tempfile

import msgspec

from grader.sandbox import limits, namespaces, walls, worker
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
        self._folders: dict[int, str] = {}
        self._libc = limits.load_libc()
        limits.become_subreaper(self._libc)
        limits.close_to_tracers(self._libc)

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
            for pid in list(self._folders):
                self._finish(pid)
            remove(self._root)

    def _answer(self, request: ZygoteRequest) -> None:
        if isinstance(request, Finish):
            reaped = self._finish(request.pid, _PATIENCE if request.ended else 0.0)
            self._stream.send(Finished(request.seq, *reaped))
            return
        try:
            pid = self._fork(request)
        except OSError as error:
            self._stream.send(Trouble(request.seq, f"no worker could be started: {error}"))
        else:
            self._stream.send(Forked(request.seq, pid))

    def _fork(self, request: Fork) -> int:
        connection, output = self._stream.descriptors
        self._stream.descriptors = []
        try:
            if request.loopback:
                self._share_network()
            folder = tempfile.mkdtemp(dir=self._root)
            pid = os.fork()
            if pid == 0:
                worker.begin(connection, output, folder, self._readable, request)
            self._folders[pid] = folder
            return pid
        finally:
            os.close(connection)
            os.close(output)

    def _share_network(self) -> None:
        """Let the workers from now on reach each other; raises OSError."""
        if sys.platform != "linux" or namespaces.shares_network():
            return
        found = namespaces.survey()
        if not found.has(namespaces.NEWNET):
            because = f" ({found.reason})" if found.reason else ""
            raise OSError(
                "the exercise needs several processes in a network of their own, and this system lets "
                f"programs have none{because}. `grader doctor` tells what helps."
            )
        namespaces.share_network(found)
        walls.prepare(self._readable, loopback=True)
        # A user namespace of its own has undone it.
        limits.close_to_tracers(self._libc)

    def _finish(self, pid: int, patience: float = 0.0) -> Reaped:
        """Leave nothing of a worker; returns its wait status and the CPU seconds of all its processes."""
        folder = self._folders.pop(pid)
        reaped = reap(pid, patience, alone=not self._folders)
        remove(folder)
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
