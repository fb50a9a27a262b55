"""The wheel in a fresh environment, away from the checkout: both commands find all content."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOLVED = ROOT / "solutions/sliding_window_max/accepted/monotonic_deque.py"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment with the wheel. What it depends on is lent by this environment."""
    folder = tmp_path_factory.mktemp("install")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True
    )
    (wheel,) = folder.glob("*.whl")
    environment = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip = [environment / "bin/python", "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(pip, check=True)
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment / "bin"


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return os.environ | {
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "STUDYAPP_WORKSPACE": str(tmp_path / "work"),
    }


def run(home: dict[str, str], *command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=home["HOME"], env=home, capture_output=True, text=True, timeout=120)


def test_the_installed_package_is_not_the_checkout(installed: Path, home: dict[str, str]):
    program = "import studyapp, grader; print(studyapp.__file__, grader.data_folder('content'))"
    shown = run(home, installed / "python", "-c", program).stdout
    assert str(ROOT) not in shown
    assert "share/studyapp/content" in shown


def test_the_installed_app_fills_a_deck_in_the_users_folder(installed: Path, home: dict[str, str]):
    done = run(home, installed / "studyapp", "sync-notes")
    assert done.returncode == 0, done.stderr
    assert not done.stdout.startswith("0 cards")
    assert (Path(home["XDG_DATA_HOME"]) / "studyapp/deck.sqlite3").is_file()


def test_the_installed_grader_judges(installed: Path, home: dict[str, str]):
    assert "sliding_window_max" in run(home, installed / "grader", "list").stdout
    accepted = run(home, installed / "grader", "check", "sliding_window_max", SOLVED)
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    run(home, installed / "grader", "start", "sliding_window_max")
    starter = run(home, installed / "grader", "check", "sliding_window_max")
    assert starter.returncode == 1
    assert "Traceback (most recent call last)" not in starter.stderr


def test_nothing_is_written_into_the_installation(installed: Path, home: dict[str, str]):
    share = installed.parent / "share"
    before = sorted(share.rglob("*"))
    run(home, installed / "studyapp", "sync-notes")
    run(home, installed / "grader", "check", "sliding_window_max", SOLVED)
    assert sorted(share.rglob("*")) == before
