"""`python -P -m grader.daemon LISTENER FOLDER LOCK`: serve the socket LISTENER until idle or out of date."""

import fcntl
import functools
import os
import select
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from grader.daemon.place import Place, environment, fingerprint
from grader.daemon.wire import ACCEPTED, MAX_PACKET, Hire, Kind, close_all, is_same_user
from grader.judge.zygote import MODULES
from grader.sandbox import limits
from grader.sandbox.reaping import remove

_IDLE_SECONDS = 600.0
_LOOK_SECONDS = 5.0
_PIPES = 3
# What a kind needs is imported on top of what a smaller kind needs.
_SMALLER: dict[Kind, Kind] = {"torch": "plain", "optimizer": "torch", "triton": "torch"}
_JUDGES: dict[Kind, Kind] = {"plain": "plain", "torch": "torch", "optimizer": "torch", "triton": "torch"}
# What judges import besides: the first comparison in torch.testing and the first backward pass take long.
_BESIDES: dict[Kind, tuple[str, ...]] = {"plain": (), "torch": ("torch.testing", "grader.judge.autograd")}


class Forker:
    """The end of a socket that a warm process serves: one made by `start`, anew when it is gone or hangs."""

    def __init__(self, start: Callable[[socket.socket], None]) -> None:
        self._start = start
        self._control: socket.socket | None = None

    def request(self, words: Iterable[str], descriptors: list[int]) -> None:
        """Let it fork a child with these descriptors; raises OSError when it does not take the request."""
        if self._control is None or _has_hung_up(self._control):
            self._renew()
        assert self._control
        try:
            socket.send_fds(self._control, [" ".join(words).encode()], descriptors)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Let it end as soon as its children have."""
        if self._control:
            self._control.close()
            self._control = None

    def _renew(self) -> None:
        self.close()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # A process that hangs must not make the daemon hang.
        ours.setblocking(False)
        self._control = ours
        with theirs:
            self._start(theirs)


def _has_hung_up(control: socket.socket) -> bool:
    poll = select.poll()
    poll.register(control, 0)
    return bool(poll.poll(0))


class Daemon:
    """Hands the pipes of clients on to forked judges."""

    def __init__(self, listener: socket.socket, place: Place) -> None:
        self._listener = listener
        self._place = place
        self._identity = place.socket.stat().st_ino
        self._idle = float(os.environ.get("GRADER_IDLE_SECONDS", _IDLE_SECONDS))
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)
        self._clients: set[socket.socket] = set()
        self._stems = {kind: Forker(functools.partial(self._start_stem, kind)) for kind in MODULES}
        self._judges = {kind: Forker(functools.partial(self._start_judges, kind)) for kind in _BESIDES}
        self._process: subprocess.Popen[bytes] | None = None
        self._used = time.monotonic()

    def serve(self) -> None:
        """Serve until nobody has come for a while, or the code on disk is no longer this one."""
        looked = time.monotonic()
        try:
            while not self._is_idle():
                for key, _ in self._selector.select(min(_LOOK_SECONDS, self._idle)):
                    assert isinstance(key.fileobj, socket.socket)
                    self._handle(key.fileobj)
                if time.monotonic() > looked + _LOOK_SECONDS:
                    looked = time.monotonic()
                    if not self._is_current():
                        break
        finally:
            self._close()

    def _is_idle(self) -> bool:
        if self._clients:
            self._used = time.monotonic()
        return time.monotonic() > self._used + self._idle

    def _is_current(self) -> bool:
        try:
            return (
                self._place.socket.stat().st_ino == self._identity
                and self._place.folder.name == fingerprint()
            )
        except OSError:
            return False

    def _handle(self, ready: socket.socket) -> None:
        if ready is self._listener:
            client, _ = self._listener.accept()
            if not is_same_user(client):
                client.close()
                return
            self._clients.add(client)
            self._selector.register(client, selectors.EVENT_READ)
        elif not self._answer(ready):
            self._clients.discard(ready)
            self._selector.unregister(ready)
            ready.close()

    def _answer(self, client: socket.socket) -> bool:
        """Take one packet of a client; False when it is gone, or asks what cannot be had."""
        descriptors: list[int] = []
        try:
            data, descriptors, _, _ = socket.recv_fds(client, MAX_PACKET, _PIPES)
            if not data:
                return False
            if len(descriptors) != _PIPES:
                return False
            self._hire(msgspec.msgpack.decode(data, type=Hire).kind, descriptors)
            return client.send(ACCEPTED) > 0
        except (OSError, msgspec.MsgspecError):
            return False
        finally:
            close_all(descriptors)

    def _hire(self, kind: Kind, descriptors: list[int]) -> None:
        judge_end, zygote_end = socket.socketpair()
        with judge_end, zygote_end:
            self._stems[kind].request(["zygote"], [zygote_end.fileno()])
            self._judges[_JUDGES[kind]].request(["judge"], [*descriptors, judge_end.fileno()])

    def _start_judges(self, kind: Kind, control: socket.socket) -> None:
        self._stems[kind].request(["judges", *_BESIDES[kind]], [control.fileno()])

    def _start_stem(self, kind: Kind, control: socket.socket) -> None:
        if kind in _SMALLER:
            self._stems[_SMALLER[kind]].request(["stem", *MODULES[kind]], [control.fileno()])
            return
        if self._process:
            self._process.kill()
            self._process.wait()
        work = str(self._place.work)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "grader.daemon.stem", str(control.fileno()), work, *MODULES[kind]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment() | {"TMPDIR": work},
            pass_fds=[control.fileno()],
        )

    def _close(self) -> None:
        """Take the socket away, unless it is another's by now; the processes end after their last check."""
        with self._place.lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._is_ours():
                self._place.socket.unlink(missing_ok=True)
            self._listener.close()
        for forker in (*self._stems.values(), *self._judges.values()):
            forker.close()

    def _is_ours(self) -> bool:
        try:
            return self._place.socket.stat().st_ino == self._identity
        except OSError:
            return False


def main(listener: int, folder: str, lock: str) -> None:
    """Serve, in a process that outlives the one that was started: whoever started that waits for its end."""
    if os.fork():
        os._exit(0)
    limits.close_to_tracers(limits.load_libc())
    place = Place(Path(folder), Path(lock))
    remove_abandoned(place)
    place.work.mkdir(mode=0o700, exist_ok=True)
    Daemon(socket.socket(fileno=listener), place).serve()


def remove_abandoned(place: Place) -> None:
    """Remove the folders of daemons that have ended."""
    with place.lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for folder in place.folder.parent.iterdir():
            other = Place(folder, place.lock)
            if folder == place.folder or not folder.is_dir() or _answers(other):
                continue
            # A check that outlives its daemon removes its own files.
            if not other.work.is_dir() or not any(other.work.iterdir()):
                remove(str(folder))


def _answers(place: Place) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
        try:
            probe.connect(str(place.socket))
        except OSError:
            return False
        return True


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
