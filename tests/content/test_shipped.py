"""What every shipped note and prompt must be: sound cards with ids, formulas that the terminal can draw."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from studyapp.notes import check_collection, discover, read_note
from studyapp.tex import problems, unknown_commands
from studyapp.typeset import typeset

ROOT = Path(__file__).parents[2]
NOTES = discover(ROOT / "content")
PROMPTS = sorted([*ROOT.glob("exercises/*/README*.md"), *ROOT.glob("exercises/*/hints/*.md")])
EXPLANATIONS = sorted(ROOT.glob("solutions/*/explanation.md"))

FEWEST_CARDS = 20
LONGEST_ANSWER = 90  # words: what can still be judged in seconds


def formulas(markdown: str) -> Iterator[str]:
    parser = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, allow_digits=False)

    def walk(tokens: list[Token]) -> Iterator[Token]:
        for token in tokens:
            yield token
            yield from walk(token.children or [])

    return (token.content for token in walk(parser.parse(markdown)) if token.type.startswith("math"))


@pytest.mark.parametrize(
    "path", [*NOTES, *PROMPTS, *EXPLANATIONS], ids=lambda path: str(path.relative_to(ROOT))
)
def test_every_formula_can_be_drawn(path: Path):
    for formula in formulas(path.read_text(encoding="utf-8")):
        assert not unknown_commands(formula), formula
        assert not problems(formula), formula


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_every_note_is_sound(path: Path):
    note = read_note(path)
    assert [str(problem) for problem in note.problems] == []
    assert note.meta.id == path.stem
    assert note.meta.area == path.parent.name
    assert note.meta.title_zh
    assert note.meta.sources
    assert len({card.group for card in note.cards}) >= FEWEST_CARDS
    assert {card.kind for card in note.cards} == {"basic", "cloze"}
    assert any("```" in card.front for card in note.cards)


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_every_card_has_its_own_id_and_a_short_answer(path: Path):
    for card in read_note(path).cards:
        assert card.id is not None, f"{path}:{card.line}"
        prose = "\n".join(part for i, part in enumerate(card.back.split("```")) if i % 2 == 0)
        assert len(prose.split()) <= LONGEST_ANSWER, f"{path}:{card.line}"
        for side in (card.front, card.back):
            assert any(line.text.strip() for line in typeset(side, 80)), f"{path}:{card.line}"


def test_the_notes_fit_together():
    assert [str(problem) for problem in check_collection(read_note(path) for path in NOTES)] == []


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_every_card_fits_a_terminal_of_80_columns(path: Path):
    for card in read_note(path).cards:
        for line in (*typeset(card.front, 76), *typeset(card.back, 76)):
            assert line.width <= 76, f"{card.id}: {line.text}"
