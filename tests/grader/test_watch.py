"""`grader watch` with real saves, in a terminal and through a pipe."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grader import Catalog, read_journal
from grader.cli import run
from grader.watch import latest_save
from tests.grader.packages import Workshop
from tests.terminal import Terminal

EXERCISE = "sliding_window_max"
RIGHT = (Catalog.default().get(EXERCISE).solutions / "accepted" / "block_maxima.py").read_text()
WRONG = "def max_sliding_window(nums, k):\n    print('hello from me')\n    return [max(nums)]\n"
ENDLESS = "import time\ndef max_sliding_window(nums, k):\n    time.sleep(600)\n"
# A process started in the background may ignore SIGINT; an interactive shell restores its default.
WATCH = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from grader.cli import main
main()
"""


def save_by_rename(file: Path, text: str) -> None:
    draft = file.with_name("4913~")
    draft.write_text(text)
    draft.replace(file)


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(folder / "temporary"), "STUDYAPP_WORKSPACE": str(folder / "mine")}


def verdicts(folder: Path) -> list[str]:
    return [entry.verdict for entry in read_journal(folder / "mine")]


def test_each_save_is_judged_on_a_tidy_screen(tmp_path: Path):
    for name in ("temporary", "mine"):
        (tmp_path / name).mkdir()
    file = tmp_path / "mine" / f"{EXERCISE}.py"
    terminal = Terminal([sys.executable, "-c", WATCH, "watch"], environment(tmp_path))
    terminal.wait_for("grader start ID")
    file.write_text(RIGHT)
    terminal.wait_for("Course: passed 1 of")
    save_by_rename(file, WRONG)
    terminal.wait_for("grader hint")
    file.write_text(ENDLESS)
    terminal.wait_for("judging")
    save_by_rename(file, RIGHT)
    terminal.wait_for("Accepted")
    file.write_text(ENDLESS)
    terminal.wait_for("judging")
    terminal.press("\x03")
    assert terminal.wait() == 0
    assert verdicts(tmp_path) == ["accepted", "wrong answer", "accepted"]
    assert not list((tmp_path / "temporary").iterdir())


def test_a_pipe_gets_plain_lines_of_one_exercise(tmp_path: Path):
    for name in ("temporary", "mine"):
        (tmp_path / name).mkdir()
    file = tmp_path / "mine" / f"{EXERCISE}.py"
    file.write_text(WRONG)
    process = subprocess.Popen(
        [sys.executable, "-c", WATCH, "watch", EXERCISE],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("Course:"):
            break
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    text = "".join(lines) + rest
    assert "\x1b" not in text
    assert "✗ The example of the prompt (public) — wrong answer" in text
    assert "  │ hello from me" in text
    assert verdicts(tmp_path) == ["wrong answer"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [([EXERCISE], f"grader start {EXERCISE}"), (["sliding_window_min"], f"Did you mean {EXERCISE}")],
)
def test_what_cannot_be_watched_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
):
    assert run(["watch", *arguments, "--workspace", str(tmp_path / "absent")]) == 2
    assert words in capsys.readouterr().err


def test_the_last_save_is_found(workshop: Workshop):
    for name in ("total", "other"):
        workshop.exercise(name)
    exercises = workshop.catalog.order()
    assert latest_save(exercises, workshop.folder) is None
    for name, seconds in (("total", 2), ("other", 1), ("no_exercise", 3)):
        os.utime(workshop.write(f"{name}.py", ""), (seconds, seconds))
    saved = latest_save(exercises, workshop.folder)
    assert saved is not None
    assert saved.exercise.id == "total"
    os.utime(workshop.folder / "other.py", (4, 4))
    again = latest_save(exercises, workshop.folder)
    assert again is not None
    assert again.exercise.id == "other"
