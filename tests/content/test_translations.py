"""Every shipped translation has the cards, clozes, formulas and code of its note, and fits the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from studyapp.lint import lint
from studyapp.notes import discover, read_note, translation_path
from studyapp.typeset import typeset

NOTES = discover(Path(__file__).parents[2] / "content")
TRANSLATED = [path for path in NOTES if translation_path(path).exists()]


@pytest.mark.parametrize("path", TRANSLATED, ids=lambda path: path.stem)
def test_a_translation_teaches_what_its_note_teaches(path: Path):
    found = lint([path], topics=[other.stem for other in NOTES])
    assert found.translations == 1
    assert [str(problem) for problem in found.problems] == []


@pytest.mark.parametrize("path", TRANSLATED, ids=lambda path: path.stem)
def test_every_translated_card_fits_a_terminal_of_80_columns(path: Path):
    for card in read_note(translation_path(path)).cards:
        for line in (*typeset(card.front, 76), *typeset(card.back, 76)):
            assert line.width <= 76, f"{card.id}: {line.text}"
