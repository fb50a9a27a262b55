"""`grader verify --mutants`: strong and weak suites, reviewed equivalents, the budget, what is remembered."""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

import pytest

from grader.authoring.mutants import verify_mutants
from grader.authoring.pool import Progress
from grader.authoring.report import Breach, Change, MutantReport, Report
from grader.authoring.table import render_mutants
from grader.authoring.verify import verify
from grader.catalog import UnknownExercise
from grader.cli import run
from tests.grader.packages import HIDDEN, TOTAL, Workshop

LOOP = """
    def total(numbers):
        result = 0
        for number in numbers:
            result += number
        return result
"""
SPECIAL_CASE = """
    def total(numbers):
        if not numbers:
            return 0
        return sum(numbers)
"""
PROGRAMS = {"accepted/builtin.py": TOTAL, "accepted/loop.py": LOOP}
WITH_EQUIVALENTS = {"accepted/builtin.py": TOTAL, "accepted/special.py": SPECIAL_CASE}
EMPTY_ONLY = '''
    from grader.suite import assert_equal

    def test_empty(submission):
        """The empty sum"""
        assert_equal(submission.total([]), 0)
'''
REVIEWED = """
    [[equivalent]]
    program = "special.py"
    line = "if not numbers:"
    mutant = "pass"
    reason = "The sum of no numbers is 0."

    [[equivalent]]
    program = "special.py"
    line = "return 0"
    mutant = "pass"
    reason = "The sum of no numbers is 0."
"""


@pytest.fixture(autouse=True)
def private_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDYAPP_CACHE", str(tmp_path / "cache"))


def judge(workshop: Workshop, **options: object) -> MutantReport:
    (report,) = verify_mutants(
        ["total"], **{"budget": 600, "jobs": 2, "catalog": workshop.catalog, **options}
    ).exercises
    return report


def counts(report: MutantReport) -> tuple[int, int, int, int, int]:
    return (
        report.mutants,
        report.killed,
        report.equivalent,
        len(report.survivors),
        len(report.not_tried),
    )


def test_a_strong_suite_kills_all_mutants(workshop: Workshop):
    workshop.package("total", PROGRAMS, "")
    report = judge(workshop)
    assert counts(report) == (9, 9, 0, 0, 0)
    assert report.sound
    assert report.judged == 11, "the programs without a slip are judged too"


def test_a_weak_suite_leaves_survivors(workshop: Workshop):
    workshop.package(
        "total", PROGRAMS, "", hidden=EMPTY_ONLY, public=EMPTY_ONLY.replace("empty", "no_number")
    )
    report = judge(workshop)
    assert counts(report) == (9, 5, 0, 4, 0)
    assert not report.sound
    assert report.survivors == [
        Change("accepted/loop.py", 4, "for number in numbers:", "pass", 1),
        Change("accepted/loop.py", 5, "result += number", "pass", 1),
        Change("accepted/loop.py", 5, "result += number", "result -= number", 1),
        Change("accepted/loop.py", 5, "result += number", "result = number", 1),
    ]


def test_a_mutant_that_never_ends_is_killed_by_the_time_limit(workshop: Workshop):
    endless = """
        def total(numbers):
            rest, result = list(numbers), 0
            while rest:
                result += rest.pop()
            return result
    """
    workshop.package("total", {"accepted/endless.py": endless}, "")
    workshop.write("solutions/total/accepted/builtin.py", TOTAL)
    assert judge(workshop).sound


def test_a_mutant_is_judged_up_to_its_first_failure(workshop: Workshop):
    """The second check would wait, then be an internal error."""
    hidden = (
        EMPTY_ONLY
        + '''
    def test_later(submission):
        """Later"""
        import threading
        if submission.total([1, 2]) != 3:
            threading.Event().wait(20)
            raise RuntimeError
    '''
    )
    workshop.package("total", {"accepted/loop.py": LOOP, "accepted/builtin.py": TOTAL}, "", hidden=hidden)
    assert counts(judge(workshop)) == (9, 9, 0, 0, 0)


def test_reviewed_equivalents_are_accepted(workshop: Workshop):
    workshop.package("total", WITH_EQUIVALENTS, "")
    report = judge(workshop)
    assert counts(report) == (7, 5, 0, 2, 0)
    workshop.write("solutions/total/mutants.toml", REVIEWED)
    report = judge(workshop)
    assert counts(report) == (7, 5, 2, 0, 0)
    assert report.sound
    assert report.judged == 0, "the review changes no verdict"


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (
            REVIEWED.replace("if not numbers:", "if not number:"),
            "special.py: if not number: → pass: There is no such mutant",
        ),
        (REVIEWED.replace('"special.py"', '"gone.py"'), "gone.py: return 0 → pass: There is no such mutant"),
        (
            REVIEWED.replace("reason =", "occurrence = 2\nreason ="),
            "if not numbers: → pass (occurrence 2): There is no such mutant",
        ),
        (REVIEWED + REVIEWED, "special.py: return 0 → pass: It is listed more than once"),
        (REVIEWED + 'because = "It is so."\n', "unknown field `because`"),
        (REVIEWED + "[[survivor]]\n", "unknown field `survivor`"),
        (REVIEWED.replace("The sum of no numbers is 0.", " "), "reason"),
        (REVIEWED.replace('mutant = "pass"', ""), "missing required field `mutant`"),
        (REVIEWED.replace("reason =", "occurrence = 0\nreason ="), "`int` >= 1"),
        ("[[equivalent", "mutants.toml"),
    ],
)
def test_every_verification_finds_entries_that_name_no_mutant_or_no_reason(
    workshop: Workshop, entries: str, message: str
):
    workshop.package("total", WITH_EQUIVALENTS, "")
    workshop.write("solutions/total/mutants.toml", entries)
    for report in (
        judge(workshop, budget=0),
        *verify(["total"], nonces=1, jobs=2, catalog=workshop.catalog).exercises,
    ):
        told = [f"{each.where}: {each.message}" for each in report.breaches]
        assert any(each.startswith("mutants.toml: ") and message in each for each in told), told
        assert not report.sound


