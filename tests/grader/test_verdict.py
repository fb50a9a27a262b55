"""The overall verdict, and the words in which it is told."""

from __future__ import annotations

import click
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader import CheckResult, FailingCall, Verdict
from grader.feedback import check_line, render
from grader.text import describe, describe_call, neutralise
from grader.verdict import Kind, Outcome, decide


def result(outcome: Outcome, *, kind: Kind = "proved", message: str = "", name: str = "it") -> CheckResult:
    return CheckResult(name, f"Title of {name}", "hidden", kind, outcome, message, "f(1)" if message else "")


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        (["passed", "passed"], "accepted"),
        (["passed", "wrong answer", "time limit"], "wrong answer"),
        (["time limit", "wrong answer"], "time limit"),
        (["wrong answer", "rejected"], "rejected"),
        (["rejected", "internal error"], "internal error"),
        (["passed", "not run"], "internal error"),
        (["not run", "memory limit"], "memory limit"),
        ([], "internal error"),
    ],
)
def test_the_verdict_of_the_checks(outcomes: list[Outcome], verdict: str):
    assert decide([result(outcome) for outcome in outcomes]) == verdict


def test_instrumented_checks_carry_nothing_alone():
    assert decide([result("passed", kind="instrumented")]) == "internal error"
    assert decide([result("passed", kind="instrumented"), result("passed")]) == "accepted"
    assert decide([result("wrong answer", kind="instrumented"), result("passed")]) == "wrong answer"


def verdict(*checks: CheckResult, **fields: object) -> Verdict:
    return Verdict("0" * 32, "total", decide(checks), list(checks), 12, "0" * 64, 0, **fields)  # type: ignore[arg-type]


def test_a_rendered_verdict_names_what_failed_and_how_to_replay_it():
    text = click.unstyle(
        render(
            verdict(
                result("passed"),
                result("wrong answer", message="expected 1, got 2", name="sums"),
                result("runtime error", kind="instrumented", message="IndexError\nline two", name="index"),
                diagnosis="the sign is wrong",
                output="hello\n",
            ),
            "Sum",
            "my file.py",
        )
    )
    assert "public 0/0 · hidden 1/3" in text
    assert "✗ Title of sums (hidden)\n    wrong answer: expected 1, got 2\n    given: f(1)" in text
    assert "✗ Title of index (hidden, instrumented) — runtime error: IndexError\n" in text
    assert "Likely mistake: the sign is wrong" in text
    assert "│ hello" in text
    assert "grader check total 'my file.py' --seed 12" in text
    assert "Title of it" not in text


def test_an_accepted_verdict_is_short():
    text = click.unstyle(render(verdict(result("passed")), "Sum"))
    assert text.splitlines() == ["Sum", "public 0/0 · hidden 1/1", "", "Accepted"]


@given(st.text(st.characters(exclude_categories=[])))
def test_neutral_text_has_no_control_characters(text: str):
    neutral = neutralise(text)
    assert all(character.isprintable() or character.isspace() for character in neutral)
    assert not set(neutral) & set("\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
    assert "\x1b" not in neutral
    assert "‮" not in neutral
    if text.isascii() and text.isprintable():
        assert neutral == text


@given(
    st.recursive(st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_descriptions_are_short(value: object):
    assert len(describe(value)) <= 200


def test_calls_are_described_in_a_line():
    assert describe_call("f", ([1, 2], "x"), {"k": (3,)}) == "f([1, 2], 'x', k=(3,))"
    assert describe(list(range(100))).endswith("14, 15, … 100 in all]")
    assert describe([[[1.5]]]) == "[[[1.5]]]"
    assert describe(10**5000) == "an integer of 16610 bits"
    assert describe(torch.tensor([[0.1, 2.0]])) == "tensor 1×2 float32 [[0.1, 2.0]]"
    assert describe(torch.ones(2, dtype=torch.float8_e4m3fn)) == "tensor 2 float8_e4m3fn [1.0, 1.0]"
    assert describe(torch.zeros(30, 40)) == "tensor 30×40 float32"


def test_the_smallest_failing_call_is_told_first_and_in_full():
    checks = [
        result("runtime error", message='File "a.py", line 1\n    f(1)\nIndexError: no', name=name)
        for name in ("one", "two")
    ]
    checks.append(result("wrong answer", message="x" * 300, name="three"))
    text = click.unstyle(render(verdict(*checks, smallest=FailingCall("two", "f", b"")), "Sum"))
    lines = text.splitlines()[3:]
    assert lines[0] == "✗ Title of two (hidden)"
    assert lines[3:5] == ["    IndexError: no", "    smallest failing input: f(1)"]
    assert lines[5] == "✗ Title of one (hidden) — runtime error, as above"
    assert lines[6].startswith("✗ Title of three (hidden) — wrong answer: xxx")
    assert lines[6].endswith("xxx …")
    assert "grader repro total" in text
    assert "grader hint total" in text


def test_a_traceback_is_told_by_its_last_line():
    check = result("runtime error", message='File "a.py", line 1\n    f(1)\nIndexError: no')
    assert click.unstyle(check_line(check)) == "✗ Title of it (hidden) — runtime error: IndexError: no"


def test_an_internal_error_does_not_send_for_hints():
    assert "hint" not in render(verdict(), "Sum")
