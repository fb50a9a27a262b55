"""Frames and messages between the judge, its zygote and its workers.

A frame is two big-endian lengths (header: 4 bytes, body: 8 bytes), a msgpack header (one message) and a
safetensors body (the tensors of that message; empty when there are none). Whatever a worker sends is
untrusted: it is decoded into strict structs, and anything else raises `Malformed`.
"""

import array
import socket
import struct
from typing import Annotated, NamedTuple, TypeVar

import msgspec

MAX_HEADER = 16 << 20
MAX_BODY = 512 << 20
# What is received at once, into memory that is there already: fresh memory costs more than the copy.
CHUNK = 1 << 18
_DESCRIPTOR_SPACE = socket.CMSG_SPACE(4 * array.array("i").itemsize)
_LENGTHS = struct.Struct(">IQ")

Text = Annotated[str, msgspec.Meta(max_length=64_000)]
Name = Annotated[str, msgspec.Meta(max_length=400)]
M = TypeVar("M")


class Malformed(Exception):
    """Bytes that are not a frame, a message or a value of this protocol."""


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """A message; `seq` numbers the requests to one worker, and a reply repeats its request's number."""

    seq: int


class Ban(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What makes an exercise pointless: the dotted name of a function and the reason shown to the learner.

    With `allow` it is all of torch, `call = "torch"`, but for these operators ("empty", "copy_").
    """

    call: str
    reason: str
    allow: list[str] = []

    def __post_init__(self) -> None:
        """Raises ValueError for an allow list of anything but torch."""
        if self.allow and self.call != "torch":
            raise ValueError('`allow` goes with call = "torch"')


class Load(Message, frozen=True):
    """Execute the submission (and the driver, if any) as a module; `seed` is for its random generators."""

    source: bytes
    filename: str
    driver: bytes | None
    entry_points: list[str]
    forbidden: list[Ban]
    seed: int


class Call(Message, frozen=True):
    """Call a function; `arguments` is the encoded pair (list of positional, dict of named arguments).

    With `muted` Triton kernels do nothing when they are launched.
    """

    function: str
    arguments: bytes
    generators: list[bytes]
    released: list[int]
    muted: bool = False


class Answer(Message, frozen=True):
    """What the function returned that `Ask` called."""

    value: bytes


class Pullback(Message, frozen=True):
    """Ask for the vector-Jacobian product of an earlier call.

    `gradients` is the encoded list of one gradient per attached output of `node`; `wanted` are the
    positions of the inputs to differentiate by; with `create_graph` the product is itself a node.
    """

    node: int
    gradients: bytes
    wanted: list[int]
    create_graph: bool


class SeedTorch(Message, frozen=True):
    """Seed torch's global generator in the worker."""

    seed: int


class DrawTorch(Message, frozen=True):
    """Draw `count` float64 uniforms from torch's global generator in the worker."""

    count: int


class Started(Message, frozen=True):
    """First message of a worker, sent before it meets the submission: the measures in force."""

    in_force: Annotated[list[Text], msgspec.Meta(max_length=100)]
    missing: Annotated[list[Text], msgspec.Meta(max_length=100)]


class Loaded(Message, frozen=True):
    """The submission was executed; `missing` are the entry points it does not define."""

    missing: Annotated[list[Name], msgspec.Meta(max_length=100)]


class Returned(Message, frozen=True):
    """The value of a request, the states of its generator arguments, and the node that keeps its graph.

    Of a call also whether it changed an argument, how many Triton kernels it launched, and the longest side
    of a tile in them.
    """

    value: bytes
    generators: Annotated[list[bytes], msgspec.Meta(max_length=100)] = []
    node: int | None = None
    mutated: bool = False
    launches: int = 0
    widest: int = 0


class Ask(Message, frozen=True):
    """Before the reply to a call: call the function at this position of its arguments, and answer.

    `arguments` is the encoded list of positional arguments.
    """

    callback: int
    arguments: bytes


class Raised(Message, frozen=True):
    """The submission raised: the names of the exception's classes, its text, the learner's own lines."""

    classes: Annotated[list[Name], msgspec.Meta(min_length=1, max_length=50)]
    message: Text
    trace: Text
    out_of_memory: bool


class Unsendable(Message, frozen=True):
    """The submission returned something that is no plain value; `what` names it."""

    what: Text


class Forbidden(Message, frozen=True):
    """The submission used what is forbidden at this position of `Load.forbidden`, by this name."""

    position: int
    used: Name


class Fork(Message, frozen=True):
    """Zygote: fork a worker with these limits; its socket and output pipe travel with this message.

    With `loopback` it is in a network with the others that were forked so. In one that is `measured`,
    resident memory follows what is allocated and freed.
    """

    cpu_seconds: float
    memory_mib: int
    loopback: bool = False
    measured: bool = False


class Forked(Message, frozen=True):
    """Zygote: the worker's process id."""

    pid: int


class Finish(Message, frozen=True):
    """Zygote: kill a worker and everything it left behind, then reap; `ended` if it seems to end itself."""

    pid: int
    ended: bool = False


class Finished(Message, frozen=True):
    """Zygote: the worker's wait status, and the CPU seconds that it and its descendants used."""

    status: int
    cpu_seconds: float


class Trouble(Message, frozen=True):
    """Zygote: the request failed on our side."""

    what: str


Request = Load | Call | Pullback | SeedTorch | DrawTorch
Reply = Started | Loaded | Returned | Ask | Raised | Unsendable | Forbidden
ZygoteRequest = Fork | Finish
ZygoteReply = Started | Forked | Finished | Trouble


class Frame(NamedTuple):
    """The undecoded header and body of one frame."""

    header: bytes
    body: bytes

    def read(self, decoder: msgspec.msgpack.Decoder[M]) -> M:
        """Decode the header; raises `Malformed` when it is not such a message."""
        try:
            return decoder.decode(self.header)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise Malformed(str(error)) from None


def pack(message: Message, body: bytes = b"") -> bytes:
    """The bytes of one frame."""
    header = msgspec.msgpack.encode(message)
    return b"".join((_LENGTHS.pack(len(header), len(body)), header, body))


class FrameBuffer:
    """Assembles frames from a byte stream, however it was cut."""

    def __init__(self) -> None:
        self._data = bytearray()

    def __len__(self) -> int:
        return len(self._data)

    def feed(self, data: bytes | memoryview) -> None:
        """Append received bytes."""
        self._data += data

    def take(self) -> Frame | None:
        """Remove and return the first complete frame; raises `Malformed` when a length is out of bounds."""
        if len(self._data) < _LENGTHS.size:
            return None
        header, body = _LENGTHS.unpack_from(self._data)
        if header > MAX_HEADER or body > MAX_BODY:
            raise Malformed(
                f"the result is too large: {header:,} bytes (at most {MAX_HEADER:,}) and {body:,} bytes of "
                f"numbers in arrays (at most {MAX_BODY:,})"
            )
        start, end = _LENGTHS.size, _LENGTHS.size + header + body
        if len(self._data) < end:
            return None
        with memoryview(self._data) as data:
            frame = Frame(bytes(data[start : start + header]), bytes(data[start + header : end]))
        del self._data[:end]
        return frame


class Stream:
    """Blocking frames over a socket, for a side that trusts the other one.

    `receive` also collects file descriptors that travel with a frame (SCM_RIGHTS).
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = FrameBuffer()
        self._chunk = memoryview(bytearray(CHUNK))
        self.descriptors: list[int] = []

    def send(self, message: Message, body: bytes = b"", descriptors: list[int] | None = None) -> None:
        """Send one frame, with `descriptors` attached to its first byte; raises OSError."""
        data = memoryview(pack(message, body))
        if descriptors:
            sent = socket.send_fds(self._connection, [data], descriptors)
            data = data[sent:]
        self._connection.sendall(data)

    def receive(self) -> Frame:
        """The next frame; raises EOFError when the other side is gone, OSError, `Malformed`."""
        while (frame := self._buffer.take()) is None:
            received, ancillary, _, _ = self._connection.recvmsg_into([self._chunk], _DESCRIPTOR_SPACE)
            for level, kind, data in ancillary:
                if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                    self.descriptors += array.array("i", data)
            if not received:
                raise EOFError
            self._buffer.feed(self._chunk[:received])
        return frame
