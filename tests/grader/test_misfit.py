"""Programs of the wrong form: what cannot be loaded, called or unpacked is told in plain words."""

from __future__ import annotations

import pytest

from tests.grader.conftest import Judge
from tests.grader.packages import Workshop


@pytest.mark.parametrize(
    ("program", "lines"),
    [
        ("def total(numbers):\n    return 1 +\n", ['File "program.py", line 2', "return 1 +", "^"]),
        ("x = 1\nimport helper_of_mine\n", ["line 2", "import helper_of_mine", "no files beside it"]),
        ("from math import nothing\n", ["from math import nothing", "cannot import name 'nothing'"]),
        ("def total(numbers):\nreturn 1\n", ["line 2", "return 1", "IndentationError"]),
    ],
    ids=["syntax", "module", "name", "indentation"],
)
def test_what_cannot_be_loaded_is_shown_with_the_own_line(judge: Judge, program: str, lines: list[str]):
    message = judge(program).message
    assert [line for line in lines if line not in message] == []


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("def total(): return 1", "total() takes 0 positional arguments but 1 was given"),
        ("def total(a, b): return 1", "total() missing 1 required positional argument: 'b'"),
        ("def total(*, numbers): return 1", "total() takes 0 positional arguments but 1 was given"),
    ],
)
def test_a_wrong_signature_is_told_with_the_one_of_the_starter(judge: Judge, program: str, words: str):
    failed = judge(program).failed[0]
    assert failed.outcome == "runtime error"
    assert words in failed.message
    assert failed.message.endswith("The exercise asks for: def total(numbers)")


def test_a_long_signature_is_told_in_one_line(workshop: Workshop, judge: Judge):
    workshop.exercise()
    workshop.write(
        "exercises/total/starter.py",
        """
        def total(
            numbers: list[int],
            weights: dict[str, int] = {},
        ) -> int:
            raise NotImplementedError
        """,
    )
    message = judge("def total(): return 1").failed[0].message
    assert message.endswith("def total(numbers: list[int], weights: dict[str, int] = {}) -> int")


def test_a_driver_that_calls_wrongly_shows_the_signature_too(workshop: Workshop, judge: Judge):
    suite = "def test_it(submission):\n    assert submission.run([1]) == 1\n"
    driver = "import submission\ndef run(numbers):\n    return submission.total(numbers)\n"
    workshop.exercise(hidden=suite, public=suite, driver=driver)
    assert "The exercise asks for: def total(numbers)" in judge("def total(): return 1").failed[0].message


def test_a_wrong_call_inside_the_program_is_its_own_mistake(judge: Judge):
    message = judge("def total(numbers):\n    return helper()\ndef helper(x):\n    pass\n").failed[0].message
    assert "The exercise asks for" not in message
    assert "return helper()" in message


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("(1, 2, 3)", "must return 2 values, it returned 3 values"),
        ("(1,)", "must return 2 values, it returned 1 values"),
        ("None", "must return several values, it returned None"),
        ("7", "must return several values, it returned 7"),
        ("'abc'", "must return 2 values, it returned 'abc'"),
    ],
)
def test_a_result_that_cannot_be_unpacked_is_a_wrong_answer(
    workshop: Workshop, judge: Judge, result: str, words: str
):
    suite = "def test_pair(submission):\n    first, second = submission.total([])\n"
    workshop.exercise(hidden=suite, public=suite)
    failed = judge(f"def total(numbers): return {result}").failed[0]
    assert failed.outcome == "wrong answer"
    assert words in failed.message


def test_a_missing_return_is_guessed(workshop: Workshop, judge: Judge):
    suite = "def test_it(submission):\n    assert submission.total([]).real == 0\n"
    workshop.exercise(hidden=suite, public=suite)
    failed = judge("def total(numbers): sum(numbers)").failed[0]
    assert (failed.outcome, failed.message) == (
        "wrong answer",
        "`total` returned None; is a `return` missing?",
    )


def test_a_suite_that_unpacks_its_own_values_wrongly_is_an_internal_error(workshop: Workshop, judge: Judge):
    suite = "def test_it(submission):\n    submission.total([])\n    a, b = 1, 2, 3\n"
    workshop.exercise(hidden=suite, public=suite)
    assert judge("def total(numbers): return (1, 2)").verdict == "internal error"
