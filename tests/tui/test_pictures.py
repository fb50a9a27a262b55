"""Pictures: the caption stands in the card, a key opens the picture wherever it can be shown."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from PIL import Image

from studyapp.tui.app import StudyApp
from tests.tui.conftest import opened, text, until

Make = Callable[[], StudyApp]

# How terminals answer the question for their abilities (DA1): 4 is Sixel.
DRAWS, DRAWS_NOT = b"\x1b[?62;4c", b"\x1b[?62c"


@pytest.fixture
def picture(content: Path) -> Path:
    """A picture that the answer of the first card shows."""
    path = content / "a picture.png"
    Image.new("RGB", (64, 32), "red").save(path)
    note = content / "attention.md"
    shown = "\n\n![A red bar](a%20picture.png)\n\n^scale"
    note.write_text(note.read_text("utf-8").replace("\n\n^scale", shown), encoding="utf-8")
    return path


@pytest.fixture
def opened_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's viewer writes into this file what it is to open."""
    log = tmp_path / "opened"
    viewer = tmp_path / "bin" / ("open" if sys.platform == "darwin" else "xdg-open")
    viewer.parent.mkdir()
    viewer.write_text(f'#!/bin/sh\necho "$1" >> "{log}.part"; mv "{log}.part" "{log}"\n')
    viewer.chmod(0o755)
    monkeypatch.setenv("PATH", f"{viewer.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":7")
    return log


async def test_the_caption_shows_and_the_key_opens_the_picture(
    make_app: Make, picture: Path, opened_files: Path
):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("space")
        assert "picture" not in text(pilot, "#status")  # the question has none
        await pilot.press("p")
        await pilot.press("space")
        assert "▣ A red bar" in text(pilot, "#card")
        assert "p opens the picture" in text(pilot, "#status")
        assert not opened_files.exists()
        await pilot.press("p")
        await until(pilot, opened_files.exists)
        assert opened_files.read_text() == f"{picture}\n"
        await pilot.press("4")
        assert "picture" not in text(pilot, "#status")


async def test_a_terminal_that_draws_needs_no_viewer(
    make_app: Make, picture: Path, opened_files: Path, monkeypatch: pytest.MonkeyPatch
):
    app = make_app()
    shown: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        shown.append(command[-2:])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(app, "suspend", nullcontext)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("space", "space")
        with monkeypatch.context() as patch:
            patch.setattr(subprocess, "run", run)
            await pilot.press("p")
        assert shown == [[str(picture), "A red bar"]]
        assert not opened_files.exists()


async def test_without_any_way_to_show_it_the_place_is_told(
    make_app: Make, picture: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", "")
    app = make_app()
    monkeypatch.setattr(app, "suspend", nullcontext)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("space", "space", "p")
        (notice,) = app._notifications
        assert str(picture) in notice.message
        picture.unlink()
        await pilot.press("p")
        assert any("is missing" in notice.message for notice in app._notifications)


@pytest.mark.parametrize(("answer", "code"), [(DRAWS, 0), (DRAWS_NOT, 3)])
def test_a_picture_is_drawn_where_the_terminal_can(picture: Path, answer: bytes, code: int):
    reading, writing = pty.openpty()
    fcntl.ioctl(writing, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 800, 480))
    os.write(reading, answer + b"\n")  # the answer is there before the question, Enter after it
    command = [sys.executable, "-P", "-m", "studyapp.tui.picture", str(picture), "A red bar"]
    with subprocess.Popen(command, stdin=writing, stdout=writing, stderr=subprocess.PIPE) as process:
        os.close(writing)
        written = b""
        while True:
            try:
                written += os.read(reading, 65536)
            except OSError:  # what Linux reports when the other side is closed
                break
        assert process.wait() == code, process.stderr and process.stderr.read()
    os.close(reading)
    assert (b"\x1bP" in written) == (code == 0)  # how Sixel data begins
    assert (b"A red bar" in written) == (code == 0)
