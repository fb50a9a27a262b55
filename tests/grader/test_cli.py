"""The command line: exit codes, messages, JSON, the journal, and how light the light commands are."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grader import Catalog, read_journal
from grader.cli import run
from tests.grader.packages import TOTAL, Workshop

HEAVY = ("asyncio", "click", "msgspec", "numpy", "pytest", "sqlalchemy", "textual", "torch")


@pytest.fixture(name="installed")
def install(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """An exercise that the commands find as if it came with the installation."""
    workshop.exercise()
    for module in ("grader.cli", "grader.catalog", "grader.commands"):
        monkeypatch.setattr(f"{module}.data_folder", lambda name: workshop.folder / name)
    monkeypatch.setenv("STUDYAPP_WORKSPACE", str(workshop.folder / "workspace"))
    return workshop


@pytest.mark.parametrize(
    "arguments", [["list"], ["show", "sliding_window_max"], ["show", "nothing"]], ids=str
)
def test_light_commands_load_nothing_heavy(arguments: list[str]):
    code = "import sys; from grader.cli import run; run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    process = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in process.stderr.splitlines()[-1].split()}
    assert "tomllib" in loaded or arguments[0] == "show"
    assert not loaded & set(HEAVY)


def test_importing_the_package_loads_none_of_its_modules():
    code = "import sys, grader; print([name for name in sys.modules if name.startswith('grader.')])"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "[]"


def test_list_and_show(installed: Workshop, capsys: pytest.CaptureFixture[str]):
    assert run(["list"]) == 0
    assert capsys.readouterr().out.split() == ["total", "●○○○○", "5", "min", "Sum"]
    assert run(["show", "total"]) == 0
    assert capsys.readouterr().out.startswith("# total\n")
    assert run(["show", "total", "--zh"]) == 2
    assert "not been translated" in capsys.readouterr().err
    (installed.folder / "exercises" / "total" / "README.zh.md").write_text("# 求和\n", encoding="utf-8")
    assert run(["show", "total", "--zh"]) == 0
    assert capsys.readouterr().out == "# 求和\n"
    for arguments in (["show", "totl"], ["show", "totl", "--workspace", "/nowhere"], ["start", "totl"]):
        assert run(arguments) == 2
        assert "Did you mean total?" in capsys.readouterr().err


def test_a_broken_description_is_listed_as_such(installed: Workshop, capsys: pytest.CaptureFixture[str]):
    installed.write("exercises/broken/exercise.toml", "title =")
    assert run(["list"]) == 0
    assert "broken" in capsys.readouterr().out
    assert run(["start", "broken"]) == 3


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    "arguments",
    [
        ["chek"],
        ["check"],
        ["check", "total", "--seed", "x"],
        ["list", "more"],
        ["check", "total", "--seed=-1"],
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    assert run(arguments) == 2
    assert "Usage" in capsys.readouterr().err


def test_help_exits_with_0(capsys: pytest.CaptureFixture[str]):
    assert run(["--help"]) == 0
    assert run(["check", "-h"]) == 0
    assert "--seed" in capsys.readouterr().out


def test_start_tells_what_happened_to_the_files(installed: Workshop, capsys: pytest.CaptureFixture[str]):
    file = installed.folder / "workspace" / "total.py"
    assert run(["start", "total"]) == 0
    assert capsys.readouterr().out == f"Created {file}\n"
    assert run(["start", "total"]) == 0
    assert capsys.readouterr().out == f"Kept {file}\n"
    assert run(["start", "total", "--fresh"]) == 0
    assert "Your earlier program is now" in capsys.readouterr().out


def test_check_prints_records_and_exits_by_the_verdict(
    installed: Workshop, capsys: pytest.CaptureFixture[str]
):
    workspace = installed.folder / "workspace"
    assert run(["check", "total"]) == 2
    assert "grader start total" in capsys.readouterr().err
    installed.write("workspace/total.py", TOTAL)
    assert run(["check", "total"]) == 0
    assert "public 1/1 · hidden 3/3" in capsys.readouterr().out
    program = installed.submit("def total(numbers): return 6")
    assert run(["check", "total", str(program), "--seed", "5", "--json"]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert (printed["format_version"], printed["verdict"], printed["nonce"]) == (1, "wrong answer", 5)
    installed.write("solutions/total/hidden/test_values.py", "import nowhere\n")
    assert run(["check", "total"]) == 3
    capsys.readouterr()
    recorded = [(entry.verdict, entry.nonce == 5) for entry in read_journal(workspace)]
    assert recorded == [("accepted", False), ("wrong answer", True), ("internal error", False)]


def test_a_journal_that_cannot_be_written_does_not_hide_the_verdict(
    installed: Workshop, capsys: pytest.CaptureFixture[str]
):
    program = installed.submit(TOTAL)
    installed.write("workspace", "a file in the way")
    assert run(["check", "total", str(program)]) == 0
    captured = capsys.readouterr()
    assert "Accepted" in captured.out
    assert "journal" in captured.err


def test_ctrl_c_exits_with_130_and_records_nothing(workshop: Workshop):
    exercise = Catalog.default().get("sliding_window_max")
    program = workshop.submit(f"""
        import time
        print("started")
        def {exercise.description.entry_points[0]}(*arguments, **named):
            time.sleep(600)
    """)
    command = [sys.executable, "-m", "grader.cli", "check", exercise.id, str(program)]
    environment = {**os.environ, "TMPDIR": str(workshop.folder), "STUDYAPP_WORKSPACE": str(workshop.folder)}
    environment["GRADER_COLD"] = "1"
    # An interactive shell starts its commands with SIGINT at its default; this process may ignore it.
    process = subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, text=True, preexec_fn=default_interrupt
    )
    while not list(workshop.folder.glob("grader-*")):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert told.strip() == "Stopped. Nothing was recorded."
    assert not list(workshop.folder.glob("grader-*"))
    assert not list(read_journal(Path(workshop.folder)))


def default_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_a_reader_that_leaves_early_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "grader.cli", "show", "sliding_window_max"]
    process = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (process.returncode, process.stderr) == (0, b"")


def test_a_terminal_without_unicode_gets_question_marks():
    command = [sys.executable, "-m", "grader.cli", "list"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    process = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "sliding_window_max" in process.stdout
