"""Values survive the wire exactly; no bytes whatever upset the decoder."""

from __future__ import annotations

import math
import struct
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.values import ARRAY_TYPES, Unsupported, decode, encode
from grader.wire import Malformed

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
