"""Frames are found in a stream however it is cut, and nothing else is."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.wire import MAX_BODY, MAX_HEADER, Finish, FrameBuffer, Malformed, Reply, Returned, pack

REPLIES = msgspec.msgpack.Decoder(Reply)


@given(st.lists(st.tuples(st.integers(0, 99), st.binary(), st.binary()), max_size=4), st.integers(1, 40))
def test_frames_are_assembled_from_pieces(messages: list[tuple[int, bytes, bytes]], size: int):
    stream = b"".join(pack(Returned(seq, value), body) for seq, value, body in messages)
    buffer, received = FrameBuffer(), []
    for start in range(0, len(stream), size):
        buffer.feed(stream[start : start + size])
        while frame := buffer.take():
            received.append((frame.read(REPLIES), frame.body))
    assert received == [(Returned(seq, value), body) for seq, value, body in messages]
    assert len(buffer) == 0


@given(st.binary(max_size=100))
def test_random_bytes_give_a_frame_nothing_or_malformed(data: bytes):
    buffer = FrameBuffer()
    buffer.feed(data)
    try:
        if frame := buffer.take():
            frame.read(REPLIES)
    except Malformed:
        return


@pytest.mark.parametrize(("header", "body"), [(MAX_HEADER + 1, 0), (0, MAX_BODY + 1), (2**32 - 1, 2**64 - 1)])
def test_an_announced_length_over_the_limit_is_malformed_at_once(header: int, body: int):
    buffer = FrameBuffer()
    buffer.feed(header.to_bytes(4, "big") + body.to_bytes(8, "big"))
    with pytest.raises(Malformed):
        buffer.take()


def test_only_replies_are_read_from_a_worker():
    buffer = FrameBuffer()
    buffer.feed(pack(Finish(1, 2)))
    frame = buffer.take()
    assert frame is not None
    with pytest.raises(Malformed):
        frame.read(REPLIES)
