"""Tensors survive the wire: dtypes, strides, lazy bits, gradient flags."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import torch

from grader.values import Unsupported, decode, encode
from grader.wire import Malformed

DTYPES = [
    *(torch.bool, torch.int8, torch.int16, torch.int32, torch.int64),
    *(torch.uint8, torch.uint16, torch.uint32, torch.uint64),
    *(torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64, torch.complex128),
    *(torch.float8_e4m3fn, torch.float8_e5m2),
]


def there_and_back(tensor: torch.Tensor, *, keep_strides: bool = False) -> torch.Tensor:
    sent = encode(tensor, keep_strides=keep_strides)
    return decode(sent.header, sent.body, dense=not keep_strides).value


def raw(tensor: torch.Tensor) -> bytes:
    return tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (2, 3)], ids=str)
def test_every_dtype_and_shape_arrives_bit_by_bit(dtype: torch.dtype, shape: tuple[int, ...]):
    tensor = (torch.randn(shape, dtype=torch.float64) * 3).to(dtype)
    arrived = there_and_back(tensor)
    assert (arrived.dtype, arrived.shape) == (tensor.dtype, tensor.shape)
    assert raw(arrived) == raw(tensor)


def test_signed_zeros_infinities_and_nans_keep_their_bits():
    tensor = torch.tensor([0.0, -0.0, float("inf"), float("-inf"), float("nan")])
    assert raw(there_and_back(tensor)) == raw(tensor)


BASE = torch.arange(24.0).reshape(2, 3, 4)
VIEWS = {
    "transposed": BASE.transpose(0, 2),
    "sliced": BASE[:, ::2, 1::2],
    "selected": BASE[:, 1],
    "expanded": torch.arange(3.0).expand(4, 3),
    "overlapping": torch.arange(6.0).unfold(0, 3, 1),
    "int8": torch.arange(6, dtype=torch.int8).reshape(2, 3).t(),
    "bfloat16": torch.arange(6, dtype=torch.bfloat16).reshape(2, 3).t(),
    "complex128": torch.arange(6).reshape(2, 3).t().to(torch.complex128),
}


@pytest.mark.parametrize("name", VIEWS)
def test_non_contiguous_inputs_are_rebuilt_with_their_strides(name: str):
    view = VIEWS[name]
    arrived = there_and_back(view, keep_strides=True)
    assert arrived.stride() == view.stride()
    assert not arrived.is_contiguous()
    assert torch.equal(arrived, view)


def test_the_gaps_between_the_elements_of_a_view_are_not_sent():
    secret = torch.tensor([1.0, 777.0, 2.0, 777.0, 3.0])
    sent = encode(secret[::2], keep_strides=True)
    assert torch.tensor([777.0]).numpy().tobytes() not in sent.body


@pytest.mark.parametrize("lazy", [torch._neg_view(torch.arange(3.0)), torch.tensor([1 + 2j, 3 - 4j]).conj()])
def test_lazy_negation_and_conjugation_are_resolved(lazy: torch.Tensor):
    for keep_strides in (False, True):
        assert torch.equal(there_and_back(lazy, keep_strides=keep_strides), lazy)
    assert torch.equal(there_and_back(torch.tensor([[1 + 2j, 3j]]).mH.imag), torch.tensor([[-2.0], [-3.0]]))


def test_gradient_flags_and_the_order_of_tensors_travel():
    leaf, other = torch.ones(2, requires_grad=True), torch.zeros(3, dtype=torch.int64)
    sent = encode({"a": (other, [leaf]), "b": torch.nn.Parameter(torch.ones(1))})
    received = decode(sent.header, sent.body)
    assert received.requires_grad == [False, True, True]
    assert [tuple(tensor.shape) for tensor in received.tensors] == [(3,), (2,), (1,)]
    assert type(received.value["b"]) is torch.Tensor
    assert not received.value["b"].requires_grad


def test_shapes_arrive_as_tuples():
    assert there_and_back(torch.ones(2, 3).shape) == (2, 3)


def quantised() -> torch.Tensor:
    return torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)


@pytest.mark.parametrize(
    "make",
    [lambda: torch.eye(2).to_sparse(), lambda: torch.ones(2, device="meta"), quantised],
    ids=["sparse", "meta", "quantised"],
)
@pytest.mark.filterwarnings("ignore")
def test_tensors_without_plain_memory_are_refused(make: Callable[[], torch.Tensor]):
    with pytest.raises(Unsupported):
        encode(make())


def test_generators_travel_as_their_state():
    generator = torch.Generator().manual_seed(5)
    sent = encode([generator])
    received = decode(sent.header, sent.body, [bytes(generator.get_state().numpy())])
    assert torch.equal(torch.rand(4, generator=received.value[0]), torch.rand(4, generator=generator))


def form(*fields: Any) -> bytes:
    return msgspec.msgpack.encode(msgspec.msgpack.Ext(4, msgspec.msgpack.encode(fields)))


@pytest.mark.parametrize(
    "header",
    [
        form("float32", [4], [1], False),
        form("int32", [4], None, True),
        form("qint8", [16], None, False),
        form("float32", [2**62, 2**62, 0], None, False),
        form("__class__", [16], None, False),
    ],
    ids=["strides", "integer gradient", "quantised", "overflow", "attribute"],
)
def test_descriptions_that_a_worker_may_not_send_are_malformed(header: bytes):
    body = encode(torch.ones(4)).body
    with pytest.raises(Malformed):
        decode(header, body)


def test_a_bool_tensor_of_other_bytes_becomes_true():
    sent = encode(torch.tensor([7, 0, 255], dtype=torch.uint8))
    received = decode(form("bool", [3], None, False), sent.body)
    assert received.value.tolist() == [True, False, True]
    assert raw(received.value) == b"\x01\x00\x01"
