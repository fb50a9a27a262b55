"""Exact comparison of values."""

import math
from typing import Any

from grader.suite.errors import WrongAnswer
from grader.text import describe
from grader.values import class_name, encode


def assert_equal(got: Any, expected: Any, *, given: str = "") -> None:
    """Compare exactly and strictly: `True` is not 1, a tuple is no list, NaN equals NaN, 0.0 equals -0.0.

    `given` describes the input. The message names the first place that differs.
    """
    difference = _difference(got, expected, "")
    if difference:
        raise WrongAnswer(difference, given, (got, expected))


def _difference(got: Any, expected: Any, where: str) -> str:
    place = f"at {where}: " if where else ""
    if type(got) is not type(expected):
        kinds = f"(of type {class_name(expected)}), got {describe(got)} (of type {class_name(got)})"
        return f"{place}expected {describe(expected)} {kinds}"
    if type(expected) in (list, tuple):
        return _sequence_difference(got, expected, where)
    if type(expected) is dict:
        return _dictionary_difference(got, expected, where)
    return "" if _same(got, expected) else f"{place}expected {describe(expected)}, got {describe(got)}"


def _sequence_difference(got: Any, expected: Any, where: str) -> str:
    for index, (mine, theirs) in enumerate(zip(got, expected, strict=False)):
        difference = _difference(mine, theirs, f"{where}[{index}]")
        if difference:
            return (
                difference
                if where
                else f"{difference}; in all expected {describe(expected)}, got {describe(got)}"
            )
    if len(got) == len(expected):
        return ""
    place = f"at {where}: " if where else ""
    lengths = f"expected {len(expected)} elements, got {len(got)}"
    return f"{place}{lengths}: expected {describe(expected)}, got {describe(got)}"


def _dictionary_difference(got: Any, expected: Any, where: str) -> str:
    place = f"at {where}: " if where else ""
    for key in expected:
        if key not in got:
            return f"{place}the key {key!r} is missing from {describe(got)}"
    for key in got:
        if key not in expected:
            return f"{place}the key {key!r} should not be in {describe(got)}"
    differences = (_difference(got[key], expected[key], f"{where}[{key!r}]") for key in expected)
    return next(filter(None, differences), "")


def _same(got: Any, expected: Any) -> bool:
    if isinstance(expected, float):
        return got == expected or (math.isnan(got) and math.isnan(expected))
    if isinstance(expected, bool | int | str | bytes | None):
        return bool(got == expected)
    ours, theirs = encode(got), encode(expected)
    return (ours.header, ours.body) == (theirs.header, theirs.body)
