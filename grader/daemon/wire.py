"""What a client asks of the daemon: one packet, with the ends of its pipes attached."""

import contextlib
import os
import socket
from typing import Literal

import msgspec

from grader import credentials
from grader.catalog import Exercise

Kind = Literal["plain", "torch", "optimizer", "triton"]

MAX_PACKET = 4096
ACCEPTED = b"accepted"


class Hire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fork a judge and a zygote that have what an exercise of this kind needs already imported.

    Three descriptors come with it: the task to be read, the events to be written, the log to be written.
    """

    kind: Kind


def kind_of(exercise: Exercise, source: bytes) -> Kind:
    """What a submission to this exercise needs already imported; only speed depends on it."""
    if exercise.description.needs.triton:
        return "triton"
    if not exercise.description.needs.torch:
        return "plain"
    trains = exercise.description.needs.world_size or b"optim" in source + (exercise.driver() or b"")
    return "optimizer" if trains else "torch"


def is_same_user(connection: socket.socket) -> bool:
    """Whether the process at the other end of a Unix socket belongs to this user."""
    option = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, credentials.SIZE)
    return credentials.decode(option).uid == os.geteuid()


def close_all(descriptors: list[int]) -> None:
    """Close each of these descriptors."""
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            os.close(descriptor)
