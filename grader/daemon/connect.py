"""The client's end of the daemon; starts it where none answers."""

import contextlib
import fcntl
import os
import socket
import subprocess
import sys
import time
from typing import IO

import msgspec

from grader.daemon.place import Place, environment, find_place
from grader.daemon.wire import ACCEPTED, MAX_PACKET, Hire, Kind, is_same_user

# A daemon answers within milliseconds; this is hundreds of times that, for a busy machine. To give up too
# early costs the time of a cold judge, which is about as long, and never a verdict.
_ANSWER_SECONDS = 3.0
# Until Python has started and imported what the daemon needs.
_START_SECONDS = 20.0
_TICK = 0.01
_BACKLOG = 64


def hire(kind: Kind, descriptors: list[int]) -> socket.socket | None:
    """Have a warm judge use these pipes (see `Hire`); None when that cannot be had, whatever the reason.

    The connection returned must stay open until the check is over.
    """
    if sys.platform != "linux":
        return None
    try:
        place = find_place()
        # The second time is for a daemon that ended just when it was asked; one that hangs would hang again.
        return _ask(place, Hire(kind), descriptors) or _ask(place, Hire(kind), descriptors)
    except (OSError, subprocess.TimeoutExpired):
        return None


def _ask(place: Place, request: Hire, descriptors: list[int]) -> socket.socket | None:
    """The connection to a daemon that accepted; raises TimeoutError when it gives no answer, OSError."""
    with contextlib.ExitStack() as opened:
        connection = opened.enter_context(_connect(place) or _start(place))
        with contextlib.suppress(ConnectionError):
            socket.send_fds(connection, [msgspec.msgpack.encode(request)], descriptors)
            if connection.recv(MAX_PACKET) == ACCEPTED:
                opened.pop_all()
                return connection
    return None


def _connect(place: Place) -> socket.socket | None:
    with contextlib.ExitStack() as opened:
        connection = opened.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
        connection.settimeout(_ANSWER_SECONDS)
        try:
            connection.connect(str(place.socket))
        except OSError:
            return None
        if not is_same_user(connection):
            raise PermissionError(f"{place.socket} belongs to another user")
        opened.pop_all()
        return connection


def _start(place: Place) -> socket.socket:
    """Start a daemon, unless somebody else has done so meanwhile, and connect to it.

    The socket is made here, so that no two daemons can serve it and nobody need wait until one is ready.
    """
    with place.lock.open("w") as lock:
        _wait_for(lock)
        connection = _connect(place)
        if connection:
            return connection
        place.folder.mkdir(mode=0o700, exist_ok=True)
        place.socket.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(str(place.socket))
            listener.listen(_BACKLOG)
            _spawn(listener, place)
            # While this end of it is open as well: a daemon that fails at once is then not missed for ever.
            connection = _connect(place)
    if connection is None:
        raise ConnectionRefusedError(f"{place.socket} takes no connection")
    return connection


def _wait_for(lock: IO[str]) -> None:
    """Lock it, but not behind somebody who was stopped; raises TimeoutError."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{lock.name} stays locked") from None
        time.sleep(_TICK)


def _spawn(listener: socket.socket, place: Place) -> None:
    """Start the daemon, which leaves the process that is started here and waited for."""
    descriptor = listener.fileno()
    command = [sys.executable, "-P", "-m", "grader.daemon"]
    subprocess.run(
        [*command, str(descriptor), str(place.folder), str(place.lock)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=_environment(),
        pass_fds=[descriptor],
        start_new_session=True,
        timeout=_START_SECONDS,
        check=False,
    )


def _environment() -> dict[str, str]:
    idle = (
        {"GRADER_IDLE_SECONDS": os.environ["GRADER_IDLE_SECONDS"]}
        if "GRADER_IDLE_SECONDS" in os.environ
        else {}
    )
    return environment() | idle
