"""The smallest failing call: which one it is, and the script that makes it again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from grader.cli import run
from tests.grader.conftest import Judge
from tests.grader.packages import TOTAL, Workshop

WRONG = """
    def total(numbers):
        print("summing", len(numbers))
        return sum(numbers) + (len(numbers) > 2)
"""


@pytest.fixture(name="installed")
def install(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """An exercise that the commands find as if it came with the installation."""
    for module in ("grader.cli", "grader.catalog", "grader.commands"):
        monkeypatch.setattr(f"{module}.data_folder", lambda name: workshop.folder / name)
    monkeypatch.setenv("STUDYAPP_WORKSPACE", str(workshop.folder / "mine"))
    return workshop


def run_script(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")


def reproduce(installed: Workshop, program: str) -> tuple[str, subprocess.CompletedProcess[str]]:
    """Check a program, write the script, and run it."""
    installed.write("mine/total.py", program)
    assert run(["check", "total"]) == 1
    assert run(["repro", "total"]) == 0
    script = installed.folder / "mine" / "repro_total.py"
    return script.read_text(), run_script(script)


def test_the_script_shows_got_and_expected(installed: Workshop, capsys: pytest.CaptureFixture[str]):
    installed.exercise()
    text, process = reproduce(installed, WRONG)
    assert process.stdout.splitlines() == ["summing 3", "got:      7", "expected: 6"]
    assert "the check: The sum of three numbers" in text
    assert "wrong answer: expected 6, got 7" in text
    assert "def test_" not in text
    assert "assert" not in text
    told = capsys.readouterr().out
    assert "smallest failing input: total([1, 2, 3])" in told
    assert "│ summing 3" in told
    assert "grader repro total" in told


def test_a_comparison_teaches_more_than_a_smaller_call(workshop: Workshop, judge: Judge):
    workshop.exercise(
        hidden="""
        from grader.suite import assert_equal, violation

        def test_refused(submission):
            with violation("None"):
                submission.total(None)

        def test_part(submission):
            assert_equal(submission.total([]) + 1, 1)

        def test_whole(submission):
            assert_equal(submission.total([1, 2]), 3)
    """
    )
    verdict = judge("def total(numbers): return 5")
    assert verdict.smallest is not None
    assert verdict.smallest.check == "values::test_whole"
    assert judge(TOTAL).smallest.check == "values::test_refused"  # type: ignore[union-attr]


def test_a_value_that_was_not_returned_is_no_expected_one(workshop: Workshop, judge: Judge):
    suite = """
        from grader.suite import assert_equal

        def test_part(submission):
            assert_equal(submission.total([1])[0], 7)
    """
    workshop.exercise(hidden=suite, public=suite)
    verdict = judge("def total(numbers): return [0, 1]")
    assert verdict.smallest is not None
    assert verdict.smallest.expected is None


def test_an_exception_is_raised_again(installed: Workshop):
    installed.exercise()
    _, process = reproduce(installed, "def total(numbers):\n    return numbers[10]\n")
    assert process.returncode == 1
    assert "return numbers[10]" in process.stderr
    assert process.stderr.endswith("IndexError: list index out of range\n")


def test_a_script_follows_the_file_that_was_checked(installed: Workshop):
    suite = """
        from grader.suite import assert_equal

        def test_it(submission):
            assert_equal(submission.run([1, chr(92) + chr(34) * 3]), 3)
    """
    driver = "import submission\ndef run(numbers): return submission.total(numbers)\n"
    installed.exercise(hidden=suite, public=suite, driver=driver)
    program = installed.submit("def total(numbers): return len(numbers)\n")
    assert run(["check", "total", str(program)]) == 1
    assert run(["repro", "total"]) == 0
    process = run_script(installed.folder / "mine" / "repro_total.py")
    assert process.stdout.splitlines() == ["got:      2", "expected: 3"]


TENSORS = '''
    import torch
    from grader.suite import assert_close_to_reference

    def test_sum(submission, torch_rng):
        """The sum of {count} numbers"""
        numbers = torch.rand({count}, generator=torch_rng)
        result = submission.total(numbers[::2], generator=torch.Generator().manual_seed(1))
        assert_close_to_reference(result, numbers[::2].double().sum(), numbers[::2].sum())
'''


@pytest.mark.parametrize("count", [10, 2000])
def test_tensors_are_written_or_saved(installed: Workshop, count: int):
    suite = TENSORS.format(count=count)
    installed.exercise(hidden=suite, public=suite, torch=True)
    text, process = reproduce(installed, "def total(numbers, generator):\n    return numbers[1:].sum()\n")
    assert process.returncode == 0, process.stderr
    assert ".as_strided(" in text
    assert "torch.Generator().manual_seed(1)" in text
    assert process.stdout.startswith("got:      tensor(")
    assert "expected: tensor(" in process.stdout
    assert (installed.folder / "mine" / "repro_total.safetensors").exists() == (count == 2000)


def test_what_is_too_large_is_not_kept(installed: Workshop, capsys: pytest.CaptureFixture[str]):
    suite = "def test_long(submission):\n    assert submission.total('x' * 10**6) == 0, 'not zero'\n"
    installed.exercise(hidden=suite, public=suite)
    installed.write("mine/total.py", "def total(numbers): return 1\n")
    assert run(["check", "total"]) == 1
    assert run(["repro", "total"]) == 2
    assert "--seed" in capsys.readouterr().err


def test_without_a_failed_call_there_is_nothing_to_write(
    installed: Workshop, capsys: pytest.CaptureFixture[str]
):
    installed.exercise()
    for program, words in ((TOTAL, "no failed check"), ("syntax error", "did not come to a call")):
        installed.write("mine/total.py", program)
        run(["check", "total"])
        capsys.readouterr()
        assert run(["repro", "total"]) == 2
        assert words in capsys.readouterr().err
    assert not (installed.folder / "mine" / "repro_total.py").exists()


def test_a_failure_of_the_judge_does_not_forget_the_last_call(installed: Workshop):
    installed.exercise()
    reproduce(installed, WRONG)
    installed.write("solutions/total/hidden/test_values.py", "import nowhere\n")
    assert run(["check", "total"]) == 3
    assert run(["repro", "total"]) == 0


def test_the_journal_leaves_the_call_out(installed: Workshop):
    installed.exercise()
    reproduce(installed, WRONG)
    assert b'"smallest":null' in (installed.folder / "mine" / ".grader" / "verdicts.jsonl").read_bytes()
