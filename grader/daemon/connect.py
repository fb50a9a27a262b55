"""The client's end of the daemon; starts it where none answers."""

import contextlib
import fcntl
import os
import socket
import subprocess
import sys

import msgspec

from grader.daemon.place import Place, environment, find_place
from grader.daemon.wire import ACCEPTED, MAX_PACKET, Hire, Kind, is_same_user

_SECONDS = 5.0
_BACKLOG = 64
# Daemons outlive their first client; those that end before it are waited for when the next one starts.
_started: list[subprocess.Popen[bytes]] = []


def hire(kind: Kind, descriptors: list[int]) -> socket.socket | None:
    """Have a warm judge use these pipes (see `Hire`); None when that cannot be had, whatever the reason.

    The connection returned must stay open until the check is over.
    """
    if sys.platform != "linux":
        return None
    # The second time is for a daemon that ended just when it was asked.
    for _ in range(2):
        try:
            place = find_place()
            connection = _connect(place) or _start(place)
        except OSError:
            return None
        if _ask(connection, Hire(kind), descriptors):
            return connection
        connection.close()
    return None


def _connect(place: Place) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.settimeout(_SECONDS)
    try:
        connection.connect(str(place.socket))
    except OSError:
        connection.close()
        return None
    if not is_same_user(connection):
        connection.close()
        raise PermissionError(f"{place.socket} belongs to another user")
    return connection


def _start(place: Place) -> socket.socket:
    """Start a daemon, unless somebody else has done so meanwhile, and connect to it.

    The socket is made here, so that no two daemons can serve it and nobody need wait until one is ready.
    """
    with place.lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
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


def _spawn(listener: socket.socket, place: Place) -> None:
    descriptor = listener.fileno()
    command = [sys.executable, "-P", "-m", "grader.daemon"]
    process = subprocess.Popen(
        [*command, str(descriptor), str(place.folder), str(place.lock)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=_environment(),
        pass_fds=[descriptor],
        start_new_session=True,
    )
    _started[:] = [each for each in (*_started, process) if each.poll() is None]


def _environment() -> dict[str, str]:
    idle = (
        {"GRADER_IDLE_SECONDS": os.environ["GRADER_IDLE_SECONDS"]}
        if "GRADER_IDLE_SECONDS" in os.environ
        else {}
    )
    return environment() | idle


def _ask(connection: socket.socket, request: Hire, descriptors: list[int]) -> bool:
    with contextlib.suppress(OSError):
        socket.send_fds(connection, [msgspec.msgpack.encode(request)], descriptors)
        return connection.recv(MAX_PACKET) == ACCEPTED
    return False
