"""A note as a text to read: prose and, in their places, the cards."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from studyapp.notes.blocks import Block
from studyapp.notes.frontmatter import read_front_matter
from studyapp.notes.parse import BlockError, note_lines, outline_note, read_block, reveal_block


class Passage(NamedTuple):
    """Prose (`card` is False), or one card with its answer.

    front: Markdown of the prose, the question, or a cloze text with its clozes revealed. back: the answer to
    a question, else empty. slug: the card's `^id`, empty where it has none.
    """

    card: bool
    front: str
    back: str = ""
    slug: str = ""


def passages(text: str, *, path: str) -> list[Passage]:
    """The note in reading order, without its front matter. A card that can't be read is given as prose."""
    lines = note_lines(text)
    outline = outline_note(lines, path=path)
    return list(_passages(lines, outline.scan.blocks, read_front_matter(lines).end))


def _passages(lines: Sequence[str], blocks: Sequence[Block], position: int) -> Iterator[Passage]:
    for block in blocks:
        yield from _prose(lines[position : block.start])
        try:
            yield _card(block, lines)
        except BlockError:
            yield from _prose(lines[block.start : block.end])
        position = block.end + (block.slug is not None)
    yield from _prose(lines[position:])


def _card(block: Block, lines: Sequence[str]) -> Passage:
    slug = block.slug or ""
    if block.kind == "C":
        return Passage(True, reveal_block(block, lines), slug=slug)
    (face,) = read_block(block, lines)
    return Passage(True, face.front, face.back, slug)


def _prose(lines: Sequence[str]) -> Iterator[Passage]:
    text = "\n".join(lines).strip("\n")
    if text.strip():
        yield Passage(False, text)
