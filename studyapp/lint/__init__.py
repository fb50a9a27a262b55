"""What an author should put right in notes. Pure, as `studyapp.notes` is; files are only read.

Rules tell each other apart by what a note says of itself: one with an `area` is written for others and has
sources and ids; one with a `title_zh` has a Chinese translation. Notes of a learner's own need neither.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from studyapp.lint.duplicates import check_duplicates
from studyapp.lint.rules import (
    check_dollars,
    check_form,
    check_formulas,
    check_ids,
    check_lengths,
    check_links,
    check_sources,
)
from studyapp.lint.source import Source
from studyapp.lint.translations import check_presence, check_translation
from studyapp.notes import Problem, check_collection, discover, note_path, orphans, translation_path

__all__ = ["Findings", "lint"]

_TEXT_RULES = (check_form, check_formulas, check_dollars, check_lengths, check_links)
_NOTE_RULES = (check_ids, check_sources, check_presence)


class Findings(NamedTuple):
    """What was looked at, counted, and what is wrong, by file and line."""

    notes: int
    translations: int
    cards: int
    problems: list[Problem]

    def summary(self) -> str:
        """One line that says how it went."""
        if not self.problems:
            looked = (_count(self.notes, "note"), _count(self.translations, "translation"))
            return f"All is well: {', '.join(looked)}, {_count(self.cards, 'card')}."
        files = len({problem.path for problem in self.problems})
        return f"{_count(len(self.problems), 'problem')} in {_count(files, 'file')}."


def lint(places: Sequence[Path], topics: Collection[str] = ()) -> Findings:
    """Checks notes together: those in folders and below, and single files (with their translations).

    topics: ids of notes elsewhere, which `requires` may name too.
    """
    paths = list(dict.fromkeys(path for place in places for path in _notes(place)))
    sources = [Source.read(path) for path in paths]
    translations = {
        source.path: Source.read(translation)
        for source in sources
        if (translation := translation_path(source.path)).exists()
    }
    notes = [source.note for source in sources]
    problems = [
        *(problem for source in sources for problem in _check(source, translations.get(source.path))),
        *(problem for place in places for problem in _check_orphans(place)),
        *check_collection(notes, topics),
        *check_duplicates(notes),
    ]
    ordered = sorted(dict.fromkeys(problems), key=lambda problem: (problem.path, problem.line))
    return Findings(len(notes), len(translations), sum(len(note.cards) for note in notes), ordered)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _notes(place: Path) -> list[Path]:
    """The notes of a folder, or the note that a file is or translates."""
    if place.is_dir():
        return discover(place)
    return [note_path(place)] if note_path(place).exists() else []


def _check(source: Source, translation: Source | None) -> Iterator[Problem]:
    for rule in (*_NOTE_RULES, *_TEXT_RULES):
        yield from rule(source)
    if translation is not None:
        for rule in _TEXT_RULES:
            yield from rule(translation)
        yield from check_translation(source, translation)


def _check_orphans(place: Path) -> Iterator[Problem]:
    for path in orphans(place) if place.is_dir() else [place] if not note_path(place).exists() else []:
        hint = "give it the name of its note with `.zh.md` at the end"
        yield Problem(str(path), 1, f"a translation without its note {note_path(path).name}", hint)
