"""What the client asks of a judge, and what the judge reports back."""

import msgspec

from grader.catalog import Description
from grader.verdict import CheckResult, Verdict


class Task(msgspec.Struct, frozen=True):
    """One judgement: the exercise with its folders, and the submission as bytes; `seed` replays a nonce."""

    description: Description
    folder: str
    solutions: str
    source: bytes
    filename: str
    seed: int | None


class Begun(msgspec.Struct, frozen=True, tag=True):
    """The first event: the judge waits for its task."""


class Progress(msgspec.Struct, frozen=True, tag=True):
    """A check was judged."""

    check: CheckResult


class Final(msgspec.Struct, frozen=True, tag=True):
    """The last event."""

    verdict: Verdict


Event = Begun | Progress | Final
