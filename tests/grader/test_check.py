"""Every verdict, reached with real processes."""

from __future__ import annotations

import os
import threading
from textwrap import dedent

import pytest

from grader import Cancelled, CatalogError, CheckResult, SubmissionFileError, check
from grader.sandbox import walls
from tests.grader.conftest import Judge
from tests.grader.packages import TOTAL, Workshop


def test_a_right_program_is_accepted(judge: Judge):
    verdict = judge(TOTAL)
    assert verdict.verdict == "accepted"
    assert verdict.accepted
    assert [check.id for check in verdict.checks] == [
        "examples::test_small",
        "values::test_empty",
        "values::test_random[n=3]",
        "values::test_random[n=30]",
    ]
    assert [check.title for check in verdict.checks][-1] == "Random numbers (n=30)"
    assert {name: (score.passed, score.total) for name, score in verdict.groups.items()} == {
        "public": (1, 1),
        "hidden": (3, 3),
    }
    assert "memory limit" in verdict.sandbox
    assert walls.base_available() == ("files fenced in (Landlock)" in verdict.sandbox)
    assert walls.base_available() != any(measure.startswith("unofficial") for measure in verdict.sandbox)


@pytest.mark.parametrize(
    ("program", "verdict", "message"),
    [
        ("def total(numbers): return 6", "wrong answer", "expected 0, got 6"),
        ("def total(numbers): return float(sum(numbers))", "wrong answer", "of type float"),
        ("def total(numbers): return {1}", "wrong answer", "returned a value of type set"),
        ("def total(numbers): return numbers[5]", "runtime error", "IndexError: list index out of range"),
        ("def total(numbers): raise SystemExit(0)", "runtime error", "SystemExit"),
        ("import os\ndef total(numbers): os._exit(0)", "runtime error", "ended itself (exit code 0)"),
        ("import os\ndef total(numbers): os.abort()", "runtime error", "ended by the signal SIG"),
        ("import os\ndef total(numbers): os.fork()", "runtime error", "Operation not permitted"),
        ("import os\ndef total(numbers): os.execv('/bin/true', ['x'])", "runtime error", "not permitted"),
        ("import os\ndef total(numbers): open('/etc/passwd')", "runtime error", "open('/etc/passwd')"),
        ("import socket\ndef total(numbers): socket.socket()", "runtime error", "not permitted"),
        ("def total(numbers): return bytearray(10**9)", "memory limit", "MemoryError"),
        ("import numpy\ndef total(numbers): return numpy.ones(10**8)", "memory limit", "Unable to allocate"),
        ("def total(numbers): print('x' * 10**7)", "output limit", "more than 4 KiB"),
        ("import os\ndef total(numbers): os.write(3, b'x' * 99)", "rejected", "the judge's channel"),
    ],
)
def test_a_wrong_program_gets_its_verdict(judge: Judge, program: str, verdict: str, message: str):
    result = judge(program)
    assert result.verdict == verdict
    assert message in result.failed[0].message


def test_endless_programs_run_into_the_cpu_limit_and_are_not_tried_for_ever(workshop: Workshop, judge: Judge):
    workshop.exercise(wall_seconds=60)
    verdict = judge("def total(numbers):\n    while True:\n        pass\n")
    assert verdict.verdict == "time limit"
    assert "1 s of CPU time" in verdict.failed[0].message
    assert [check.outcome for check in verdict.checks] == ["time limit"] * 3 + ["not run"]


def test_waiting_programs_run_into_the_wall_limit(workshop: Workshop, judge: Judge):
    workshop.exercise(hidden="def test_nothing(submission):\n    pass\n", wall_seconds=0.5)
    verdict = judge("import time\ndef total(numbers):\n    time.sleep(60)\n")
    assert verdict.verdict == "time limit"
    assert verdict.failed[0].message == "no result after 0.5 s"


def test_cpu_time_of_all_threads_counts(workshop: Workshop, judge: Judge):
    workshop.exercise(hidden="def test_nothing(rng):\n    pass\n", wall_seconds=30)
    verdict = judge("""
        import hashlib, threading, time
        def burn():
            while time.thread_time() < 0.7:
                hashlib.sha256(bytes(1 << 20))
        def total(numbers):
            threads = [threading.Thread(target=burn) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return sum(numbers)
    """)
    assert verdict.verdict == "time limit"


def test_the_learner_sees_the_own_lines_of_an_exception(judge: Judge):
    verdict = judge("""
        def total(numbers):
            return helper(numbers)

        def helper(numbers):
            return numbers["x"]
    """)
    message = verdict.failed[0].message
    assert 'return numbers["x"]' in message
    assert "return helper(numbers)" in message
    assert "worker.py" not in message
    assert verdict.failed[0].given == "total([1, 2, 3])"


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("def total(numbers:\n    return 1\n", "line 1"),
        ("def totals(numbers):\n    return 1\n", "does not define `total`"),
        ("total = 3\n", "does not define `total`"),
        ("import nowhere\n", "No module named 'nowhere'"),
        ("\0", "null bytes"),
        ("", "does not define `total`"),
    ],
)
def test_a_program_that_cannot_be_loaded_is_told_once(judge: Judge, program: str, message: str):
    verdict = judge(program)
    assert verdict.verdict == "runtime error"
    assert message in verdict.message
    assert {check.outcome for check in verdict.checks} == {"not run"}
    assert verdict.groups["hidden"].total == 3


