"""Peak memory, measured from outside."""

from __future__ import annotations

import re
import sys

import pytest

from tests.grader.conftest import Judge
from tests.grader.packages import PUBLIC, Workshop

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what a process holds")

SUITE = """
    import pytest
    from grader.suite import TooMuchMemory

    def test_much_before(submission):
        submission.total([24])

    @pytest.mark.measured
    def test_memory(submission):
        submission.total([0])
        for mebibytes, expected in ((4, 4), (16, 16), (8, 0)):
            submission.total([mebibytes])
            peak = submission.peak_bytes / 2**20
            # The kernel counts pages in batches.
            if not abs(peak - expected) < 0.5:
                raise TooMuchMemory(f"{mebibytes} MiB were measured as {peak:.1f} MiB")

    def test_much_after(submission):
        submission.total([24])
"""
HOLDS = """
    def total(numbers):
        held = {held}
        return sum(numbers)
"""


@pytest.mark.parametrize("held", ["bytearray(numbers[0] << 20)", "b'x' * (numbers[0] << 20)"])
def test_the_peak_of_a_call_is_what_it_holds(workshop: Workshop, judge: Judge, held: str):
    workshop.exercise(hidden=SUITE)
    verdict = judge(HOLDS.format(held=held))
    assert verdict.accepted, verdict.failed


def test_too_much_memory_is_the_memory_limit(workshop: Workshop, judge: Judge):
    workshop.exercise(hidden=SUITE)
    verdict = judge(HOLDS.format(held="bytearray(numbers[0] << 21)"))
    assert verdict.verdict == "memory limit"
    told = re.fullmatch(r"4 MiB were measured as (.*) MiB", verdict.failed[0].message)
    # The kernel counts resident pages in batches.
    assert told
    assert 7.5 < float(told[1]) < 9


def test_a_check_that_is_not_marked_cannot_be_asked(workshop: Workshop, judge: Judge):
    hidden = """
        def test_memory(submission):
            submission.total([1])
            assert submission.peak_bytes == 0
    """
    workshop.exercise(hidden=hidden, public=PUBLIC)
    verdict = judge("def total(numbers): return sum(numbers)")
    assert verdict.verdict == "internal error"
    assert "must be marked `measured`" in verdict.failed[0].message
