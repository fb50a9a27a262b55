"""Give each card of a note a lasting name."""

import re
from collections.abc import Collection, Sequence

from studyapp.notes.blocks import Block
from studyapp.notes.parse import LINE_END, BlockError, outline_note, read_block
from studyapp.notes.slugs import SlugMaker

_ID_LINE = re.compile(r" {0,3}\^([a-z0-9-]+)[ \t]*")
_CLOZE_SYNTAX = re.compile(r"\{\{c[0-9]+::|\}\}")


def insert_ids(text: str, *, path: str, taken: Collection[str]) -> str:
    """Return the text of a note with a `^id` line after each card that has none.

    Everything else stays as it is, to the byte. An id is never one of `taken` (slugs, or card ids like
    `topic/slug` and `topic/slug#c1`, of retired cards say), nor any block id or alias of the note. Cards that
    cannot be read get none: their author is still writing.
    """
    parts = LINE_END.split(text)
    lines, ends = parts[::2], parts[1::2]
    lines[0] = lines[0].removeprefix("\ufeff")
    outline = outline_note(lines, path=path)
    slugs = SlugMaker(_used_slugs(lines, outline.meta.id, {*taken, *outline.meta.aliases}))
    for block in outline.scan.blocks:
        if block.slug is None and _is_sound(block, lines):
            _insert_after(parts, _last_line(block, lines), slugs.make(_question(block, lines)), ends)
    return "".join(parts)


def _used_slugs(lines: Sequence[str], topic: str, taken: Collection[str]) -> set[str]:
    slugs = {card_id.partition("#")[0].removeprefix(f"{topic}/") for card_id in taken}
    return slugs | {match[1] for line in lines if (match := _ID_LINE.fullmatch(line))}


def _is_sound(block: Block, lines: Sequence[str]) -> bool:
    try:
        read_block(block, lines)
    except BlockError:
        return False
    return True


def _question(block: Block, lines: Sequence[str]) -> str:
    end = block.end if block.answer is None else block.answer
    return _CLOZE_SYNTAX.sub(" ", "\n".join(lines[block.start : end])[2:].strip())


def _last_line(block: Block, lines: Sequence[str]) -> int:
    return max(index for index in range(block.start, block.end) if lines[index].strip())


def _insert_after(parts: list[str], index: int, slug: str, ends: Sequence[str]) -> None:
    """Add the id as a paragraph of its own: joined to a list or to `---` it would become a part of them."""
    end = (ends[index : index + 1] or ends[:1] or ["\n"])[0]
    parts[2 * index] += f"{end}{end}^{slug}"
    if 2 * index + 2 < len(parts) and parts[2 * index + 2].strip():
        parts[2 * index] += end
