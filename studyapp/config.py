"""The learner's configuration file. What the schedule depends on is not here but in the deck, as events."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

from studyapp.language import Language


class ConfigError(Exception):
    """The configuration file can't be used; the text names the file, the fault and the remedy."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of config.toml.

    notes: folders with notes of the learner's own. write_ids: whether a card there that has no `^id` gets one
    written into its file. language: in which notes and tasks are shown first, where they are translated.
    """

    notes: tuple[str, ...] = ()
    write_ids: bool = True
    language: Language = "en"

    def note_folders(self) -> list[Path]:
        """The learner's folders, with `~` expanded."""
        return [Path(folder).expanduser() for folder in self.notes]


def read_config(path: Path) -> Config:
    """The configuration at `path`; the defaults when there is no file.

    Raises:
        ConfigError: the file is not readable TOML or holds something unknown.
    """
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Config)
    except FileNotFoundError:
        return Config()
    except (OSError, ValueError, msgspec.ValidationError) as error:
        known = ", ".join(Config.__struct_fields__)
        raise ConfigError(
            f"The configuration {path} can't be used: {error}.\n"
            "Your deck and your notes were not touched.\n"
            f"Correct the file (it may hold: {known}) or move it away to start with the defaults."
        ) from error
