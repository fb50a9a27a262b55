"""What a judge reports, as its client takes it: in order and whole, or not at all."""

import struct
from collections.abc import Iterator

import msgspec

from grader.judge.request import Begun, Event, Final, Progress
from grader.verdict import CheckResult, Verdict

_MAX_EVENT = 64 << 20
LENGTH = struct.Struct(">Q")


class Nonsense(Exception):
    """The judge reported something that it may not report, or not now."""


class Report:
    """The events of one judge: that it has begun, checks one by one, at last the verdict."""

    def __init__(self) -> None:
        self._decoder = msgspec.msgpack.Decoder(Event)
        self._buffer = bytearray()
        self._has_begun = False
        self._verdict: Verdict | None = None

    def feed(self, data: bytes) -> Iterator[CheckResult]:
        """Take the next bytes, however they were cut; yields the checks among them. Raises `Nonsense`."""
        self._buffer += data
        while (event := self._take()) is not None:
            if self._verdict or isinstance(event, Begun) == self._has_begun:
                raise Nonsense(f"The judge sent {type(event).__name__} out of order.")
            self._has_begun = True
            if isinstance(event, Progress):
                yield event.check
            elif isinstance(event, Final):
                self._verdict = event.verdict

    def close(self) -> Verdict | None:
        """The verdict, now that there is nothing more to come; raises `Nonsense` when an event was cut."""
        if self._buffer:
            raise Nonsense("The judge ended within an event.")
        return self._verdict

    def _take(self) -> Event | None:
        """Remove and return the first whole event."""
        if len(self._buffer) < LENGTH.size:
            return None
        (length,) = LENGTH.unpack_from(self._buffer)
        if length > _MAX_EVENT:
            raise Nonsense(f"The judge announced an event of {length} bytes.")
        end = LENGTH.size + length
        if len(self._buffer) < end:
            return None
        data = bytes(self._buffer[LENGTH.size : end])
        del self._buffer[:end]
        try:
            event: Event = self._decoder.decode(data)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise Nonsense(f"The judge sent what is no event: {error}.") from None
        return event


def pack(value: msgspec.Struct) -> bytes:
    """A value as it goes through a pipe between client and judge, its length before it."""
    data = msgspec.msgpack.encode(value)
    return LENGTH.pack(len(data)) + data
