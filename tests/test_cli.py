"""The `studyapp` command as a shell sees it, in processes of its own."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

STUDYAPP = Path(sys.executable).with_name("studyapp")


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return os.environ | {
        "STUDYAPP_DECK": str(tmp_path / "data" / "deck.sqlite3"),
        "STUDYAPP_WORKSPACE": str(tmp_path / "work"),
        "STUDYAPP_CONFIG": str(tmp_path / "config.toml"),
    }


def run(home: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([STUDYAPP, *arguments], env=home, capture_output=True, text=True, timeout=60)


def test_due_before_there_is_a_deck(home: dict[str, str]):
    done = run(home, "due")
    assert done.returncode == 0
    assert "creates your deck" in done.stdout


def test_notes_come_in_and_due_counts_them(home: dict[str, str]):
    first = run(home, "sync-notes")
    assert first.returncode == 0, first.stderr
    assert first.stderr == ""
    assert " 0 retired" in first.stdout
    assert run(home, "sync-notes").stdout.startswith("0 cards added, 0 changed")
    assert "20 new" in run(home, "due").stdout
    assert list((Path(home["STUDYAPP_DECK"]).parent / "backups").glob("deck-*.sqlite3"))


def test_settings_are_shown_changed_and_refused(home: dict[str, str]):
    assert "new_per_day = 20" in run(home, "set").stdout
    assert run(home, "set", "new_per_day", "7").stdout == "new_per_day = 7\n"
    assert "7 new" in run(home, "due").stdout
    refused = run(home, "set", "desired_retention", "2")
    assert refused.returncode == 2
    assert "from 0.7 to 0.99" in refused.stderr
    nonsense = run(home, "set", "new_per_day", "many")
    assert nonsense.returncode == 2
    assert "Traceback" not in nonsense.stderr
    assert run(home, "set", "no_such").returncode == 2


def test_the_deck_may_be_named_on_the_command_line(home: dict[str, str], tmp_path: Path):
    other = tmp_path / "other.sqlite3"
    assert run(home, "--deck", str(other), "sync-notes").returncode == 0
    assert other.exists()
    assert not Path(home["STUDYAPP_DECK"]).exists()
    assert "20 new" in run(home, "--deck", str(other), "due").stdout


def test_own_notes_join_the_shipped_ones(home: dict[str, str], tmp_path: Path):
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "mine.md").write_text("Q: What is a logit?\n\nA: The input of a softmax.\n")
    run(home, "sync-notes")
    Path(home["STUDYAPP_CONFIG"]).write_text(f'notes = ["{notes}"]\n')
    assert run(home, "sync-notes").stdout.startswith("1 cards added")
    assert "^what-is-a-logit" in (notes / "mine.md").read_text()


def test_a_broken_configuration_is_explained_and_does_not_stop_anything(home: dict[str, str]):
    Path(home["STUDYAPP_CONFIG"]).write_text("note = 3\n")
    done = run(home, "sync-notes")
    assert done.returncode == 0
    assert "config.toml" in done.stderr
    assert "it may hold: notes, write_ids, language" in done.stderr


def test_a_file_that_is_no_deck_is_explained(home: dict[str, str], tmp_path: Path):
    path = tmp_path / "thesis.txt"
    path.write_text("not a deck at all " * 100)
    done = run(home, "--deck", str(path), "sync-notes")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "It was not changed" in done.stderr
    assert "can't be read right now" in run(home, "--deck", str(path), "due").stdout


MINE = """\
# Logits

Q: What is a logit?

A: The input $z_i$ of a softmax.

^logit

C: {{c1::Logits}} are real.
"""


@pytest.fixture
def mine(home: dict[str, str], tmp_path: Path) -> Path:
    """A learner's own note, in a folder that the configuration names."""
    (tmp_path / "notes").mkdir()
    note = tmp_path / "notes" / "logits.md"
    note.write_text(MINE, encoding="utf-8")
    Path(home["STUDYAPP_CONFIG"]).write_text(f'notes = ["{note.parent}"]\n')
    return note


