"""Markdown notes and their cards. Pure: no database, no screen, no clock, no random source.

`read_note` and `parse_note` give the cards of a file or a text, `insert_ids` names the cards that have no id
yet, `discover` finds the notes in a folder and `translation_path` a note's translation, `check_collection`
finds what is wrong between notes, and `passages` gives a note to read.
"""

from studyapp.notes.article import Passage, passages
from studyapp.notes.collection import check_collection
from studyapp.notes.files import discover, note_path, orphans, read_note, translation_path
from studyapp.notes.ids import insert_ids
from studyapp.notes.model import Card, Note, NoteMeta, Problem
from studyapp.notes.parse import parse_note

__all__ = [
    "Card",
    "Note",
    "NoteMeta",
    "Passage",
    "Problem",
    "check_collection",
    "discover",
    "insert_ids",
    "note_path",
    "orphans",
    "parse_note",
    "passages",
    "read_note",
    "translation_path",
]
