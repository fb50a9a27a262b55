"""Python values as msgpack plus a list of raw arrays, and back.

None, bool, int, float, str, bytes, list and dict travel as their msgpack types; what msgpack would blur
travels as an extension: tuples, integers over 64 bits, text with lone surrogates, tensors, arrays, numpy
scalars and generators. Of a function only its place travels. The numbers of tensors and arrays are flat byte
vectors in a safetensors body, taken in the order in which the value mentions them. Encoding is deterministic,
so equal bytes mean equal values. What a value may hold is bounded alike on both sides: time and memory of
decoding are bounded with it.
"""

import math
import struct
import sys
from collections.abc import Callable, Iterable
from typing import Annotated, Any, NamedTuple

import msgspec

from grader.extent import (
    ARRAY,
    CALLBACK,
    GENERATOR,
    INTEGER,
    SCALAR,
    TENSOR,
    TEXT,
    TUPLE,
    TooLarge,
    check_extent,
)
from grader.wire import MAX_BODY, MAX_HEADER, Malformed

MAX_DEPTH = 64
# The frame also holds the rest of a message, and the names of the arrays.
MAX_PLAIN, MAX_NUMBERS = MAX_HEADER - (1 << 20), MAX_BODY - (2 << 20)
_ATOMS = {type(None), bool, float}
_CONTAINERS = {list, tuple, dict}
ARRAY_TYPES = (
    "bool",
    *("int8", "int16", "int32", "int64"),
    *("uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64"),
    *("complex64", "complex128"),
)
_GENERATOR_BYTES = 5056
_TWISTER_WORDS = 624
_MIB = 1 << 20
# The list of 10,000 arrays in a safetensors body takes less than half.
_MAX_NAMES = 2 * _MIB
_Shape = Annotated[list[int], msgspec.Meta(max_length=64)]


class Unsupported(Exception):
    """A value that is not sent to the other side; the text names it."""


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """How to rebuild a tensor or an array; `strides` (in elements) only when it is not contiguous."""

    dtype: Annotated[str, msgspec.Meta(max_length=40)]
    shape: _Shape
    strides: _Shape | None = None
    requires_grad: bool = False


class Encoded(NamedTuple):
    """An encoded value; `tensors`, `generators` and `callbacks` (functions) in the order of mention."""

    header: bytes
    body: bytes
    tensors: list[Any]
    generators: list[Any]
    callbacks: list[Any]


class Decoded(NamedTuple):
    """A rebuilt value with the tensors inside it, and for each whether it was said to require a gradient."""

    value: Any
    tensors: list[Any]
    requires_grad: list[bool]
    generators: list[Any]


def encode(value: Any, *, keep_strides: bool = False, callbacks: bool = False) -> Encoded:
    """Encode `value`; raises `Unsupported`.

    With `keep_strides` a tensor stays non-contiguous; with `callbacks` there may be functions in it.
    """
    return _Encoder(keep_strides, callbacks).run(value)


