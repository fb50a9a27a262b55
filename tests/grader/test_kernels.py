"""Exercises with Triton kernels: run through the interpreter, counted, muted, and left to a GPU."""

from __future__ import annotations

import subprocess
import sys

import pytest

from grader import CheckResult, feedback, gpu
from grader.cli import run
from grader.verdict import NO_GPU, Verdict, decide
from tests.grader.conftest import Judge
from tests.grader.packages import Workshop

pytest.importorskip("triton", reason="Triton is for Linux only")
interpreted = pytest.mark.skipif(gpu.available(), reason="kernels are compiled where there is a GPU")
without_gpu = pytest.mark.skipif(gpu.available(), reason="there is a GPU")

DOUBLE = """
    import torch
    import triton
    import triton.language as tl

    @triton.jit
    def double(x, out, n, BLOCK: tl.constexpr):
        i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
        two = 2
        # Only in a kernel whose source was read is a plain number a tensor.
        tl.store(out + i, tl.load(x + i, mask=i < n) * two.to(tl.float32), mask=i < n)

    def total(x, block=4):
        out = torch.zeros_like(x)
        double[(triton.cdiv(x.shape[0], block),)](x, out, x.shape[0], BLOCK=block)
        return out
"""
SUITE = """
    import torch
    from grader.suite import assert_equal

    def test_double(submission):
        assert_equal(submission.total(torch.ones(10)), 2 * torch.ones(10))
"""


def with_suite(workshop: Workshop, suite: str = SUITE, **more: str) -> None:
    workshop.exercise(public=SUITE, hidden=suite, triton=True, wall_seconds=20, **more)


@interpreted
@pytest.mark.parametrize("cold", [False, True], ids=["warm", "cold"])
def test_a_kernel_runs_where_there_is_no_gpu(workshop: Workshop, judge: Judge, cold: bool):
    with_suite(workshop)
    verdict = judge(DOUBLE, cold=cold)
    assert verdict.accepted, verdict.checks
    assert judge(DOUBLE.replace("two = 2", "two = 3"), cold=cold).verdict == "wrong answer"


@interpreted
def test_a_kernel_that_fails_is_a_runtime_error_with_its_line(workshop: Workshop, judge: Judge):
    with_suite(workshop)
    verdict = judge(DOUBLE.replace("two.to(tl.float32)", "tl.exp('x')"))
    assert verdict.verdict == "runtime error"
    assert "tl.load(x + i, mask=i < n) * tl.exp('x')" in verdict.failed[0].message


@interpreted
@pytest.mark.parametrize(
    ("masked", "unmasked", "kind"),
    [
        ("tl.load(x + i, mask=i < n)", "tl.load(x + i)", "load"),
        ("tl.load(x + i, mask=i < n)", "tl.load(x + i - 1, mask=i < n)", "load"),
        ("tl.float32), mask=i < n)", "tl.float32), mask=i < n + 1)", "store"),
    ],
)
def test_a_kernel_that_leaves_its_tensors_is_stopped(
    workshop: Workshop, judge: Judge, masked: str, unmasked: str, kind: str
):
    with_suite(workshop)
    assert masked in DOUBLE
    verdict = judge(DOUBLE.replace(masked, unmasked))
    assert verdict.verdict == "runtime error"
    assert f"a {kind} outside of the tensors that the kernel was given" in verdict.failed[0].message
    assert unmasked in verdict.failed[0].message


@interpreted
def test_launches_and_tiles_are_counted_and_kernels_muted(workshop: Workshop, judge: Judge):
    with_suite(
        workshop,
        """
        import pytest
        import torch

        def test_proved(submission):
            assert submission.total(torch.ones(1)) == 2

        @pytest.mark.instrumented
        def test_counts(submission, kernels):
            for block in (4, 16):
                submission.total(torch.ones(10), block)
                assert (kernels.launches, kernels.widest) == (1, block), "launched once"

        @pytest.mark.instrumented
        def test_muted(submission, kernels):
            with kernels.muted():
                assert torch.equal(submission.total(torch.ones(10)), torch.zeros(10)), "no kernel runs"
                assert kernels.launches == 1
            assert torch.equal(submission.total(torch.ones(10)), 2 * torch.ones(10)), "kernels run again"
    """,
    )
    assert judge(DOUBLE).accepted
    verdict = judge("def total(x, block=4):\n    return 2 * x\n")
    assert [check.message for check in verdict.failed] == ["launched once", "no kernel runs"]


GPU_SUITE = """
    import pytest
    import torch

    def test_everywhere(submission, inform):
        inform("so many operations in a second")
        assert submission.total(torch.ones(1)) == 2

    @pytest.mark.gpu
    def test_there(submission):
        torch.ones(1).cuda()
"""


@without_gpu
def test_what_needs_a_gpu_is_listed_as_not_run_and_counts_for_nothing(workshop: Workshop, judge: Judge):
    with_suite(workshop, GPU_SUITE)
    verdict = judge(DOUBLE)
    assert verdict.verdict == "accepted"
    assert [(check.id, check.outcome, check.message) for check in verdict.checks[1:]] == [
        ("values::test_everywhere", "passed", ""),
        ("values::test_there", "not run", NO_GPU),
    ]
    assert verdict.groups["hidden"] == (score := verdict.groups["public"])
    assert (score.passed, score.total) == (1, 1)
    text = feedback.render(verdict, "Sum")
    assert "1 check that needs a GPU was not run: there is none here." in text
    assert "so many operations in a second" in text


def test_a_check_that_was_passed_over_is_no_excuse():
    passed = CheckResult("a", "a", "hidden", "proved", "passed")
    assert decide([passed, CheckResult("b", "b", "hidden", "proved", "not run")]) == "internal error"
    assert not CheckResult("b", "b", "hidden", "proved", "not run").is_excused


@interpreted
def test_examples_and_scripts_use_the_interpreter_too(
    installed: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    for module in ("grader.cli", "grader.commands"):
        monkeypatch.setattr(f"{module}.data_folder", lambda name: installed.folder / name)
    monkeypatch.setenv("STUDYAPP_WORKSPACE", str(installed.folder / "mine"))
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    with_suite(installed)
    installed.write("mine/total.py", DOUBLE.replace("two = 2", "two = 3"))
    assert run(["check", "total"]) == 1
    assert run(["repro", "total"]) == 0
    script = [sys.executable, "-I", str(installed.folder / "mine" / "repro_total.py")]
    process = subprocess.run(script, capture_output=True, text=True, check=False)
    assert "3., 3., 3." in process.stdout, process.stderr
    capsys.readouterr()


def test_the_verdict_of_an_older_version_reads_without_information():
    assert Verdict("0", "total", "accepted", [], 1, "", 0).information == []
