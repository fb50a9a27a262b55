"""Where the learner's files are: environment variables first, then the platform's user folders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

APP = "studyapp"


class Places(NamedTuple):
    """Where everything of a learner is. workspace: None for the default, which only the grader knows."""

    deck: Path
    config: Path
    workspace: Path | None


def deck_path(override: Path | None = None) -> Path:
    """The deck: the option, else $STUDYAPP_DECK, else the user's data folder."""
    if override is not None:
        return override.expanduser()
    if variable := os.environ.get("STUDYAPP_DECK"):
        return Path(variable).expanduser()
    # Imported here: it is half of what a light command would otherwise load.
    from platformdirs import user_data_path

    return user_data_path(APP, appauthor=False) / "deck.sqlite3"


def find_places(deck: Path | None = None, workspace: Path | None = None) -> Places:
    """All places, with those that an option of the command line named."""
    return Places(deck_path(deck), config_path(), workspace)


def config_path() -> Path:
    """The settings file: $STUDYAPP_CONFIG, else the user's configuration folder."""
    if variable := os.environ.get("STUDYAPP_CONFIG"):
        return Path(variable).expanduser()
    from platformdirs import user_config_path

    return user_config_path(APP, appauthor=False) / "config.toml"
