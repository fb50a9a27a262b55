"""A note printed to a terminal, or as plain text to anything else."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TypedDict

import click

from studyapp.notes import Passage, note_path, passages, read_note
from studyapp.typeset import Line, Span, typeset

_WIDEST = 96
_BAR = "▌ "
# Around the article, by whether it is in English.
_WORDS = {True: ("Read before:", "Sources"), False: ("先读：", "来源")}


class _Look(TypedDict, total=False):
    fg: str
    bold: bool
    dim: bool
    italic: bool
    underline: bool


_LOOKS: dict[str, _Look] = {
    "strong": {"bold": True},
    "emphasis": {"italic": True},
    "code": {"fg": "cyan"},
    "code-block": {"fg": "cyan"},
    "heading": {"bold": True, "fg": "blue"},
    "link": {"underline": True},
    "cloze": {"bold": True, "fg": "yellow"},
    "quote": {"italic": True, "dim": True},
    "rule": {"dim": True},
    "bullet": {"fg": "blue"},
    "dim": {"dim": True},
}


def note_lines(path: Path) -> list[Line]:
    """The note in the file: what it is about, the article with its cards answered, its sources."""
    note = read_note(path)
    meta = read_note(note_path(path)).meta  # a translation has it from its note
    before, sources = _WORDS[note_path(path) == path]
    text = path.read_text(encoding="utf-8") if note.readable else ""
    width = min(_WIDEST, shutil.get_terminal_size().columns)
    parts = [[Line((Span(str(problem), ("dim",)),))] for problem in note.problems]
    if meta.requires:
        parts.append(typeset(f"{before} {', '.join(f'`{topic}`' for topic in meta.requires)}", width))
    for passage in passages(text, path=str(path)):
        parts.append(_card(passage, width) if passage.card else typeset(passage.front, width))
    if meta.sources:
        parts.append(
            typeset("\n".join([f"## {sources}", "", *(f"- {each}" for each in meta.sources)]), width)
        )
    return [line for part in parts for line in (*part, Line(()))]


def print_lines(lines: list[Line]) -> None:
    """Prints lines, in colour on a terminal unless $NO_COLOR is set."""
    text = "\n".join("".join(_styled(span) for span in line.spans) for line in lines)
    click.echo(text.rstrip("\n"), color=False if os.environ.get("NO_COLOR") else None)


def _card(passage: Passage, width: int) -> list[Line]:
    """A card stands beside a bar: its id, the question, the answer."""
    inner = width - len(_BAR)
    name = [Line((Span(f"^{passage.slug}", ("dim",)),))] if passage.slug else []
    lines = [*name, *typeset(passage.front, inner)]
    if passage.back:
        lines += [Line(()), *typeset(passage.back, inner)]
    return [Line((Span(_BAR if line.spans else _BAR.strip(), ("bullet",)), *line.spans)) for line in lines]


def _styled(span: Span) -> str:
    look: _Look = {}
    for role in span.style:
        look |= _LOOKS.get(role, {})
    return click.style(span.text, **look) if look else span.text
