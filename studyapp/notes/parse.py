"""From the text of a note to its cards."""

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Literal, NamedTuple

from studyapp.notes.blocks import Block, Flaw, Scan, scan_blocks
from studyapp.notes.cloze import Cloze, ClozeError, find_clozes, render
from studyapp.notes.frontmatter import complete_meta, read_front_matter
from studyapp.notes.inline import Span, inline_spans
from studyapp.notes.model import Card, Note, NoteMeta, Problem

LINE_END = re.compile(r"(\r\n|\r|\n)")

_LEADING_BLANK_LINES = re.compile(r"(?:[^\S\n]*\n)+")


class Outline(NamedTuple):
    """A note whose blocks are found and not yet read."""

    meta: NoteMeta
    scan: Scan
    flaws: list[Flaw]


class Face(NamedTuple):
    """The two sides of one card; `number` is that of its cloze, if it is one."""

    number: int | None
    front: str
    back: str


class BlockError(Exception):
    """A block that gives no card."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("; ".join(flaw.what for flaw in flaws))
        self.flaws = flaws


def parse_note(text: str, *, path: str) -> Note:
    """Read the cards of a note. Never raises: what cannot be read is left out and listed as a problem.

    `path` is used in the problems, and its stem names the topic where the front matter does not.
    """
    lines = note_lines(text)
    outline = outline_note(lines, path=path)
    flaws = list(outline.flaws)
    cards: list[Card] = []
    first_use: dict[str, int] = {}
    for block in outline.scan.blocks:
        try:
            _check_unique(block, first_use)
            faces = read_block(block, lines)
        except BlockError as error:
            flaws += error.flaws
        else:
            _add_cards(cards, block, faces, outline.meta.id)
    flaws.sort(key=lambda flaw: flaw.line)
    problems = tuple(Problem(path, flaw.line + 1, flaw.what, flaw.hint) for flaw in flaws)
    return Note(path, outline.meta, tuple(cards), problems)


def note_lines(text: str) -> list[str]:
    """The lines of a file, whatever ends them, without a byte order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def outline_note(lines: Sequence[str], *, path: str) -> Outline:
    """Read the front matter and find the blocks of the note that consists of `lines`."""
    front_matter = read_front_matter(lines)
    scan = scan_blocks(lines, front_matter.end)
    meta = complete_meta(front_matter.fields, path=path, heading=scan.heading)
    return Outline(meta, scan, front_matter.flaws + scan.flaws)


def read_block(block: Block, lines: Sequence[str]) -> list[Face]:
    """The cards of a block, in the order of their cloze numbers. Raises BlockError."""
    if block.flaws:
        raise BlockError(block.flaws)
    return _read_question(block, lines) if block.kind == "Q" else _read_cloze(block, lines)


def _read_question(block: Block, lines: Sequence[str]) -> list[Face]:
    if block.answer is None:
        hint = "a question needs a line that starts with `A:` before its `^id`"
        raise BlockError([Flaw(block.start, "`A:` is missing", hint)])
    front = _tidy(_block_text(lines, block.start, block.answer))
    back = _tidy(_block_text(lines, block.answer, block.end))
    if not front:
        raise BlockError([Flaw(block.start, "the question is empty", "write it after `Q:`")])
    if not back:
        raise BlockError([Flaw(block.answer, "the answer is empty", "write it after `A:`")])
    return [Face(None, front, back)]


def reveal_block(block: Block, lines: Sequence[str]) -> str:
    """The text of a cloze block with every cloze revealed. Raises BlockError."""
    if block.flaws:
        raise BlockError(block.flaws)
    text, clozes = _find_clozes(block, lines)
    return _tidy(render(text, clozes, reveal=True))


def _find_clozes(block: Block, lines: Sequence[str]) -> tuple[str, list[Cloze]]:
    text = _block_text(lines, block.start, block.end)
    try:
        return text, find_clozes(text, _spans(block, text))
    except ClozeError as error:
        line = block.start + text.count("\n", 0, error.offset)
        raise BlockError([Flaw(line, error.what, error.hint)]) from None


def _read_cloze(block: Block, lines: Sequence[str]) -> list[Face]:
    text, clozes = _find_clozes(block, lines)
    return [
        Face(number, _tidy(render(text, clozes, number)), _tidy(render(text, clozes, number, reveal=True)))
        for number in sorted({cloze.number for cloze in clozes})
    ]


def _block_text(lines: Sequence[str], start: int, end: int) -> str:
    """The lines from `start` to `end` (exclusive) without the `Q:`, `A:` or `C:` that starts them."""
    return "\n".join([lines[start][2:], *lines[start + 1 : end]])


def _spans(block: Block, text: str) -> list[Span]:
    """The code and math of a cloze block: the regions that the scanner found and the inline spans between."""
    if not block.regions:
        return list(inline_spans(text, 0, len(text)))
    offsets = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    spans: list[Span] = []
    position = 0
    for region in block.regions:
        start = offsets[region.start - block.start]
        end = min(offsets[region.end - block.start], len(text))
        spans += [*inline_spans(text, position, start), Span(region.kind, start, end)]
        position = end
    return [*spans, *inline_spans(text, position, len(text))]


def _tidy(text: str) -> str:
    """`text` without blank lines around it; the indentation of a first line of its own stays."""
    text = text.rstrip()
    if match := _LEADING_BLANK_LINES.match(text):
        return text[match.end() :]
    return text.lstrip()


def _check_unique(block: Block, first_use: dict[str, int]) -> None:
    """A broken card keeps its id, or the history of one card would pass to another."""
    if block.slug is None:
        return
    first = first_use.setdefault(block.slug, block.start)
    if first != block.start:
        what = f"`^{block.slug}` already belongs to the card on line {first + 1}"
        raise BlockError([Flaw(block.start, what, "give each card an id of its own"), *block.flaws])


def _add_cards(cards: list[Card], block: Block, faces: Sequence[Face], topic: str) -> None:
    group = None if block.slug is None else f"{topic}/{block.slug}"
    for number, front, back in faces:
        kind: Literal["basic", "cloze"] = "basic" if number is None else "cloze"
        card_id = group if group is None or number is None else f"{group}#c{number}"
        cards.append(Card(card_id, group, kind, front, back, block.start + 1, len(cards)))
