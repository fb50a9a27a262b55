"""Find the blocks of a note that hold cards, line by line.

A block starts with `Q:` or `C:` at column 0 and ends at its `^id` line, the next block, a heading (`#` at
column 0), a thematic break or the end of the file, wherever these stand outside fenced code, display math and
HTML comments.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from studyapp.notes.regions import CARD_START, find_opener, region_end

SLUG = re.compile(r"[a-z0-9-]+")

_STRUCTURE = re.compile(
    rf"(?P<card>{CARD_START.pattern})"
    r"|(?P<answer>A:)"
    r"|(?P<id> {0,3}\^[\w./#-]+[ \t]*$)"
    r"|(?P<end>#{1,6}(?:[ \t]|$)|(?:-[ \t]*){3,}$|(?:\*[ \t]*){3,}$|(?:_[ \t]*){3,}$)"
    r"|(?P<wide>Q：)"
)
_TITLE = re.compile(r"#[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")


class Flaw(NamedTuple):
    """A problem before it knows its file; `line` is an index into the lines."""

    line: int
    what: str
    hint: str


class Region(NamedTuple):
    """Fenced code or display math on the lines `start` to `end` (exclusive)."""

    kind: Literal["code", "math"]
    start: int
    end: int


@dataclass(slots=True)
class Block:
    """The lines `start` to `end` (exclusive) of one card or cloze, without its `^id` line."""

    kind: Literal["Q", "C"]
    start: int
    end: int = -1
    answer: int | None = None
    slug: str | None = None
    regions: list[Region] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)


class Scan(NamedTuple):
    """The blocks of a note in order, the flaws outside them and the text of the first `# ` heading."""

    blocks: list[Block]
    flaws: list[Flaw]
    heading: str


def scan_blocks(lines: Sequence[str], first: int) -> Scan:
    """Find the blocks of the note whose text, after any front matter, starts at `lines[first]`."""
    scanner = _Scanner(lines)
    scanner.run(first)
    return Scan(scanner.blocks, scanner.flaws, scanner.heading)


class _Scanner:
    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.blocks: list[Block] = []
        self.flaws: list[Flaw] = []
        self.heading = ""
        self._block: Block | None = None
        self._unclosed: set[str] = set()

    def run(self, first: int) -> None:
        index = first
        while index < len(self.lines):
            if match := _STRUCTURE.match(self.lines[index]):
                self._on_structure(match, index)
            index = self._skip_region(index)
        self._end_block(index)

    def _on_structure(self, match: re.Match[str], index: int) -> None:
        match match.lastgroup:
            case "card":
                self._start_block(index)
            case "answer":
                self._on_answer(index)
            case "id":
                self._on_id(match[0].strip(" \t^"), index)
            case "end":
                self._end_block(index)
                if not self.heading and (title := _TITLE.fullmatch(match.string)):
                    self.heading = title[1]
            case _:
                self._end_block(index)
                self._flaw(
                    index, "this `Q` has a full-width colon", "write `Q:` to start a card, or indent the line"
                )

    def _start_block(self, index: int) -> None:
        self._end_block(index)
        self._block = Block("Q" if self.lines[index][0] == "Q" else "C", index)
        self.blocks.append(self._block)

    def _on_answer(self, index: int) -> None:
        if self._block is None or self._block.kind == "C":
            return
        if self._block.answer is not None:
            self._flaw(index, "a second `A:`", "give each question one `A:`; start another card with `Q:`")
            return
        self._block.answer = index

    def _on_id(self, slug: str, index: int) -> None:
        if self._block is None:
            return
        if SLUG.fullmatch(slug):
            self._block.slug = slug
        else:
            self._flaw(index, f"`^{slug}` is not an id", "use a-z, 0-9 and `-` only, like `^why-ddpm-slow`")
        self._end_block(index)

    def _end_block(self, index: int) -> None:
        if self._block is not None:
            self._block.end = index
            self._block = None

    def _skip_region(self, index: int) -> int:
        """Index of the next line to look at."""
        opener = find_opener(self.lines[index])
        if opener is None:
            return index + 1
        end = None
        if not opener.mark.startswith(tuple(self._unclosed)):
            end = region_end(self.lines, index, opener)
            if end is None:
                self._unclosed.add(opener.mark)  # or each such opener would search to the end of the file
        if not end:
            close = "-->" if opener.mark == "<!--" else opener.mark
            self._flaw(index, f"{opener.mark} is opened here and not closed", f"end it with {close}")
            return index + 1
        if self._block is not None and opener.mark != "<!--":
            self._block.regions.append(Region("math" if opener.mark == "$$" else "code", index, end))
        return end

    def _flaw(self, line: int, what: str, hint: str) -> None:
        flaws = self.flaws if self._block is None else self._block.flaws
        flaws.append(Flaw(line, what, hint))
