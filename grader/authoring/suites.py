"""The suites of a new exercise, public and hidden: they run against the function that is scaffolded."""

PUBLIC_PYTHON = {
    "public/test_examples.py": '''\
"""The examples of the prompt."""

from typing import Any

from grader.suite import assert_equal


def test_prompt_example(submission: Any) -> None:
    """The example of the prompt"""
    assert_equal(submission.$id($example), $example)
''',
}

PUBLIC_TORCH = {
    "public/test_examples.py": '''\
"""The examples of the prompt."""

from typing import Any

import torch

from grader.suite import assert_close_to_reference


def test_prompt_example(submission: Any) -> None:
    """The example of the prompt"""
    values = torch.tensor($example)
    expected = torch.tensor($example)
    assert_close_to_reference(submission.$id(values), expected.double(), expected)
''',
}

HIDDEN_PYTHON = {
    "hidden/test_answers.py": '''\
"""Results on small inputs, against the definition."""

from random import Random
from typing import Any

from grader.suite import assert_equal


def reference(values: list[int]) -> list[int]:
    """The expected result by the definition, not by the algorithm that the exercise asks for."""
    return list(values)


def check(submission: Any, values: list[int]) -> None:
    expected = reference(values)
    assert_equal(submission.$id(values), expected, given=f"values = {values}")


def test_random_values(submission: Any, rng: Random) -> None:
    """Random values"""
    for size in range(2, 30):
        check(submission, rng.sample(range(-99, 100), size))


def test_equal_values(submission: Any, rng: Random) -> None:
    """Values that are all equal"""
    for size in range(2, 10):
        check(submission, [rng.randint(-99, 99)] * size)


def test_one_value(submission: Any, rng: Random) -> None:
    """A single value"""
    check(submission, [rng.randint(-99, 99)])
''',
    "hidden/test_contract.py": '''\
"""What must be refused, and what must be left alone."""

from random import Random
from typing import Any

import pytest

from grader.suite import violation


def test_no_values(submission: Any) -> None:
    """An empty list is refused"""
    with violation("values = []"):
        submission.$id([])


@pytest.mark.instrumented
def test_argument_unchanged(submission: Any, rng: Random) -> None:
    """The values are left as they were"""
    submission.$id(rng.sample(range(-99, 100), 20))
    assert not submission.mutated, "values was changed by the call"
''',
    "hidden/test_growth.py": '''\
"""Large inputs: the CPU limit lets the asked-for algorithm pass and stops the obvious one."""

from random import Random
from typing import Any

from grader.suite import assert_equal

SIZE = 20_000


def test_many_values(submission: Any, rng: Random) -> None:
    """20,000 random values"""
    values = [rng.randint(-(10**9), 10**9) for _ in range(SIZE)]
    expected = list(values)
    assert_equal(submission.$id(values), expected, given=f"{SIZE} values")
''',
}

HIDDEN_TORCH = {
    "hidden/test_answers.py": '''\
"""Results on small inputs, against the definition in float64."""

from typing import Any

import pytest
import torch
from torch import Tensor

from grader.suite import assert_close_to_reference

DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])


def reference(values: Tensor) -> Tensor:
    """The expected result by the definition, not by the algorithm that the exercise asks for."""
    return values.clone()


def check(submission: Any, values: Tensor) -> None:
    expected, trusted = reference(values.double()), reference(values)
    assert_close_to_reference(submission.$id(values), expected, trusted)


@DTYPES
def test_random_values(submission: Any, torch_rng: torch.Generator, dtype: torch.dtype) -> None:
    """Random values"""
    for size in range(2, 30):
        check(submission, torch.randn(size, dtype=dtype, generator=torch_rng))


def test_equal_values(submission: Any, torch_rng: torch.Generator) -> None:
    """Values that are all equal"""
    for size in range(2, 10):
        check(submission, torch.randn(1, generator=torch_rng).repeat(size))


def test_one_value(submission: Any, torch_rng: torch.Generator) -> None:
    """A single value"""
    check(submission, torch.randn(1, generator=torch_rng))
''',
    "hidden/test_contract.py": '''\
"""What must be refused, and what must be left alone."""

from typing import Any

import pytest
import torch

from grader.suite import violation


def test_no_values(submission: Any) -> None:
    """An empty tensor is refused"""
    with violation("an empty tensor of values"):
        submission.$id(torch.zeros(0))


@pytest.mark.instrumented
def test_argument_unchanged(submission: Any, torch_rng: torch.Generator) -> None:
    """The values are left as they were"""
    submission.$id(torch.randn(20, generator=torch_rng))
    assert not submission.mutated, "values was changed by the call"
''',
    "hidden/test_growth.py": '''\
"""Large inputs: the CPU limit lets the asked-for algorithm pass and stops the obvious one."""

from typing import Any

import torch

from grader.suite import assert_close_to_reference

SIZE = 20_000


def test_many_values(submission: Any, torch_rng: torch.Generator) -> None:
    """20,000 random values"""
    values = torch.randn(SIZE, generator=torch_rng)
    trusted = values.clone()
    assert_close_to_reference(submission.$id(values), trusted.double(), trusted)
''',
}
