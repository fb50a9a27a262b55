"""Every figure is what its script draws, and a note shows it."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from PIL import Image, ImageChops, ImageStat

from studyapp.notes import discover
from studyapp.typeset import pictures

CONTENT = Path(__file__).resolve().parents[2] / "content"
FIGURES = CONTENT / "figures"
SCRIPTS = sorted(set(FIGURES.glob("*.py")) - {FIGURES / "drawing.py"})

# Of 255: other versions of the drawing library smooth the edges of letters differently.
LARGEST_MEAN_DIFFERENCE = 2.0


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_figure_is_what_its_script_draws(script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(FIGURES)
    monkeypatch.setattr(sys, "argv", [str(script), str(tmp_path)])
    runpy.run_path(str(script), run_name="__main__")
    with Image.open(tmp_path / f"{script.stem}.png") as drawn, Image.open(script.with_suffix(".png")) as kept:
        assert drawn.size == kept.size
        difference = ImageChops.difference(drawn.convert("L"), kept.convert("L"))
        assert ImageStat.Stat(difference).mean[0] <= LARGEST_MEAN_DIFFERENCE


def test_every_figure_has_a_script_and_is_shown():
    kept = {path for path in FIGURES.iterdir() if path.suffix in (".png", ".jpg", ".svg")}
    assert {path.stem for path in kept} == {script.stem for script in SCRIPTS}
    shown = {
        (note.parent / unquote(picture.target)).resolve()
        for note in discover(CONTENT)
        for picture in pictures(note.read_text(encoding="utf-8"))
    }
    assert kept <= shown
