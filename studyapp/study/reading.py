"""Checking notes, and finding one to read. Needs no deck."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

import grader
from studyapp.config import read_config
from studyapp.errors import StudyError
from studyapp.lint import Findings, lint
from studyapp.notes import Note, discover, read_note, translation_path
from studyapp.paths import Places


def check_notes(chosen: Sequence[Path], places: Places) -> Findings:
    """What should be put right in the chosen folders and files, or in all notes that the app reads.

    Raises:
        ConfigError: the configuration, which names the learner's folders, can't be used.
        StudyError: there are no notes.
    """
    folders = note_folders(places)
    topics = [] if not chosen else [note.meta.id for note in _read(folders[:1])]
    findings = lint(chosen or folders, topics)
    if not findings.notes and not findings.problems:
        raise StudyError(
            f"There are no notes in {', '.join(map(str, chosen or folders))}.",
            "Nothing was checked.",
            "Notes are the files *.md there and below, without README.md.",
        )
    return findings


def find_note(topic: str, places: Places, *, zh: bool = False) -> Path:
    """The file of the note with this id, or of its translation.

    Raises:
        ConfigError: the configuration, which names the learner's folders, can't be used.
        StudyError: there is no such note or translation.
    """
    files = {note.meta.id: Path(note.path) for note in _read(reversed(note_folders(places)))}
    if topic not in files:
        near = get_close_matches(topic, files, n=3, cutoff=0.4) or sorted(files)
        raise StudyError(
            f"There is no note {topic!r}.", "Nothing was printed.", f"Notes like it: {', '.join(near)}."
        )
    path = translation_path(files[topic]) if zh else files[topic]
    if not path.exists():
        raise StudyError(
            f"The note {topic!r} has no translation.",
            f"It would be {path}.",
            "Without --zh it is printed in English.",
        )
    return path


def note_folders(places: Places) -> list[Path]:
    """The shipped notes first, then the folders in the learner's configuration."""
    return [grader.data_folder("content"), *read_config(places.config).note_folders()]


def _read(folders: Iterable[Path]) -> Iterable[Note]:
    return (read_note(path) for folder in folders if folder.is_dir() for path in discover(folder))
