"""Values written as Python are read back the same."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.literals import Literals
from grader.values import encode

ATOMS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from([float("nan"), float("-nan")])
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.binary()
)
VALUES = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def read_back(value: Any) -> Any:
    literals = Literals()
    text = literals.write(value)

    def generator(state: torch.Tensor) -> torch.Generator:
        restored = torch.Generator()
        restored.set_state(state)
        return restored

    names = {"numpy": numpy, "torch": torch, "saved": literals.saved, "generator": generator}
    return eval(text, {name: names[name] for name in [*literals.imports, "saved", "generator"]})


@given(VALUES)
def test_plain_values(value: Any):
    assert encode(read_back(value)) == encode(value)


def test_a_very_long_integer():
    assert read_back(-(10**9000)) == -(10**9000)


TENSORS = {
    "scalar": torch.tensor(1.5),
    "not finite": torch.tensor([float("nan"), float("-inf"), -0.0]),
    "small": torch.arange(6).reshape(2, 3),
    "bool": torch.tensor([True, False]),
    "bfloat16": torch.tensor([0.1, 3.0], dtype=torch.bfloat16),
    "float8": torch.tensor([0.5, 3.0], dtype=torch.float8_e5m2),
    "complex": torch.tensor([complex(1, float("nan")), 2j], dtype=torch.complex128).repeat(50),
    "empty": torch.empty(0, 3, dtype=torch.float16),
    "large": torch.arange(1000.0).reshape(10, 100),
    "transposed": torch.arange(6.0).reshape(2, 3).T,
    "large transposed": torch.arange(600.0).reshape(20, 30).T,
    "every other": torch.arange(10)[::2],
    "expanded": torch.arange(3.0).expand(4, 3),
    "with gradient": torch.ones(3, requires_grad=True),
    "large with gradient": torch.ones(300, requires_grad=True),
}


@pytest.mark.parametrize("value", TENSORS.values(), ids=TENSORS)
def test_tensors(value: torch.Tensor):
    again = read_back(value)
    assert again.stride() == value.stride() or not value.numel()
    before, after = encode(value, keep_strides=True), encode(again, keep_strides=True)
    assert (after.header, after.body) == (before.header, before.body)


ARRAYS = {
    "scalar": numpy.float32(1.5),
    "small": numpy.array([[1, 2], [3, 4]], dtype=numpy.uint16),
    "large": numpy.arange(300.0),
    "empty": numpy.empty((2, 0)),
    "complex": numpy.array([1j, 2]),
}


@pytest.mark.parametrize("value", ARRAYS.values(), ids=ARRAYS)
def test_arrays(value: Any):
    before, after = encode(value), encode(read_back(value))
    assert (after.header, after.body) == (before.header, before.body)


def test_generators():
    fresh, used = torch.Generator().manual_seed(5), torch.Generator().manual_seed(6)
    torch.rand(3, generator=used)
    for generator in (fresh, used):
        again = read_back([generator])[0]
        assert torch.equal(torch.rand(9, generator=again), torch.rand(9, generator=generator))
    assert Literals().write(torch.Generator().manual_seed(5)) == "torch.Generator().manual_seed(5)"
