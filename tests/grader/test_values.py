"""Values survive the wire exactly; no bytes whatever upset the decoder."""

from __future__ import annotations

import math
import struct
import tracemalloc
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader import extent
from grader.values import ARRAY_TYPES, MAX_DEPTH, Unsupported, decode, encode
from grader.wire import MAX_HEADER, Malformed

ATOMS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=[]))
    | st.binary()
    | st.sampled_from([2**63, 2**64, -(2**63) - 1, 10**400, -0.0, math.nan, math.inf])
)
KEYS = st.text()
VALUES = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(KEYS, inner) | st.tuples(inner, inner)
    ),
    max_leaves=20,
)
ARRAYS = st.sampled_from([np.dtype(name) for name in ARRAY_TYPES]).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
)


def there_and_back(value: Any) -> Any:
    sent = encode(value)
    return decode(sent.header, sent.body).value


def same(one: Any, other: Any) -> bool:
    """Equal with exact types, telling -0.0 from 0.0 and NaNs by their bits."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return struct.pack("d", one) == struct.pack("d", other)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


@given(VALUES)
def test_plain_values_arrive_exactly(value: Any):
    assert same(there_and_back(value), value)


@given(ARRAYS)
def test_arrays_arrive_bit_by_bit(array: np.ndarray):
    arrived = there_and_back(array)
    assert type(arrived) is np.ndarray
    assert (arrived.dtype, arrived.shape) == (array.dtype, array.shape)
    assert arrived.tobytes() == np.ascontiguousarray(array).tobytes()


def test_views_and_foreign_byte_order_arrive_as_their_values():
    table = np.arange(12.0).reshape(3, 4)
    for array in (table[::-1, ::2], table.T, table.astype(">f8")):
        arrived = there_and_back(array)
        assert arrived.dtype == np.float64
        np.testing.assert_array_equal(arrived, array)


@pytest.mark.parametrize("scalar", [np.float64(2.5), np.int32(-7), np.bool_(True), np.complex64(1 - 2j)])
def test_numpy_scalars_keep_their_type(scalar: Any):
    arrived = there_and_back([scalar])
    assert type(arrived[0]) is type(scalar)
    assert arrived[0] == scalar


class Celsius(float):
    pass


@pytest.mark.parametrize(
    "value",
    [{1}, {1: 2}, {(1, 2): 3}, Celsius(3), object(), [print], np.array(["a"]), np.array([object()])],
    ids=["set", "int key", "tuple key", "subclass", "object", "function", "text array", "object array"],
)
def test_other_values_are_refused_before_they_are_sent(value: Any):
    with pytest.raises(Unsupported):
        encode(value)


def test_a_value_that_contains_itself_is_refused():
    value: list[Any] = []
    value.append(value)
    with pytest.raises(Unsupported, match="nested"):
        encode(value)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_random_bytes_are_malformed_or_a_value(header: bytes, body: bytes):
    try:
        decode(header, body)
    except Malformed:
        return


@settings(max_examples=300)
@given(st.data())
def test_mutated_messages_are_malformed_or_a_value(data: st.DataObject):
    sent = encode([1, (2.0, "x"), {"k": b"yz"}, np.arange(6.0).reshape(2, 3), np.int8(4), 2**80])
    parts = [bytearray(sent.header), bytearray(sent.body)]
    for _ in range(data.draw(st.integers(1, 4))):
        part = data.draw(st.sampled_from(parts))
        position = data.draw(st.integers(0, max(len(part) - 1, 0)))
        action = data.draw(st.sampled_from(["change", "delete", "insert", "cut"]))
        if action == "cut":
            del part[position:]
        elif action == "insert" or not part:
            part.insert(position, data.draw(st.integers(0, 255)))
        elif action == "delete":
            del part[position]
        else:
            part[position] = data.draw(st.integers(0, 255))
    try:
        decode(bytes(parts[0]), bytes(parts[1]))
    except Malformed:
        return


def extension(code: int, value: Any) -> bytes:
    return msgspec.msgpack.encode(msgspec.msgpack.Ext(code, msgspec.msgpack.encode(value)))


@pytest.mark.parametrize(
    "header",
    [
        b"\x91" * 100_000 + b"\xc0",
        b"\x81\x01\x02",
        extension(1, {"no": "list"}),
        extension(4, ["float32", [2], None, False]),
        extension(5, ["object", [0], None, False]),
        extension(99, None),
    ],
    ids=["deep", "int key", "tuple of a dict", "tensor without body", "object dtype", "unknown extension"],
)
def test_hostile_headers_are_malformed(header: bytes):
    with pytest.raises(Malformed):
        decode(header, b"")


def test_deeply_nested_tuples_are_malformed():
    header = msgspec.msgpack.encode([])
    for _ in range(500):
        header = msgspec.msgpack.encode(msgspec.msgpack.Ext(1, b"\x91" + header))
    with pytest.raises(Malformed):
        decode(header, b"")


@pytest.mark.parametrize("shape", [[4], [2, -1], [-2, -3], [2**40, 2**40], [7]])
def test_a_shape_that_does_not_fit_its_bytes_is_malformed(shape: list[int]):
    body = encode(np.arange(6.0)).body
    with pytest.raises(Malformed):
        decode(extension(5, ["float64", shape, None, False]), body)


def test_a_tensor_mentioned_twice_or_never_is_malformed():
    sent = encode(np.arange(6.0))
    with pytest.raises(Malformed):
        decode(b"\x92" + sent.header * 2, sent.body)
    with pytest.raises(Malformed):
        decode(b"\x90", sent.body)


LARGE = {
    "elements": [0] * (extent.MAX_ELEMENTS + 1),
    "elements of tuples": [(0,) * 1_000_000] * 3,
    "elements of dicts": [{str(number): 0 for number in range(100_000)}] * 20,
    "lists": [[]] * (extent.MAX_PARTS + 1),
    "tuples": [()] * (extent.MAX_PARTS + 1),
    "dicts": [{}] * (extent.MAX_PARTS + 1),
    "integers": [2**64] * (extent.MAX_PARTS + 1),
    "long texts": ["x" * 32] * (extent.MAX_PARTS + 1),
    "numpy numbers": [np.int8(1)] * (extent.MAX_ARRAYS + 1),
    "a text": "x" * MAX_HEADER,
}


@pytest.mark.parametrize("value", LARGE.values(), ids=LARGE)
def test_a_value_that_is_too_large_is_refused_before_it_is_sent(value: Any):
    with pytest.raises(Unsupported, match="a value that is too large: more than"):
        encode(value)


def test_arrays_of_too_many_numbers_are_refused_before_they_are_sent(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("grader.values.MAX_NUMBERS", 1 << 20)
    assert encode([np.zeros(1 << 16), np.zeros(1 << 16)]).body
    with pytest.raises(Unsupported, match="a value that is too large: more than 1 MiB of numbers"):
        encode([np.zeros(1 << 16), np.zeros(1 << 16), np.int8(0)])


@pytest.mark.parametrize(
    "value",
    [
        list(range(10**18, 10**18 + 1_000_000)),
        [number / 7 for number in range(1_000_000)],
        [(number, -number) for number in range(100_000)],
        {str(number): [number] for number in range(100_000)},
        [np.float64(number) for number in range(5_000)],
    ],
    ids=["a million ints", "a million floats", "pairs", "a vocabulary", "numpy numbers"],
)
def test_a_large_honest_value_arrives(value: Any):
    assert there_and_back(value) == value


def many(token: bytes) -> bytes:
    """A list of as many tokens as fit in a frame."""
    count = (MAX_HEADER - 64) // len(token)
    return b"\xdd" + struct.pack(">I", count) + token * count


HUGE = {
    "lists": many(b"\x90"),
    "dicts": many(b"\x80"),
    "pairs": many(b"\x92\xc0\xc0"),
    "tuples": many(b"\xd4\x01\x90"),
    "tuples of lists": many(b"\xd5\x01\x91\x90"),
    "texts": many(b"\xd9\x00"),
    "integers": many(b"\xd4\x02\x01"),
    "numbers": many(b"\x00"),
    "tensors": many(b"\xc7\x08\x04" + msgspec.msgpack.encode(["bool", [0]])),
    "a long shape": msgspec.msgpack.encode(
        msgspec.msgpack.Ext(5, b"\x92\xa4bool\xdd" + struct.pack(">I", 10**7) + bytes(10**7))
    ),
    "lists in a tuple": b"\xc9" + struct.pack(">I", MAX_HEADER - 64) + b"\x01" + many(b"\x90")[:-6],
}


@pytest.mark.parametrize("header", HUGE.values(), ids=HUGE)
def test_a_huge_reply_is_refused_before_anything_is_built(header: bytes):
    tracemalloc.start()
    with pytest.raises(Malformed, match=r"too large|length <= 64"):
        decode(header, b"")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


def test_more_names_than_arrays_are_allowed_are_refused():
    names = b'{"0":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},'.ljust(3 << 20)
    with pytest.raises(Malformed, match="too large"):
        decode(b"\x90", struct.pack("<Q", len(names)) + names)


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: (value,), lambda value: {"k": value}])
def test_no_deeper_value_arrives_than_can_be_sent(wrap: Any):
    value: Any = None
    for _ in range(MAX_DEPTH):
        value = wrap(value)
    assert there_and_back(value) == value
    with pytest.raises(Unsupported, match="nested"):
        encode(wrap(wrap(value)))
    header = encode(value).header
    for _ in range(2):
        header = {list: b"\x91", dict: b"\x81\xa1k"}.get(type(value), b"") + header
        if type(value) is tuple:
            header = msgspec.msgpack.encode(msgspec.msgpack.Ext(1, b"\x91" + header))
    with pytest.raises(Malformed, match="nested too deeply"):
        decode(header, b"")


@pytest.mark.parametrize("size", [4, 8, 12])
@pytest.mark.parametrize("place", [b"", b"\x91", b"\x81\xa1k", b"\xc7%c\x01\x91"])
def test_timestamps_are_malformed(place: bytes, size: int):
    timestamp = {4: b"\xd6\xff", 8: b"\xd7\xff", 12: b"\xc7\x0c\xff"}[size] + bytes(size)
    if b"%c" in place:
        place %= len(timestamp) + 1
    with pytest.raises(Malformed):
        decode(place + timestamp, b"")


@pytest.mark.parametrize("code", [*range(-128, 1), *range(8, 128)])
def test_extensions_of_others_are_malformed(code: int):
    for data in (b"", b"\x90", bytes(100)):
        with pytest.raises(Malformed):
            decode(msgspec.msgpack.encode(msgspec.msgpack.Ext(code, data)), b"")


def test_functions_stay_where_they_are():
    sent = encode([1, max, {"key": min}], callbacks=True)
    assert sent.callbacks == [max, min]
    received = decode(sent.header, sent.body, callback=lambda position: f"function {position}")
    assert received.value == [1, "function 0", {"key": "function 1"}]
    with pytest.raises(Malformed):
        decode(sent.header, sent.body)
    with pytest.raises(Unsupported, match="function"):
        encode([test_functions_stay_where_they_are])