def test_a_listed_mutant_that_the_suite_kills_is_a_breach(workshop: Workshop):
    workshop.package("total", WITH_EQUIVALENTS, "")
    killed = REVIEWED.replace(
        'line = "return 0"\n    mutant = "pass"', 'line = "return 0"\n    mutant = "return 1"'
    )
    workshop.write("solutions/total/mutants.toml", killed)
    report = judge(workshop)
    assert counts(report) == (7, 5, 1, 1, 0)
    (breach,) = report.breaches
    assert breach.where == "mutants.toml"
    assert (
        "special.py: return 0 → return 1: It is no equivalent: wrong answer in values::test_empty"
        in breach.message
    )


def test_a_program_that_is_not_accepted_has_no_mutants_to_judge(workshop: Workshop):
    programs = {
        "accepted/builtin.py": TOTAL,
        "accepted/wrong.py": "def total(numbers):\n    return 1\n",
        "accepted/broken.py": "def total(numbers:\n",
    }
    workshop.package("total", programs, "")
    report = judge(workshop)
    assert counts(report) == (1, 1, 0, 0, 0)
    assert [(each.where, each.internal) for each in report.breaches] == [
        ("accepted/broken.py", False),
        ("accepted/wrong.py", False),
    ]
    assert "can't be parsed" in report.breaches[0].message
    assert "must be accepted and gets: wrong answer in examples::test_small" in report.breaches[1].message


def test_a_mutant_that_the_suite_stumbles_over_is_no_kill(workshop: Workshop):
    stumbling = '''
    def test_three(submission):
        """Three numbers"""
        assert {6: True}[submission.total([1, 2, 3])]
    '''
    workshop.package("total", {"accepted/loop.py": LOOP, "accepted/builtin.py": TOTAL}, "", public=stumbling)
    report = judge(workshop)
    assert report.killed < report.mutants == 9
    assert Report([report]).internal
    assert {each.where.partition(":")[0] for each in report.breaches} == {
        "accepted/loop.py",
        "accepted/builtin.py",
    }
    assert all("shows a fault of the suite" in each.message for each in report.breaches)
    assert judge(workshop).judged == report.mutants - report.killed, "nothing is known of these"


def test_what_was_not_tried_is_told(workshop: Workshop):
    workshop.package("total", PROGRAMS, "")
    ticks = count()
    report = judge(workshop, budget=6, jobs=1, clock=lambda: next(ticks))
    judged = report.judged - 2
    assert 0 < judged < 9
    assert counts(report) == (9, judged, 0, 0, 9 - judged)
    assert not report.sound
    assert judge(workshop, budget=0).not_tried == report.not_tried
    report = judge(workshop)
    assert counts(report) == (9, 9, 0, 0, 0)
    assert report.judged == 9 - judged, "the run goes on where the first one stopped"


def test_only_what_changed_is_judged_again(workshop: Workshop):
    programs = {"accepted/builtin.py": TOTAL, "accepted/copy.py": TOTAL.replace("numbers", "values")}
    workshop.package("total", programs, "")
    assert judge(workshop).judged == 4, "two programs, a mutant of each"
    assert judge(workshop).judged == 0
    workshop.write("solutions/total/explanation.md", "Add them.\n")
    assert judge(workshop).judged == 0
    workshop.write("solutions/total/accepted/copy.py", TOTAL.replace("numbers", "items"))
    assert judge(workshop).judged == 2
    assert judge(workshop, cache=False).judged == 4
    assert judge(workshop).judged == 0
    workshop.write("solutions/total/hidden/test_values.py", HIDDEN + "\n")
    assert judge(workshop).judged == 4
    workshop.write("exercises/total/public/test_examples.py", EMPTY_ONLY)
    assert judge(workshop).judged == 4


def test_a_memory_that_cannot_be_used_is_none(workshop: Workshop, tmp_path: Path):
    workshop.package("total", {"accepted/builtin.py": TOTAL, "accepted/again.py": TOTAL}, "")
    assert judge(workshop).judged == 4
    (file,) = (tmp_path / "cache" / "verified").iterdir()
    file.write_bytes(b"{")
    assert judge(workshop).judged == 4
    assert judge(workshop).judged == 0


