"""Whatever a worker sends, the judge takes it for a value, a failure of the program or a forgery: never more.

A puppet in the place of the worker has everything that it will say lie ready on its socket, valid frames
broken in every way and frames of its own making, and then says no more.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from grader.catalog import Description, Exercise, Limits
from grader.judge.proxy import Remote
from grader.judge.stopped import Stopped
from grader.judge.workers import Worker
from grader.suite import SubmissionError, WrongAnswer, assert_close_to_reference, assert_equal
from grader.values import ARRAY_TYPES, Form, decode, encode
from grader.wire import (
    Ask,
    Finished,
    Forbidden,
    Loaded,
    Malformed,
    Message,
    Raised,
    Returned,
    Started,
    Unsendable,
    pack,
)

WORD = "a word that no frame holds"
FAILURES = {"rejected", "runtime error", "memory limit", "wrong answer"}
EXERCISE = Exercise(
    Description(1, "total", "Sum", "求和", [], 1, 5, ["total"], limits=Limits(wall_seconds=20)),
    Path("/nonexistent/exercises/total"),
    Path("/nonexistent/solutions/total"),
)
STATE = bytes(torch.Generator().manual_seed(7).get_state().numpy())


class Puppet:
    """Stands in for the zygote and for the worker that it would fork: says `speech`, then nothing more."""

    def __init__(self, speech: bytes) -> None:
        self._speech = speech
        self._connection = socket.socket()

    def fork(self, _cpu: float, _memory: int, connection: socket.socket, _output: int, **_how: Any) -> int:
        self._connection.close()
        self._connection = connection.dup()
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self._connection.setblocking(False)
        self._connection.sendall(self._speech)
        self._connection.shutdown(socket.SHUT_WR)
        return 1

    def finish(self, _worker: int, **_how: Any) -> Finished:
        self._connection.close()
        return Finished(0, 0, 0.0)


@contextmanager
def worker(speech: bytes) -> Iterator[Worker]:
    """The judge's end of a worker that says `speech`."""
    subject = Worker(Puppet(speech), EXERCISE.description.limits)  # type: ignore[arg-type]
    try:
        yield subject
    finally:
        subject.finish()


def judge(speech: bytes, *arguments: Any, pull_back: bool = False) -> str:
    """The outcome of a check that loads a program, calls it twice and compares; all else is an error here."""
    with worker(speech) as subject:
        try:
            subject.begin()
            remote = Remote(subject, EXERCISE)
            remote.load(b"", "program.py", 1)
            for _ in range(2):
                value = remote.call("total", arguments, {})
                if pull_back:
                    compare_gradient(value, arguments[0])
                assert_equal(value, WORD)
        except Stopped as stop:
            return "not started" if stop.outcome == "internal error" else stop.outcome
        except SubmissionError:
            return "runtime error"
        except WrongAnswer:
            return "wrong answer"
    return subject.stopped.outcome if subject.stopped else "passed"


def compare_gradient(value: Any, x: Any) -> None:
    expected = torch.full_like(x, 2.0)
    assert_close_to_reference(value, expected, expected)
    if not value.requires_grad:
        raise WrongAnswer("no gradient")
    (gradient,) = torch.autograd.grad(value.sum(), x)
    assert_close_to_reference(gradient, expected, expected)


def reply(seq: int, value: Any, **fields: Any) -> bytes:
    encoded = encode(value)
    return pack(Returned(seq, encoded.header, **fields), encoded.body)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=8)
    | st.binary(max_size=8)
    | st.sampled_from(
        [torch.arange(3.0), torch.tensor(True), torch.zeros(0, 2), numpy.ones((2, 2)), numpy.int8(4)]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)


