"""Who is at the other end of a Unix socket, as the kernel says (struct ucred, unix(7))."""

import struct
from typing import NamedTuple

_UCRED = struct.Struct("iII")
SIZE = _UCRED.size


class Credentials(NamedTuple):
    """A process and the user it runs as, in the namespaces of whom the kernel tells it."""

    pid: int
    uid: int
    gid: int


def decode(ucred: bytes) -> Credentials:
    """The credentials in the first `SIZE` bytes; raises struct.error when there are fewer."""
    return Credentials._make(_UCRED.unpack_from(ucred))
