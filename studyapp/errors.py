"""What can go wrong, told so that a person knows what to do."""

from __future__ import annotations


class StudyError(Exception):
    """what happened, what it means for the learner's data, what to do."""

    def __init__(self, what: str, data: str, remedy: str) -> None:
        super().__init__(f"{what}\n{data}\n{remedy}")
        self.what = what
        self.data = data
        self.remedy = remedy