def test_lint_says_when_all_is_well_and_what_is_not(home: dict[str, str], mine: Path):
    done = run(home, "notes", "lint", str(mine.parent))
    assert (done.returncode, done.stdout) == (0, "All is well: 1 note, 0 translations, 2 cards.\n")
    mine.write_text(MINE.replace("A: ", ""), encoding="utf-8")
    done = run(home, "notes", "lint", str(mine.parent))
    assert done.returncode == 1
    first, last = done.stdout.splitlines()
    assert first.startswith(f"{mine}:3: `A:` is missing — ")
    assert last == "1 problem in 1 file."
    assert f"{mine}:3: " in run(home, "notes", "lint").stdout  # together with the shipped notes


def test_lint_knows_the_shipped_topics_and_refuses_an_empty_folder(
    home: dict[str, str], mine: Path, tmp_path: Path
):
    mine.write_text(f"---\nrequires: [ddim]\n---\n{MINE}", encoding="utf-8")
    assert run(home, "notes", "lint", str(mine.parent)).returncode == 0
    empty = tmp_path / "empty"
    empty.mkdir()
    done = run(home, "notes", "lint", str(empty))
    assert done.returncode == 1
    assert f"There are no notes in {empty}" in done.stderr
    assert run(home, "notes", "lint", str(tmp_path / "gone")).returncode == 2


def test_a_note_is_printed_with_formulas_drawn_and_cards_answered(home: dict[str, str], mine: Path):
    done = run(home, "notes", "render", "logits")
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        "Logits\n\n▌ ^logit\n▌ What is a logit?\n▌\n▌ The input zᵢ of a softmax.\n\n▌ ⟦Logits⟧ are real.\n"
    )
    assert run(home, "notes", "render", "logits", "--zh").returncode == 1
    mine.with_name("logits.zh.md").write_text(
        "---\nid: logits\ntitle: 对数几率\n---\n\n# 对数几率\n", "utf-8"
    )
    assert run(home, "notes", "render", "logits", "--zh").stdout == "对数几率\n"


def test_an_unknown_note_gets_suggestions(home: dict[str, str]):
    done = run(home, "notes", "render", "dim")
    assert done.returncode == 1
    assert "Notes like it: ddim" in done.stderr


def test_a_note_has_colours_on_a_terminal_only(home: dict[str, str], mine: Path):  # noqa: ARG001
    coloured = _on_a_terminal([str(STUDYAPP), "notes", "render", "logits"], home)
    assert b"\x1b[" in coloured
    assert "zᵢ".encode() in coloured
    assert b"\x1b[" not in _on_a_terminal(
        [str(STUDYAPP), "notes", "render", "logits"], home | {"NO_COLOR": "1"}
    )
    assert "\x1b[" not in run(home, "notes", "render", "logits").stdout


def _on_a_terminal(command: list[str], environment: dict[str, str]) -> bytes:
    """What the command writes to a terminal."""
    reading, writing = pty.openpty()
    with subprocess.Popen(command, env=environment, stdin=writing, stdout=writing) as process:
        os.close(writing)
        written = b""
        while True:
            try:
                written += os.read(reading, 65536)
            except OSError:  # what Linux reports when the other side is closed
                break
        assert process.wait() == 0
    os.close(reading)
    return written


HEAVY = {"textual", "torch", "sqlalchemy", "numpy", "pytest", "asyncio", "fsrs"}


@pytest.mark.parametrize(
    "program",
    [
        "import sys; sys.argv = ['studyapp', 'due']; from studyapp.entry import main; main()",
        "import sys; sys.argv = ['grader', 'list']; from grader.cli import main; main()",
        "import sys; sys.argv = ['grader', 'show', 'gumbel_softmax']; from grader.cli import main; main()",
    ],
)
def test_light_commands_load_nothing_heavy(home: dict[str, str], program: str):
    run(home, "sync-notes")
    listing = "import atexit, sys; atexit.register(lambda: print('loaded', *sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", f"{listing}; {program}"], env=home, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "sys" in loaded
    assert not loaded & HEAVY