def test_an_interruption_keeps_what_was_judged(workshop: Workshop):
    workshop.package("total", PROGRAMS, "")
    heard: list[Progress] = []

    def interrupt(progress: Progress) -> None:
        heard.append(progress)
        if progress.total == 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge(workshop, jobs=1, on_progress=interrupt)
    assert [(each.done, each.total, each.exercise) for each in heard] == [
        (1, 2, "total"),
        (2, 2, "total"),
        (1, 9, "total"),
    ]
    assert judge(workshop).judged == 8


def test_unknown_exercises_and_impossible_numbers_are_refused(workshop: Workshop):
    workshop.package("total", PROGRAMS, "")
    workshop.package("malformed", {}, "")
    workshop.write("exercises/malformed/exercise.toml", "format_version = 2\n")
    with pytest.raises(UnknownExercise, match="Did you mean total"):
        verify_mutants(["totl"], budget=1, jobs=1, catalog=workshop.catalog)
    for numbers in ({"budget": -1, "jobs": 1}, {"budget": 1, "jobs": 0}):
        with pytest.raises(ValueError, match="at least 1"):
            verify_mutants(["total"], catalog=workshop.catalog, **numbers)
    (report,) = verify_mutants(["malformed"], budget=1, jobs=1, catalog=workshop.catalog).exercises
    assert [each.where for each in report.breaches] == ["exercise.toml"]


def test_the_table_tells_everything():
    survivor = Change("accepted/loop.py", 5, "result += number", "result -= number", 2)
    not_tried = [survivor._replace(line=line) for line in (3, 3, 7)]
    report = Report(
        [
            MutantReport("long_name", 40, 38, 2, judged=40, seconds=61.25, budget=600),
            MutantReport("a", 40, 38, 2, seconds=0.1, budget=600),
            MutantReport(
                "b", 4, 0, 0, [survivor], not_tried, 1, 5, 5, [Breach("mutants.toml", "It is wrong.")]
            ),
        ]
    )
    head, *rows = render_mutants(report).splitlines()
    assert head.split()[:5] == ["exercise", "mutants", "killed", "equivalent", "survivors"]
    for code in ("\033[0m", "\033[1m", "\033[31m", "\033[32m"):
        rows = [row.replace(code, "") for row in rows]
    assert [" ".join(row.split()) for row in rows[:4]] == [
        "long_name 40 38 2 0 0 61 of 600 s ok",
        "a 40 38 2 0 0 0 of 600 s cached",
        "b 4 0 0 1 3 5 of 5 s 1 survivor, 1 breach, unfinished",
        "",
    ]
    assert rows[4:] == [
        "b",
        "✗ accepted/loop.py:5 survives (occurrence 2)",
        "    - result += number",
        "    + result -= number",
        "Add a check that fails them. What keeps the contract belongs in mutants.toml, with the reason.",
        "… 3 mutants not tried within 5 s; run it again to go on, or raise --budget:",
        "    accepted/loop.py: 3, in line 3, 7",
        "✗ mutants.toml: It is wrong.",
    ]


def test_the_command_exits_with_1_until_all_are_killed_or_reviewed(
    installed: Workshop, capsys: pytest.CaptureFixture[str]
):
    installed.package("total", WITH_EQUIVALENTS, "")
    assert run(["verify", "--mutants", "--jobs", "2", "--budget", "300"]) == 1
    told = capsys.readouterr().out
    assert "2 survivors\n" in told
    assert "✗ accepted/special.py:3 survives\n    - if not numbers:\n    + pass\n" in told
    installed.write("solutions/total/mutants.toml", REVIEWED)
    assert run(["verify", "--mutants", "total"]) == 0
    assert capsys.readouterr().out.split()[-1] == "cached"


def test_a_suite_that_fails_is_told_once_and_exits_with_3(
    installed: Workshop, capsys: pytest.CaptureFixture[str]
):
    installed.package("total", PROGRAMS, "", hidden="import nowhere_at_all\n")
    assert run(["verify", "--mutants"]) == 3
    told = capsys.readouterr().out
    assert "1 breach\n" in told
    assert "The suite cannot be run" in told


@pytest.mark.parametrize(
    "arguments", [["--mutants", "--nonces", "3"], ["--budget", "5"], ["--mutants", "--budget", "0"]]
)
def test_options_that_do_not_fit_are_refused(
    installed: Workshop, capsys: pytest.CaptureFixture[str], arguments: list[str]
):
    installed.package("total", PROGRAMS, "")
    assert run(["verify", *arguments]) == 2
    assert capsys.readouterr().err.strip()


def test_a_terminal_sees_the_progress(installed: Workshop, monkeypatch: pytest.MonkeyPatch, capsys):
    installed.package("total", {"accepted/builtin.py": TOTAL, "accepted/again.py": TOTAL}, "")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert run(["verify", "--mutants", "--jobs", "1"]) == 0
    assert "\r\033[K2/2 · total · accepted/builtin.py\r\033[K" in capsys.readouterr().err
