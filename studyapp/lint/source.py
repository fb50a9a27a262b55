"""A note as the rules see it: its cards, the lines of its file and its Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from studyapp.lint.markup import Piece, pieces
from studyapp.notes import Note, Problem, read_note
from studyapp.notes.frontmatter import read_front_matter
from studyapp.notes.parse import note_lines


@dataclass(frozen=True)
class Source:
    """A note and the lines of its file; there are none when it could not be read."""

    note: Note
    lines: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> Source:
        """The note at `path`. Never raises: its problems say why it could not be read."""
        note = read_note(path)
        text = path.read_text(encoding="utf-8") if note.readable else ""
        return cls(note, tuple(note_lines(text)))

    @property
    def path(self) -> Path:
        """Its file."""
        return Path(self.note.path)

    @cached_property
    def pieces(self) -> list[Piece]:
        """What stands in the text, cards included, with the lines of the file."""
        end = read_front_matter(self.lines).end
        return pieces("\n".join([""] * end + list(self.lines[end:])))

    def problem(self, line: int, what: str, hint: str) -> Problem:
        """A problem of this file."""
        return Problem(self.note.path, line, what, hint)

    def line_of(self, text: str) -> int:
        """The first line that holds `text`, or 1."""
        return next((number for number, line in enumerate(self.lines, 1) if text in line), 1)