def test_a_program_that_is_not_text_is_judged(workshop: Workshop):
    workshop.exercise()
    path = workshop.submit("")
    path.write_bytes(b"\xff\xfe\x00")
    assert check("total", path, catalog=workshop.catalog).verdict == "runtime error"


def test_prints_are_shown_bounded_and_harmless(judge: Judge):
    verdict = judge("""
        import os, sys
        def total(numbers):
            print("\\x1b[31mred\\x07", len(numbers))
            print("to stderr", file=sys.stderr)
            os.write(1, b"past Python\\n")
            return sum(numbers) + (len(numbers) == 0)
    """)
    assert verdict.verdict == "wrong answer"
    assert verdict.output.splitlines() == [r"\x1b[31mred\x07 0", "to stderr", "past Python"]


def test_rejected_wins_over_an_earlier_wrong_answer(judge: Judge):
    verdict = judge("""
        import os
        def total(numbers):
            if len(numbers) == 30:
                os.write(3, b"forged")
            return -1
    """)
    assert verdict.checks[0].outcome == "wrong answer"
    assert verdict.verdict == "rejected"


FORBIDDEN = '[[forbidden]]\ncall = "math.fsum"\nreason = "it is what you are asked to write"\n'


def test_a_forbidden_call_is_rejected_even_if_its_error_is_swallowed(workshop: Workshop, judge: Judge):
    workshop.exercise(extra=FORBIDDEN)
    verdict = judge("""
        from math import fsum
        def total(numbers):
            try:
                return int(fsum(numbers))
            except BaseException:
                return sum(numbers)
    """)
    assert verdict.verdict == "rejected"
    assert "math.fsum may not be used: it is what you are asked to write" in verdict.failed[0].message
    assert judge("import math\n" + "def total(numbers): return sum(numbers)").verdict == "accepted"


def test_a_driver_turns_objects_into_calls(workshop: Workshop, judge: Judge):
    hidden = """
        def test_stack(submission):
            assert submission.run([1, 2, 3]) == [3, 2, 1], "the last in is the first out"
    """
    driver = """
        import submission

        def run(items):
            stack = submission.Stack()
            for item in items:
                stack.push(item)
            return [stack.pop() for _ in items]
    """
    workshop.exercise(hidden=hidden, public=hidden, driver=driver, entry_points=("Stack",))
    program = "class Stack(list):\n    push = list.append\n"
    assert judge(program).verdict == "accepted"
    verdict = judge(program + "    def pop(self):\n        return list.pop(self, 0)\n")
    assert verdict.failed[0].message == "the last in is the first out"


def test_arguments_changed_in_place_are_reported(workshop: Workshop, judge: Judge):
    workshop.exercise(
        hidden="""
        import pytest

        @pytest.mark.instrumented
        def test_arguments_unchanged(submission):
            numbers = [3, 1]
            submission.total(numbers)
            assert numbers == [3, 1]
            assert not submission.mutated, "the list was changed"
    """
    )
    verdict = judge("def total(numbers):\n    numbers.sort()\n    return sum(numbers)\n")
    assert [(each.kind, each.message) for each in verdict.failed] == [
        ("instrumented", "the list was changed")
    ]
    assert judge(TOTAL).verdict == "accepted"


FAULTY = """
    import pytest

    def test_skips(submission):
        pytest.skip("later")

    @pytest.mark.skip
    def test_is_skipped(submission):
        pass

    @pytest.mark.xfail
    def test_fails_as_expected(submission):
        assert False

    @pytest.mark.xfail
    def test_passes_unexpectedly(submission):
        pass

    def test_divides_by_zero(submission):
        1 / 0

    def test_lacks_a_fixture(nothing):
        pass

    @pytest.fixture
    def broken():
        yield
        1 / 0

    def test_breaks_in_teardown(broken):
        pass

    def test_exits(submission):
        raise SystemExit(0)
"""


def test_faulty_checks_are_internal_errors(workshop: Workshop, judge: Judge):
    workshop.exercise(hidden=FAULTY)
    verdict = judge(TOTAL)
    assert verdict.verdict == "internal error"
    assert len(verdict.checks) == 9
    assert {check.outcome for check in verdict.checks[1:]} == {"internal error"}


def test_a_suite_that_ends_early_is_an_internal_error(workshop: Workshop, judge: Judge):
    workshop.exercise(hidden="def test_it(submission):\n    raise KeyboardInterrupt\n")
    assert judge(TOTAL).verdict == "internal error"


@pytest.mark.parametrize(
    "hidden",
    [
        "import nowhere\n",
        "def nothing():\n    pass\n",
        "import pytest\npytest.skip(allow_module_level=True)\n",
    ],
    ids=["import error", "empty", "module skip"],
)
def test_a_suite_that_cannot_be_collected_is_an_internal_error(workshop: Workshop, judge: Judge, hidden: str):
    workshop.exercise(hidden=hidden, public="")
    assert judge(TOTAL).verdict == "internal error"


