"""The computer's clock, in the learner's time zone."""

from __future__ import annotations

import time
from datetime import datetime

from studyapp.schedule.day import Moment, study_day


def system_clock(rollover_hour: int, at: int | None = None) -> Moment:
    """The present moment, or that of `at` (UTC milliseconds), with its study day."""
    at = time.time_ns() // 1_000_000 if at is None else at
    local = datetime.fromtimestamp(at / 1000).astimezone()
    return Moment(at, study_day(local, rollover_hour))
