"""Hints, giving up and the solution: what is shown, and what the workspace remembers of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from grader import Verdict, hints_shown, next_hint, read_give_ups, read_journal, record, start
from grader.cli import run
from grader.workspace import JOURNAL
from tests.grader.packages import TOTAL, Workshop
from tests.terminal import Terminal


@pytest.fixture(name="installed")
def install(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """An exercise with hints and a solution, as if it came with the installation."""
    workshop.exercise()
    workshop.write("exercises/total/hints/01.md", "Think.\n")
    workshop.write("exercises/total/hints/02.md", "Think of `sum`.\n")
    workshop.write("solutions/total/explanation.md", "# Why\n\nIt adds.\n")
    workshop.write("solutions/total/accepted/b.py", "second\n")
    workshop.write("solutions/total/accepted/a.py", "first\n")
    for module in ("grader.cli", "grader.catalog", "grader.commands"):
        monkeypatch.setattr(f"{module}.data_folder", lambda name: workshop.folder / name)
    monkeypatch.setenv("STUDYAPP_WORKSPACE", str(workshop.folder / "mine"))
    return workshop


def passed(at: int) -> Verdict:
    return Verdict("0" * 32, "total", "accepted", [], 1, "0" * 64, at)


@pytest.mark.usefixtures("installed")
def test_hints_come_one_at_a_time_and_are_remembered(capsys: pytest.CaptureFixture[str]):
    for words in ("Hint 1 of 2\n\nThink.\n", "Hint 2 of 2\n\nThink of `sum`.\n"):
        assert run(["hint", "total"]) == 0
        assert capsys.readouterr().out == words
    assert run(["hint", "total"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("You have seen every hint:")
    assert "Think.\n" in told
    assert hints_shown("total") == 2
    assert next_hint("total") is None
    assert run(["hint", "totl"]) == 2


def test_a_fresh_start_counts_hints_anew(installed: Workshop):
    next_hint("total")
    start("total", catalog=installed.catalog)
    assert hints_shown("total") == 1
    start("total", catalog=installed.catalog, fresh=True)
    assert hints_shown("total") == 0
    first = next_hint("total")
    assert first is not None
    assert first.number == 1


def test_a_verdict_tells_the_hints_of_the_file_in_the_workspace_only(installed: Workshop):
    next_hint("total")
    own, other = installed.write("mine/total.py", TOTAL), installed.submit(TOTAL)
    for arguments in ([], [str(own)], [str(other)]):
        assert run(["check", "total", *arguments]) == 0
    assert [entry.hints for entry in read_journal(own.parent)] == [1, 1, 0]


def test_a_hint_that_cannot_be_counted_is_not_shown(installed: Workshop, capsys: pytest.CaptureFixture[str]):
    installed.write("mine", "a file in the way")
    assert run(["hint", "total"]) == 2
    captured = capsys.readouterr()
    assert "Think" not in captured.out
    assert "not shown" in captured.err


def test_a_broken_count_begins_anew(installed: Workshop):
    installed.write("mine/.grader/hints.json", "{")
    assert hints_shown("total") == 0
    assert next_hint("total") is not None


def test_the_solution_opens_with_a_pass(installed: Workshop, capsys: pytest.CaptureFixture[str]):
    assert run(["explain", "total"]) == 2
    captured = capsys.readouterr()
    assert "--give-up" in captured.err
    assert "It adds" not in captured.out
    record(installed.folder / "mine", passed(at=1))
    assert run(["explain", "total"]) == 0
    told = capsys.readouterr().out
    assert told.index("It adds.") < told.index("a.py") < told.index("first")
    assert "second" not in told


@pytest.mark.usefixtures("installed")
def test_giving_up_opens_the_solution_and_is_recorded_once(installed: Workshop):
    next_hint("total")
    for arguments in (["--give-up"], ["--give-up"], []):
        assert run(["explain", "total", *arguments]) == 0
    workspace = installed.folder / "mine"
    assert [(entry.exercise, entry.hints) for entry in read_give_ups(workspace)] == [("total", 1)]
    record(workspace, passed(at=1))
    assert [entry.verdict for entry in read_journal(workspace)] == ["accepted"]
    assert len((workspace / JOURNAL).read_bytes().splitlines()) == 2


def test_a_fresh_start_closes_the_solution(installed: Workshop):
    assert run(["explain", "total", "--give-up"]) == 0
    record(installed.folder / "mine", passed(at=1))
    start("total", catalog=installed.catalog, fresh=True)
    assert run(["explain", "total"]) == 2


@pytest.mark.parametrize(("answer", "code"), [("n", 130), ("y", 0)])
def test_giving_up_is_asked_on_a_terminal(tmp_path: Path, answer: str, code: int):
    command = [sys.executable, "-m", "grader.cli", "explain", "sliding_window_max"]
    environment = {"PATH": "/usr/bin:/bin", "PAGER": "cat", "STUDYAPP_WORKSPACE": str(tmp_path)}
    terminal = Terminal(command, environment)
    terminal.wait_for("Give up? [y/N]")
    terminal.press(f"{answer}\n")
    assert terminal.wait() == code
    assert [entry.exercise for entry in read_give_ups(tmp_path)] == ["sliding_window_max"] * (answer == "y")