def test_instrumented_checks_alone_accept_nothing(workshop: Workshop, judge: Judge):
    suite = "import pytest\n@pytest.mark.instrumented\ndef test_it(submission):\n    submission.total([])\n"
    workshop.exercise(hidden=suite, public=suite)
    assert judge(TOTAL).verdict == "internal error"


def test_a_limit_is_not_hidden_by_a_suite_that_catches_everything(workshop: Workshop, judge: Judge):
    workshop.exercise(
        hidden="""
        def test_it(submission):
            try:
                submission.total([])
            except BaseException:
                pass
    """
    )
    program = "import os\ndef total(numbers):\n    return sum(numbers) if numbers else os._exit(0)\n"
    assert judge(program).verdict == "runtime error"


def test_a_seed_replays_a_verdict(workshop: Workshop, judge: Judge):
    workshop.exercise(
        hidden="""
        import random
        import pytest

        @pytest.mark.parametrize("use", ["rng", "numpy_rng", "global"])
        def test_noise(submission, rng, numpy_rng, use):
            drawn = {"rng": rng.random, "numpy_rng": numpy_rng.random, "global": random.random}[use]()
            assert False, f"{drawn} {submission.total([])}"
    """
    )
    program = "import random\ndef total(numbers):\n    return sum(numbers) or random.random()\n"
    first = judge(program)
    again, other = judge(program, seed=first.nonce), judge(program)
    assert first.checks[1:] != other.checks[1:]
    assert [check.message for check in again.checks] == [check.message for check in first.checks]
    assert (again.nonce, again.verdict) == (first.nonce, first.verdict)
    assert again.id != first.id
    assert len({check.message for check in first.checks[1:]}) == 3


EXPECT = """
    [[rejected]]
    program = "wrong_answer/empty.py"
    fails = ["values::test_empty"]
    diagnosis = "the empty list is forgotten"

    [[rejected]]
    program = "wrong_answer/sign.py"
    fails = ["examples::*", "values::test_random[[]n=3]", "values::test_random[n=30]"]
    diagnosis = "the sign is wrong"
"""


def test_a_known_failure_pattern_gives_its_diagnosis(workshop: Workshop, judge: Judge):
    workshop.exercise(expect=EXPECT)
    assert (
        judge("def total(numbers): return sum(numbers) if numbers else 7").diagnosis
        == "the empty list is forgotten"
    )
    assert judge("def total(numbers): return -sum(numbers) - bool(numbers)").diagnosis == "the sign is wrong"


def test_an_ambiguous_failure_pattern_gives_no_diagnosis(workshop: Workshop, judge: Judge):
    twin = """
        [[rejected]]
        program = "wrong_answer/twin.py"
        fails = ["values::*empty"]
        diagnosis = "another mistake"
    """
    workshop.exercise(expect=dedent(EXPECT) + dedent(twin))
    assert judge("def total(numbers): return sum(numbers) if numbers else 7").diagnosis == ""


def test_checks_are_reported_as_they_are_judged(judge: Judge):
    heard: list[CheckResult] = []
    verdict = judge(TOTAL, on_check=heard.append)
    assert heard == verdict.checks


@pytest.mark.parametrize("after", ["at once", "in a check"])
def test_a_cancelled_check_leaves_nothing(
    workshop: Workshop, judge: Judge, monkeypatch: pytest.MonkeyPatch, after: str
):
    folder = workshop.folder / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    workshop.exercise(wall_seconds=600)
    cancel = threading.Event()
    if after == "at once":
        cancel.set()
    program = (
        "import time\ndef total(numbers):\n    return time.sleep(600) if numbers[3:] else sum(numbers)\n"
    )
    with pytest.raises(Cancelled):
        judge(program, cancel=cancel, on_check=lambda _: cancel.set(), cold=True)
    assert not list(folder.iterdir())


def test_files_that_cannot_be_judged_are_explained(workshop: Workshop):
    workshop.exercise()
    folder = workshop.folder
    (folder / "large.py").write_bytes(b"#" * (1 << 20) + b"\n")
    os.mkfifo(folder / "pipe.py")
    cases = {
        "absent.py": "grader start total",
        "large.py": "larger than 1 MiB",
        "pipe.py": "not a regular file",
    }
    for name, words in {**cases, ".": "is a directory"}.items():
        with pytest.raises(SubmissionFileError, match=words):
            check("total", folder / name, catalog=workshop.catalog)
    with pytest.raises(CatalogError, match="Did you mean total"):
        check("totl", folder / "x.py", catalog=workshop.catalog)


def test_configuration_files_and_conftests_are_ignored(workshop: Workshop, judge: Judge):
    workshop.exercise()
    workshop.write("solutions/total/hidden/conftest.py", "raise RuntimeError('a conftest is never loaded')\n")
    workshop.write("solutions/conftest.py", "raise RuntimeError('a conftest is never loaded')\n")
    workshop.write("pytest.ini", "[pytest]\naddopts = --nonsense\n")
    assert judge(TOTAL).verdict == "accepted"
