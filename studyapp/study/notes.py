"""Reading the notes folders into the deck."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import msgspec

from studyapp.deck.deck import Deck
from studyapp.deck.sync import NoteFile, Stamp, SyncReport, known_files, take_notes
from studyapp.notes import Card, Note, discover, insert_ids, read_note, translation_path


@dataclass(frozen=True, slots=True)
class NotesFolder:
    """A folder of notes. writable: cards without an id get one written into their file."""

    path: Path
    writable: bool = False


def sync_notes(deck: Deck, folders: Sequence[NotesFolder]) -> SyncReport:
    """Brings the deck up to date with the folders; files that did not change are not read."""
    known = known_files(deck)
    missing = [folder.path for folder in folders if not folder.path.is_dir()]
    present: dict[str, tuple[Path, NotesFolder]] = {}
    for folder in folders:
        for path in discover(folder.path) if folder.path.is_dir() else ():
            present.setdefault(str(path), (path, folder))
    # A folder that is not there today (an unplugged disk, say) must not retire its cards.
    kept = [path for path in known if any(Path(path).is_relative_to(folder) for folder in missing)]
    changed = [
        _read(path, folder) for name, (path, folder) in present.items() if known.get(name) != _stamp(path)
    ]
    report = take_notes(deck, changed, [*present, *kept])
    report.problems += [
        f"{folder}: this notes folder does not exist; its cards stay as they are — correct `notes` in the "
        "configuration or create the folder"
        for folder in missing
    ]
    return report


def _read(path: Path, folder: NotesFolder) -> NoteFile:
    stamp = _stamp(path)
    note = read_note(path)
    if note.readable and folder.writable and any(card.id is None for card in note.cards):
        _write_ids(path)
        stamp, note = _stamp(path), read_note(path)
    translation = translation_path(path)
    return NoteFile(_named_by_content(note), read_note(translation) if translation.exists() else None, stamp)


def _named_by_content(note: Note) -> Note:
    """The note with an id for each card that has none: a digest of what it says, the same for siblings."""
    if all(card.id for card in note.cards):
        return note
    block: dict[int, list[Card]] = {}
    for card in note.cards:
        block.setdefault(card.line, []).append(card)
    return msgspec.structs.replace(
        note, cards=tuple(named for cards in block.values() for named in _named(note, cards))
    )


def _named(note: Note, cards: list[Card]) -> list[Card]:
    """The cards of one block."""
    if cards[0].id:
        return cards
    says = "\n".join(f"{card.front}\n{card.back}" for card in cards)
    group = f"{note.meta.id}/{_digest(says.encode()).hex()}"
    ids = [group] if cards[0].kind == "basic" else [f"{group}#c{n}" for n in range(1, len(cards) + 1)]
    return [msgspec.structs.replace(card, id=id_, group=group) for card, id_ in zip(cards, ids, strict=True)]


def _stamp(path: Path) -> Stamp:
    return Stamp(*_changed_at(path), *_changed_at(translation_path(path)))


def _changed_at(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


def _write_ids(path: Path) -> None:
    """Gives each card of the file an id, replacing the file in one step and keeping its permissions."""
    before = path.read_bytes()
    after = insert_ids(before.decode("utf-8"), path=str(path), taken=()).encode("utf-8")
    target = path.resolve()
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(target.stat().st_mode & 0o7777)
        # Somebody may have saved the file meanwhile; their text wins and gets its ids next time.
        if _digest(target.read_bytes()) == _digest(before):
            Path(temporary).replace(target)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()
