"""Warm processes: each forks a child for each request of the daemon and reaps it."""

import contextlib
import gc
import os
import select
import signal
import socket
import time
from abc import ABC, abstractmethod
from typing import NamedTuple, NoReturn

from grader.daemon.wire import MAX_PACKET, close_all
from grader.sandbox import kernel
from grader.sandbox.reaping import remove

_MOST_DESCRIPTORS = 8
_PATIENCE = 10
_TICK_MS = 500
_PR_SET_NAME = 15
_WARM, _BUSY = b"grader-warm", b"grader-check"


class Request(NamedTuple):
    """What is to be forked, with the descriptors that came along."""

    words: list[str]
    descriptors: list[int]


class Child:
    """A forked process; `folder` is removed when it has ended.

    When `leash`, the reading end of a pipe, hangs up, it has some seconds to end.
    """

    def __init__(self, *, folder: str = "", leash: int | None = None) -> None:
        self.folder = folder
        self.leash = leash
        self.deadline: float | None = None

    def forget(self) -> None:
        """Release what was held for it, now that it is gone."""
        if self.leash:
            os.close(self.leash)
        if self.folder:
            remove(self.folder)


class ForkServer(ABC):
    """Serves requests, each a packet, until the other end of `control` is closed."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._children: dict[int, Child] = {}
        self._is_open = True

    @abstractmethod
    def prepare(self, request: Request) -> Child:
        """Called before the fork."""

    @abstractmethod
    def work(self, request: Request, child: Child) -> "ForkServer | None":
        """Called in the fork, which ends, or serves as what is returned."""

    def serve(self) -> "ForkServer | None":
        """Serve until nobody can ask any more and the last child has ended.

        Returns in a fork, too, with what it is to serve as: it doesn't stay deep in the calls of its parent.
        """
        gc.collect()
        # Children then share these objects' memory for longer.
        gc.freeze()
        _show_as(_WARM)
        while self._is_open or self._children:
            request = self._wait()
            if request and (child := self._fork(request)):
                return self._become(request, child)
            self._reap()
        return None

    def _wait(self) -> Request | None:
        """Wait until there is something to do; returns the request, if that is it."""
        poll = select.poll()
        if self._is_open:
            poll.register(self._control, select.POLLIN)
        by_leash = {each.leash: each for each in self._children.values() if each.leash and not each.deadline}
        for leash in by_leash:
            # Not to read: what comes through this pipe is for the child alone.
            poll.register(leash, 0)
        ready = dict(poll.poll(self._patience()))
        for leash, child in by_leash.items():
            if ready.get(leash, 0) & (select.POLLHUP | select.POLLERR):
                child.deadline = time.monotonic() + _PATIENCE
        return self._receive() if self._control.fileno() in ready else None

    def _patience(self) -> int | None:
        """In milliseconds; without end where nothing needs to be done when a child ends."""
        held = any(each.leash or each.folder for each in self._children.values())
        return _TICK_MS if held or not self._is_open else None

    def _receive(self) -> Request | None:
        data, descriptors, _, _ = socket.recv_fds(self._control, MAX_PACKET, _MOST_DESCRIPTORS)
        self._is_open = bool(data)
        return Request(data.decode().split(), descriptors) if data else None

    def _fork(self, request: Request) -> Child | None:
        """Fork; returns the child in the fork alone. If that fails, the client sees its pipes close."""
        child = None
        try:
            child = self.prepare(request)
            pid = os.fork()
        except OSError:
            if child:
                child.forget()
        else:
            if pid == 0:
                return child
            self._children[pid] = child
        close_all(request.descriptors)
        return None

    def _become(self, request: Request, child: Child) -> "ForkServer | None":
        _show_as(_BUSY)
        os.setsid()
        self._control.close()
        close_all([each.leash for each in (*self._children.values(), child) if each.leash])
        return self.work(request, child)

    def _reap(self) -> None:
        for pid, child in self._children.items():
            if child.deadline and time.monotonic() > child.deadline:
                os.kill(pid, signal.SIGKILL)
        while self._children:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            if pid in self._children:
                self._children.pop(pid).forget()


def run(server: ForkServer | None) -> NoReturn:
    """Serve; in each fork, do what it was forked for."""
    code = 1
    try:
        while server:
            server = server.serve()
        code = 0
    finally:
        os._exit(code)


def _show_as(name: bytes) -> None:
    """What `ps` and `top` call this process."""
    with contextlib.suppress(OSError):
        kernel.prctl(_PR_SET_NAME, name)
