"""A warm process that forks a child for each request of the daemon and reaps it."""

import gc
import os
import select
import signal
import socket
import time
from abc import ABC, abstractmethod
from typing import NoReturn

from grader.daemon.wire import close_all
from grader.sandbox.reaping import remove

_MOST_DESCRIPTORS = 8
_PATIENCE = 10
_TICK_MS = 500


class Child:
    """A forked process; when `leash`, the reading end of a pipe, hangs up, it has some seconds to end."""

    def __init__(self, folder: str | None, leash: int | None) -> None:
        self.folder = folder
        self.leash = leash
        self.deadline: float | None = None


class ForkServer(ABC):
    """Serves requests, each a packet with descriptors, until the daemon closes `control`."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._children: dict[int, Child] = {}
        self._is_open = True

    @abstractmethod
    def prepare(self, descriptors: list[int]) -> Child:
        """Called before the fork; the child's leash stays open here."""

    @abstractmethod
    def work(self, descriptors: list[int], child: Child) -> None:
        """Called in the fork, which ends when this returns."""

    def clean(self, child: Child) -> None:
        """Called when a child has ended; nothing to do unless it has a folder."""
        if child.folder:
            remove(child.folder)

    def serve(self) -> None:
        """Serve until the daemon is gone and the last child has ended."""
        gc.collect()
        # Children then share these objects' memory for longer.
        gc.freeze()
        while self._is_open or self._children:
            self._wait()
            self._reap()

    def _wait(self) -> None:
        poll = select.poll()
        if self._is_open:
            poll.register(self._control, select.POLLIN)
        by_leash = {each.leash: each for each in self._children.values() if not each.deadline and each.leash}
        for leash in by_leash:
            # Not to read: what comes through this pipe is for the child alone.
            poll.register(leash, 0)
        for descriptor, event in poll.poll(_TICK_MS if self._children else None):
            if descriptor in by_leash and event & (select.POLLHUP | select.POLLERR):
                by_leash[descriptor].deadline = time.monotonic() + _PATIENCE
            elif descriptor == self._control.fileno():
                self._receive()

    def _receive(self) -> None:
        data, descriptors, _, _ = socket.recv_fds(self._control, 1, _MOST_DESCRIPTORS)
        if not data:
            self._is_open = False
            return
        try:
            self._fork(descriptors)
        except OSError:
            # The client sees its pipes close and does without.
            pass
        finally:
            close_all(descriptors)

    def _fork(self, descriptors: list[int]) -> None:
        child = self.prepare(descriptors)
        pid = os.fork()
        if pid == 0:
            self._become(descriptors, child)
        self._children[pid] = child

    def _become(self, descriptors: list[int], child: Child) -> NoReturn:
        code = 1
        try:
            os.setsid()
            self._control.close()
            close_all([each.leash for each in (*self._children.values(), child) if each.leash])
            self._children.clear()
            self.work(descriptors, child)
            code = 0
        finally:
            os._exit(code)

    def _reap(self) -> None:
        for pid, child in self._children.items():
            if child.deadline and time.monotonic() > child.deadline:
                os.kill(pid, signal.SIGKILL)
        while self._children:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            if pid not in self._children:
                continue
            child = self._children.pop(pid)
            if child.leash:
                os.close(child.leash)
            self.clean(child)