@st.composite
def broken(draw: st.DrawFn, speech: bytes) -> bytes:
    """The bytes with a few of them changed, cut out, put in or repeated."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(speech)))
        end = min(len(speech), start + draw(st.integers(0, 12)))
        piece = draw(st.binary(max_size=12) | st.just(speech[start:end] * 2) | st.just(b""))
        speech = speech[:start] + piece + speech[end:]
    return speech[: draw(st.integers(0, len(speech)))] if draw(st.booleans()) else speech


@st.composite
def broken_speeches(draw: st.DrawFn) -> bytes:
    frames = [pack(Started(0, [], [])), pack(Loaded(1, [])), *(reply(seq, draw(values)) for seq in (2, 3))]
    if draw(st.booleans()):
        frames = draw(st.permutations(frames))
    return draw(broken(b"".join(frames)))


small = st.integers(-1, 4)
integers = st.integers(-(2**63), 2**64 - 1)
forms = st.builds(
    Form,
    st.sampled_from([*ARRAY_TYPES, "bfloat16", "float8_e4m3fn", "object", "complex256", "str"]),
    st.lists(st.integers(-2, 3) | st.sampled_from([2**31, 2**62, 2**63, -(2**63), 2**64 - 1]), max_size=4)
    | st.just([1] * 70),
    st.none() | st.lists(st.integers(-2, 4), max_size=3),
    st.booleans(),
).map(msgspec.msgpack.encode)
packed = st.recursive(
    st.sampled_from(
        [
            b"\xc0",
            b"\xc3",
            b"\x01",
            b"\xcb" + bytes(8),
            b"\xa1a",
            b"\xa1\xff",
            b"\xd6\xff" + bytes(4),
            b"\x91" * 1200,
        ]
    )
    | st.tuples(st.integers(0, 9), forms | st.binary(max_size=6)).map(
        lambda pair: msgspec.msgpack.encode(msgspec.msgpack.Ext(*pair))
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: bytes([0x90 + len(items)]) + b"".join(items))
        | st.lists(inner, max_size=3).map(lambda items: bytes([0x80 + len(items)]) + b"".join(items * 2))
        | inner.map(lambda item: msgspec.msgpack.encode(msgspec.msgpack.Ext(1, b"\x91" + item)))
        | inner.map(lambda item: b"\x91" * 70 + item)
    ),
    max_leaves=6,
)
arrays: st.SearchStrategy[numpy.ndarray[Any, Any]] = st.sampled_from(
    [
        numpy.zeros(4, numpy.uint8),
        numpy.full(8, 255, numpy.uint8),
        numpy.zeros(2),
        numpy.zeros((2, 2), numpy.uint8),
    ]
)
bodies = (
    st.just(b"")
    | st.binary(max_size=40)
    | st.lists(arrays, max_size=3).map(
        lambda found: save({str(index): each for index, each in enumerate(found)})
    )
    | st.just(save({"7": numpy.zeros(4, numpy.uint8), "name": numpy.zeros(1)}))
)
states = st.lists(st.sampled_from([STATE, STATE[:-1], bytes(5056), b""]) | st.binary(max_size=8), max_size=2)
texts = st.text(max_size=8)
messages = st.one_of(
    st.builds(Started, small, st.lists(texts, max_size=2), st.lists(texts, max_size=2)),
    st.builds(Loaded, small, st.lists(texts, max_size=2)),
    st.builds(Returned, small, packed, states, st.none() | integers, st.booleans(), integers, integers),
    st.builds(Ask, small, small | integers, packed | st.just(encode([1]).header)),
    st.builds(Raised, small, st.lists(texts, min_size=1, max_size=3), texts, texts, st.booleans()),
    st.builds(Unsendable, small, texts),
    st.builds(Forbidden, small, integers, texts),
    st.builds(Finished, small, st.integers(0, 9), st.just(0.0)),
)


def speech_of(frames: list[tuple[Message, bytes]]) -> bytes:
    return b"".join(pack(message, body) for message, body in frames)


STARTED = pack(Started(0, [], [])) + pack(Loaded(1, []))
made_up = st.lists(st.tuples(messages, bodies), max_size=4).map(speech_of)
honest_seq = st.tuples(messages, bodies).map(
    lambda pair: pack(msgspec.structs.replace(pair[0], seq=2), pair[1])
)


@given(speech=broken_speeches())
@settings(deadline=None, max_examples=300)
def test_a_broken_conversation_fails_the_check(speech: bytes) -> None:
    assert judge(speech, [1, 2]) in FAILURES | {"not started"}


@given(speech=st.binary(max_size=200) | made_up)
@settings(deadline=None, max_examples=200)
def test_a_worker_that_never_starts_is_no_pass(speech: bytes) -> None:
    assert judge(speech, [1, 2]) in FAILURES | {"not started"}


@given(speech=honest_seq | made_up | st.binary(max_size=200))
@settings(deadline=None, max_examples=400)
def test_made_up_replies_fail_the_check(speech: bytes) -> None:
    assert judge(STARTED + speech, [1, 2]) in FAILURES


@given(speech=honest_seq | made_up)
@settings(deadline=None, max_examples=300)
def test_made_up_replies_to_a_call_with_a_generator_fail_the_check(speech: bytes) -> None:
    assert judge(STARTED + speech, torch.Generator().manual_seed(3)) in FAILURES


@given(speech=honest_seq | made_up)
@settings(deadline=None, max_examples=300)
def test_made_up_questions_fail_the_check(speech: bytes) -> None:
    assert judge(STARTED + speech, lambda index: [1, 2][index]) in FAILURES


@st.composite
def gradient_speeches(draw: st.DrawFn) -> bytes:
    """A right value with a graph, then anything in answer to the pull-back."""
    good = reply(
        2, torch.full((3,), 2.0, dtype=torch.float64).requires_grad_(), node=draw(st.integers(-1, 3))
    )
    products = st.lists(
        st.none()
        | st.sampled_from([torch.full((3,), 2.0, dtype=torch.float64), torch.zeros(3), torch.zeros(1), 2.0]),
        max_size=2,
    )
    pulled = draw(products.map(lambda value: reply(3, value, node=draw(st.none() | small))) | made_up)
    return draw(st.just(good + pulled) | broken(good + pulled))


@given(speech=gradient_speeches())
@settings(deadline=None, max_examples=300)
def test_made_up_gradients_fail_the_check(speech: bytes) -> None:
    x = torch.ones(3, dtype=torch.float64, requires_grad=True)
    assert judge(STARTED + speech, x, pull_back=True) in FAILURES


@given(header=packed | st.binary(max_size=60), body=bodies, generators=states, dense=st.booleans())
@settings(deadline=None, max_examples=500)
def test_decoding_raises_malformed_and_nothing_else(
    header: bytes, body: bytes, generators: list[bytes], dense: bool
) -> None:
    try:
        decode(header, body, generators, dense=dense)
    except Malformed:
        return


def extent_of(value: Any) -> tuple[int, int]:
    """The number of elements in a value, and of lists, tuples and dicts."""
    if not isinstance(value, list | tuple | dict):
        return 0, 0
    inner = [*value, *value.values()] if isinstance(value, dict) else value
    elements, parts = map(sum, zip((len(inner), 1), *map(extent_of, inner), strict=True))
    return elements, parts


@given(header=packed, body=bodies, most=st.integers(0, 12), parts=st.integers(0, 6))
@settings(deadline=None, max_examples=500)
def test_no_more_is_built_than_the_limits_allow(header: bytes, body: bytes, most: int, parts: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grader.extent.MAX_ELEMENTS", most)
        patch.setattr("grader.extent.MAX_PARTS", parts)
        try:
            value = decode(header, body).value
        except Malformed:
            return
    built = extent_of(value)
    assert built[0] <= most
    assert built[1] <= parts


@pytest.mark.parametrize(
    "said", [b"", b"\x00" * 5, STARTED[:-1]], ids=["nothing", "a length", "half a frame"]
)
def test_silence_is_no_pass(said: bytes) -> None:
    assert judge(said, [1]) in {"runtime error", "not started"}


@pytest.mark.parametrize("seq", [-1, 0, 1, 3, 2**62])
def test_a_reply_to_another_request_is_a_forgery(seq: int) -> None:
    assert judge(STARTED + reply(seq, WORD) + reply(2, WORD), [1]) == "rejected"


def test_a_reply_too_many_is_a_forgery() -> None:
    assert judge(STARTED + reply(2, WORD) + reply(3, WORD), [1]) == "passed"
    assert judge(STARTED + reply(2, WORD) + reply(3, WORD) + b"\x00", [1]) == "rejected"
    assert judge(STARTED + reply(2, WORD) + reply(2, WORD) + reply(3, WORD), [1]) == "rejected"


@given(left=st.integers(-1, 700), following=st.integers(0, 700) | st.integers(2**32, 2**32 + 700))
@settings(deadline=None, max_examples=200)
def test_a_generator_is_never_left_pointing_behind_its_memory(left: int, following: int) -> None:
    """torch checks each counter by itself, but reads `left` numbers from `following` on."""
    state = bytearray(STATE)
    struct.pack_into("=iiQ", state, 8, left, 1, following)
    generator = torch.Generator()
    speech = STARTED + pack(Returned(2, encode(None).header, [bytes(state)]))
    if judge(speech, generator) == "rejected":
        return
    _, left, _, following = struct.unpack_from("=QiiQ", bytes(generator.get_state().numpy()))
    assert following + left <= 625
