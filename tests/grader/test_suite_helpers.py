"""The comparisons of the suite API: what they let pass, what they refuse, and what they say."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.suite import (
    SubmissionError,
    WrongAnswer,
    assert_close_to_reference,
    assert_equal,
    assert_frequencies,
    assert_same_distribution,
    assert_tensor,
    violation,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON)
def test_every_value_equals_itself(value: Any):
    assert_equal(value, value)


@pytest.mark.parametrize(
    ("got", "expected", "words"),
    [
        (True, 1, "expected 1 (of type int), got True (of type bool)"),
        (1.0, 1, "of type float"),
        ((1, 2), [1, 2], "of type tuple"),
        ([1, 2, 4], [1, 2, 3], "at [2]: expected 3, got 4"),
        ([[1], [2, 3]], [[1], [2, 4]], "at [1][1]: expected 4, got 3"),
        ([1, 2], [1, 2, 3], "expected 3 elements, got 2"),
        ({"a": 1}, {"a": 1, "b": 2}, "the key 'b' is missing"),
        ({"a": 1, "c": 2}, {"a": 1}, "the key 'c' should not be"),
        ({"a": [1]}, {"a": [2]}, "at ['a'][0]: expected 2, got 1"),
        (None, 3, "expected 3"),
        (float("nan"), 1.0, "expected 1.0, got nan"),
        (torch.tensor([1.0]), torch.tensor([1.0], dtype=torch.float64), "float64"),
    ],
)
def test_the_first_difference_is_named(got: Any, expected: Any, words: str):
    with pytest.raises(WrongAnswer) as raised:
        assert_equal(got, expected, given="f(x)")
    assert words in str(raised.value)
    assert raised.value.given == "f(x)"


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (None, "must be a tensor, got None"),
        ([1.0, 2.0], "of type list"),
        ((torch.ones(2),), "of type tuple"),
        (torch.ones(2, dtype=torch.float64), "dtype float64, expected float32"),
        (torch.ones(2, 1), "shape (2, 1), expected (2,)"),
        (torch.tensor([1.0, math.nan]), "nan at [1]"),
    ],
)
def test_structure_is_checked_before_values(got: Any, words: str):
    with pytest.raises(WrongAnswer) as raised:
        assert_tensor(got, like=torch.zeros(2), name="output")
    assert words in str(raised.value)
    assert "output" in str(raised.value)
    with pytest.raises(WrongAnswer):
        assert_close_to_reference(got, torch.zeros(2, dtype=torch.float64), torch.zeros(2))


def test_arrays_and_floats_are_compared_as_their_own_kind():
    assert_tensor(np.zeros(2), like=np.ones(2))
    assert_close_to_reference(np.ones(2), np.ones(2), np.ones(2))
    assert_close_to_reference(1.0, 1.0, 1.0)
    with pytest.raises(WrongAnswer, match="numpy array"):
        assert_tensor(torch.zeros(2), like=np.ones(2))
    with pytest.raises(WrongAnswer, match="must be a float"):
        assert_close_to_reference(1, 1.0, 1.0)


def test_the_tolerance_is_four_times_the_trusted_error_plus_the_floor():
    reference = torch.zeros(3, dtype=torch.float64)
    trusted = torch.tensor([0.0, 1e-3, 0.0])
    assert_close_to_reference(torch.tensor([3.9e-3, 0.0, 0.0]), reference, trusted)
    with pytest.raises(WrongAnswer, match=r"off by 0.0041 at \[2\].*1 of 3 values"):
        assert_close_to_reference(torch.tensor([0.0, 0.0, 4.1e-3]), reference, trusted)
    assert_close_to_reference(torch.tensor([0.0, 0.0, 4.1e-3]), reference, trusted, floor=2e-4)


def test_infinities_must_stand_where_the_reference_has_them():
    reference = torch.tensor([-math.inf, 1.0], dtype=torch.float64)
    assert_close_to_reference(reference.float(), reference, reference.float())
    for got in ([0.0, 1.0], [math.inf, 1.0], [-math.inf, math.inf]):
        with pytest.raises(WrongAnswer):
            assert_close_to_reference(torch.tensor(got), reference, reference.float())


def test_complex_and_bfloat16_results_are_compared():
    value = torch.tensor([1 + 2j, 3 - 1j])
    assert_close_to_reference(value, value.to(torch.complex128), value)
    with pytest.raises(WrongAnswer):
        assert_close_to_reference(value.conj(), value.to(torch.complex128), value)
    coarse = torch.tensor([1.0], dtype=torch.bfloat16)
    assert_close_to_reference(coarse * 1.01, torch.tensor([1.0], dtype=torch.float64), coarse)


def test_frequencies_of_the_right_distribution_pass_and_others_fail():
    weights = [0.5, 0.3, 0.2, 0.0]
    draws = random.Random(0).choices(range(4), weights, k=20_000)
    assert_frequencies([draws.count(each) for each in range(4)], weights, false_alarm=1e-9, what="classes")
    with pytest.raises(
        WrongAnswer, match="classes: category 0 came up 11000 times in 20000, expected about 10000"
    ):
        assert_frequencies([11_000, 5_600, 3_400, 0], weights, false_alarm=1e-9, what="classes")
    with pytest.raises(WrongAnswer, match="category 3"):
        assert_frequencies([10_000, 6_000, 3_999, 1], weights, false_alarm=1e-9, what="classes")
    with pytest.raises(ValueError, match="sum to 1"):
        assert_frequencies([1, 2], [0.5, 0.6], false_alarm=1e-9, what="classes")


@given(st.integers(1, 60), st.floats(0.05, 0.95), st.sampled_from([0.5, 0.1, 0.01]))
def test_the_stated_false_alarm_bounds_the_exact_binomial_probability(n: int, p: float, false_alarm: float):
    def is_refused(count: int) -> bool:
        try:
            assert_frequencies([count, n - count], [p, 1 - p], false_alarm=false_alarm, what="coin")
        except WrongAnswer:
            return True
        return False

    exact = sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1) if is_refused(k))
    assert exact <= false_alarm


def test_samples_of_the_right_distribution_pass_and_others_fail():
    sample = np.random.default_rng(1).exponential(size=20_000)

    def cdf(x: np.ndarray) -> np.ndarray:
        return -np.expm1(-np.maximum(x, 0))

    assert_same_distribution(sample, cdf, false_alarm=1e-9, what="waiting times")
    assert_same_distribution(torch.from_numpy(sample), cdf, false_alarm=1e-9, what="waiting times")
    for wrong in (sample * 1.1, -sample, np.full(20_000, 0.7)):
        with pytest.raises(WrongAnswer, match="waiting times"):
            assert_same_distribution(wrong, cdf, false_alarm=1e-9, what="waiting times")
    for broken in ([], [0.5, math.nan]):
        with pytest.raises(WrongAnswer):
            assert_same_distribution(broken, cdf, false_alarm=1e-9, what="waiting times")


def test_the_distance_to_the_distribution_is_exact():
    # One value at the median: the empirical distribution is off by one half on both sides.
    bound = 2 * math.exp(-2 * 0.5**2)
    assert_same_distribution([0.5], lambda x: x, false_alarm=bound * 0.999, what="one value")
    with pytest.raises(WrongAnswer):
        assert_same_distribution([0.5], lambda x: x, false_alarm=bound * 1.001, what="one value")


def test_a_violation_must_raise_the_named_error():
    with violation("tau = 0"):
        raise SubmissionError(["MyError", "ValueError", "Exception"], "tau", "")
    with (
        pytest.raises(WrongAnswer, match="tau = 0 must raise ValueError; it raised TypeError: no"),
        violation("tau = 0"),
    ):
        raise SubmissionError(["TypeError", "Exception"], "no", "")
    with pytest.raises(WrongAnswer, match="returned instead"), violation("tau = 0"):
        pass