def decode(
    header: bytes,
    body: bytes,
    generators: list[bytes] | None = None,
    *,
    dense: bool = True,
    callback: Callable[[int], Any] | None = None,
) -> Decoded:
    """Rebuild a value; with `dense` a strided description is refused. Raises `Malformed`, nothing else.

    `callback` makes what stands for the function that was mentioned at this position; without it there may be
    none.
    """
    try:
        check_extent(header)
        return _Decoder(body, generators or [], dense, callback).run(header)
    except TooLarge as error:
        raise Malformed(f"the result is too large: {error}") from None
    except (msgspec.MsgspecError, ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
        raise Malformed(f"not a value: {error}") from None


def join(blobs: list[Any]) -> bytes:
    """A safetensors body of flat uint8 arrays, named by their position."""
    if not blobs:
        return b""
    from safetensors.numpy import save

    return bytes(save({str(index): blob for index, blob in enumerate(blobs)}))


def split(body: bytes) -> list[Any]:
    """The flat uint8 arrays of a safetensors body; raises `Malformed`."""
    if not body:
        return []
    if int.from_bytes(body[:8], "little") > _MAX_NAMES:
        raise Malformed("the result is too large: more names of arrays than arrays are allowed")
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        named = load(body)
        blobs = [named[str(index)] for index in range(len(named))]
    except (SafetensorError, LookupError, TypeError, ValueError) as error:
        raise Malformed(f"not a safetensors body: {error}") from None
    if any(blob.dtype != "uint8" or blob.ndim != 1 for blob in blobs):
        raise Malformed("a tensor of the body is not a vector of bytes")
    return blobs


def class_name(value: Any) -> str:
    """`set`, `torch.nn.Linear`: the class of a value in the words of its author."""
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


class _Encoder:
    def __init__(self, keep_strides: bool, allow_callbacks: bool) -> None:
        self._keep_strides = keep_strides
        self._allow_callbacks = allow_callbacks
        self._blobs: list[Any] = []
        self._tensors: list[Any] = []
        self._generators: list[Any] = []
        self._callbacks: list[Any] = []

    def run(self, value: Any) -> Encoded:
        plain = self._plain(value, 0)
        try:
            header = msgspec.msgpack.encode(plain)
            self._check_size(header)
        except (UnicodeEncodeError, OverflowError) as error:
            raise Unsupported(f"text or a number that cannot be sent ({error})") from None
        except TooLarge as error:
            raise Unsupported(f"a value that is too large: {error}") from None
        return Encoded(header, join(self._blobs), self._tensors, self._generators, self._callbacks)

    def _check_size(self, header: bytes) -> None:
        numbers = sum(blob.nbytes for blob in self._blobs)
        if len(header) > MAX_PLAIN:
            raise TooLarge(f"more than {MAX_PLAIN // _MIB} MiB, the numbers of arrays not counted")
        if numbers > MAX_NUMBERS:
            raise TooLarge(f"more than {MAX_NUMBERS // _MIB} MiB of numbers in arrays")
        check_extent(header)

    def _plain(self, value: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise Unsupported(f"a value nested more than {MAX_DEPTH} levels deep")
        kind = type(value)
        if kind in _ATOMS or kind is bytes:
            return value
        if kind is int:
            return value if _is_narrow(value) else _wide(value)
        if kind is str:
            return value if value.isascii() else _text(value)
        if kind is list:
            return self._items(value, depth)
        if kind is dict:
            return self._dictionary(value, depth)
        if kind is tuple:
            return msgspec.msgpack.Ext(TUPLE, msgspec.msgpack.encode(self._items(value, depth)))
        return self._numeric(value, depth)

    def _items(self, values: list[Any] | tuple[Any, ...], depth: int) -> list[Any]:
        kinds = set(map(type, values))
        if kinds <= _ATOMS or (kinds == {int} and _is_narrow(min(values)) and _is_narrow(max(values))):
            return list(values)
        return [self._plain(value, depth + 1) for value in values]

    def _dictionary(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        for key in value:
            if type(key) is not str:
                raise Unsupported(f"a dict with a key of type {class_name(key)} (keys must be str)")
        return {key: self._plain(item, depth + 1) for key, item in value.items()}

    def _numeric(self, value: Any, depth: int) -> Any:
        torch = sys.modules.get("torch")
        if torch is not None:
            if isinstance(value, torch.Tensor):
                return self._tensor(value)
            if isinstance(value, torch.Generator):
                self._generators.append(value)
                return msgspec.msgpack.Ext(GENERATOR, b"")
            if isinstance(value, torch.Size):
                return self._plain(tuple(value), depth)
        numpy = sys.modules.get("numpy")
        if numpy is not None and isinstance(value, numpy.ndarray | numpy.generic):
            return self._array(value)
        if self._allow_callbacks and callable(value):
            self._callbacks.append(value)
            return msgspec.msgpack.Ext(CALLBACK, b"")
        raise Unsupported(f"a value of type {class_name(value)}")

    def _tensor(self, tensor: Any) -> msgspec.msgpack.Ext:
        from grader.tensors import flatten

        form, blob = flatten(tensor, self._keep_strides)
        self._blobs.append(blob)
        self._tensors.append(tensor)
        return msgspec.msgpack.Ext(TENSOR, msgspec.msgpack.encode(form))

    def _array(self, array: Any) -> msgspec.msgpack.Ext:
        import numpy

        code = SCALAR if isinstance(array, numpy.generic) else ARRAY
        if array.dtype.name not in ARRAY_TYPES:
            raise Unsupported(f"a numpy value of dtype {array.dtype}")
        native = numpy.ascontiguousarray(array, dtype=array.dtype.newbyteorder("="))
        self._blobs.append(native.reshape(-1).view(numpy.uint8))
        form = Form(native.dtype.name, list(array.shape))
        return msgspec.msgpack.Ext(code, msgspec.msgpack.encode(form))


def _is_narrow(value: int) -> bool:
    return -(1 << 63) <= value < 1 << 64


def _wide(value: int) -> msgspec.msgpack.Ext:
    return msgspec.msgpack.Ext(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def _text(value: str) -> str | msgspec.msgpack.Ext:
    try:
        value.encode()
    except UnicodeEncodeError:
        return msgspec.msgpack.Ext(TEXT, value.encode("utf-8", "surrogatepass"))
    return value


class _Decoder:
    def __init__(
        self, body: bytes, generators: list[bytes], dense: bool, callback: Callable[[int], Any] | None
    ) -> None:
        self._blobs = iter(split(body))
        self._states = iter(generators)
        self._dense = dense
        self._callback = callback
        self._callbacks = 0
        self._decoder = msgspec.msgpack.Decoder(ext_hook=self._extension)
        self._depth = 0
        self._tensors: list[Any] = []
        self._requires_grad: list[bool] = []
        self._generators: list[Any] = []

    def run(self, header: bytes) -> Decoded:
        value = self._decoder.decode(header)
        _check_containers(value)
        if next(self._blobs, None) is not None or next(self._states, None) is not None:
            raise Malformed("more tensors or generators than the value mentions")
        return Decoded(value, self._tensors, self._requires_grad, self._generators)

    def _extension(self, code: int, data: memoryview) -> Any:
        if code == TUPLE:
            return self._tuple(data)
        if code == INTEGER:
            return int.from_bytes(data, "big", signed=True)
        if code == TEXT:
            return bytes(data).decode("utf-8", "surrogatepass")
        if code == TENSOR:
            return self._tensor(msgspec.msgpack.decode(data, type=Form))
        if code in (ARRAY, SCALAR):
            return self._array(msgspec.msgpack.decode(data, type=Form), code == SCALAR)
        if code == GENERATOR:
            return self._generator()
        if code == CALLBACK and self._callback:
            self._callbacks += 1
            return self._callback(self._callbacks - 1)
        raise Malformed(f"unknown extension {code}")

    def _tuple(self, data: memoryview) -> tuple[Any, ...]:
        if self._depth > MAX_DEPTH:
            raise Malformed("nested too deeply")
        self._depth += 1
        items = self._decoder.decode(data)
        self._depth -= 1
        if type(items) is not list:
            raise Malformed("a tuple that is no list")
        return tuple(items)

    def _tensor(self, form: Form) -> Any:
        from grader.tensors import rebuild

        if self._dense and form.strides is not None:
            raise Malformed("a strided tensor")
        tensor = rebuild(form, self._blob())
        self._tensors.append(tensor)
        self._requires_grad.append(form.requires_grad)
        return tensor

    def _array(self, form: Form, scalar: bool) -> Any:
        import numpy

        if form.dtype not in ARRAY_TYPES or form.strides is not None or form.requires_grad:
            raise Malformed("not an array")
        if scalar and form.shape:
            raise Malformed("a scalar with a shape")
        blob = self._blob()
        dtype = numpy.dtype(form.dtype)
        check_size(form.shape, dtype.itemsize, blob.size)
        array = (blob != 0 if form.dtype == "bool" else blob.copy().view(dtype)).reshape(form.shape)
        return array[()] if scalar else array

    def _generator(self) -> Any:
        import torch

        state = next(self._states, None)
        if state is None:
            raise Malformed("fewer generators than the value mentions")
        generator = torch.Generator()
        generator.set_state(generator_state(state))
        self._generators.append(generator)
        return generator

    def _blob(self) -> Any:
        blob = next(self._blobs, None)
        if blob is None:
            raise Malformed("fewer tensors than the value mentions")
        return blob


def check_size(shape: list[int], item_bytes: int, blob_bytes: int) -> None:
    """Raises `Malformed` unless `blob_bytes` bytes are exactly an array of that shape."""
    if any(length < 0 for length in shape) or math.prod(shape) * item_bytes != blob_bytes:
        raise Malformed(f"{blob_bytes} bytes are not of shape {shape}")


def generator_state(state: bytes) -> Any:
    """A torch generator's state as the tensor that `set_state` takes; raises `Malformed` for a forged one.

    The CPU generator is a Mersenne twister of 624 words with the number of words left (int32 at byte 8) and
    the next one (uint64 at byte 16). torch does not check that they fit, and would read on behind its words.
    """
    import torch

    if len(state) != _GENERATOR_BYTES:
        raise Malformed("not a generator state")
    (left,), (following,) = struct.unpack_from("=i", state, 8), struct.unpack_from("=Q", state, 16)
    if not 0 <= left <= _TWISTER_WORDS or following + left > _TWISTER_WORDS + 1:
        raise Malformed("a generator that points behind its words")
    return torch.frombuffer(bytearray(state), dtype=torch.uint8)


def _check_containers(value: Any) -> None:
    """Raises `Malformed` for a key that is no text, or more levels than `encode` sends."""
    level = _containers([value])
    for _ in range(MAX_DEPTH + 1):
        if any(type(key) is not str for each in level if type(each) is dict for key in each):
            raise Malformed("a dict with a key that is no text")
        level = [
            inner for each in level for inner in _containers(each.values() if type(each) is dict else each)
        ]
    if level:
        raise Malformed("nested too deeply")


def _containers(values: Iterable[Any]) -> list[Any]:
    return [each for each in values if type(each) in _CONTAINERS]
