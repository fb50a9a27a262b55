"""Opening everything that a study day needs: deck, notes, exercises, yesterday's verdicts, today's backup."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import grader
from studyapp.config import ConfigError, read_config
from studyapp.deck.backup import back_up
from studyapp.deck.deck import Deck
from studyapp.deck.errors import DeckError
from studyapp.deck.sync import SyncReport, note_problems
from studyapp.errors import StudyError
from studyapp.paths import Places
from studyapp.schedule.day import Clock, calendar_date
from studyapp.study.exercises import sync_exercises, take_journal
from studyapp.study.notes import NotesFolder, sync_notes


@dataclass(slots=True)
class Study:
    """An open deck with the exercises and folders that belong to it. warnings: what a person should know."""

    deck: Deck
    catalog: grader.Catalog
    folders: list[NotesFolder]
    workspace: Path
    warnings: list[str] = field(default_factory=list)

    def sync(self) -> SyncReport:
        """Takes in edited notes and verdicts given outside the app."""
        report = sync_notes(self.deck, self.folders)
        sync_exercises(self.deck, self.catalog)
        take_journal(self.deck, self.catalog, self.workspace)
        return report


def _installed() -> tuple[grader.Catalog, Path]:
    """The exercises and the notes that came with this installation."""
    try:
        catalog = grader.Catalog.default()
        catalog.order()
        return catalog, grader.data_folder("content")
    except (grader.CatalogError, OSError) as error:
        raise StudyError(
            f"The exercises or notes of this installation can't be read: {error}",
            "Your deck was not opened; nothing in it has changed.",
            "Install studyapp again.",
        ) from error


def open_study(places: Places, clock: Clock) -> tuple[Study, SyncReport]:
    """Opens the deck and brings it up to date.

    A configuration that can't be used and a backup that fails are warnings: they must not keep anybody from
    reviewing.

    Raises:
        StudyError: the deck or the installation can't be used.
    """
    catalog, content = _installed()
    deck = Deck(places.deck, clock)
    warnings: list[str] = []
    folders = [NotesFolder(content)]
    try:
        config = read_config(places.config)
        folders += [NotesFolder(folder, writable=config.write_ids) for folder in config.note_folders()]
    except ConfigError as error:
        warnings.append(str(error))
    workspace = grader.workspace_path(places.workspace)
    study = Study(deck, catalog, folders, workspace, warnings)
    report = study.sync()
    warnings += note_problems(deck)
    try:
        back_up(places.deck, calendar_date(deck.now().day))
    except DeckError as error:
        warnings.append(str(error))
    return study, report
