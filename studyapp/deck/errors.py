"""The error of this package."""

from __future__ import annotations

from studyapp.errors import StudyError


class DeckError(StudyError):
    """The deck can't be used as asked."""
