"""How solving an exercise counts: one rating for each scheduled appearance."""

from __future__ import annotations

from studyapp.schedule.memory import Rating


def rating_of_pass(elapsed_minutes: float | None, minutes: int, *, hints: int) -> Rating:
    """The rating of a passed appearance.

    elapsed_minutes: from the start to the accepted check; None when the start is not known.
    minutes: the time that the exercise allows. hints: how many were shown.
    """
    if hints or (elapsed_minutes is not None and elapsed_minutes > minutes):
        return Rating.HARD
    if elapsed_minutes is not None and elapsed_minutes < minutes / 2:
        return Rating.EASY
    return Rating.GOOD
