"""Calls that must be refused."""

from collections.abc import Iterator
from contextlib import contextmanager

from grader.suite.errors import SubmissionError, WrongAnswer


@contextmanager
def violation(what: str, error: str = "ValueError") -> Iterator[None]:
    """Passes only if the submission raises `error` (or a subclass); `what` names the bad argument."""
    try:
        yield
    except SubmissionError as raised:
        if error in raised.classes:
            return
        raise WrongAnswer(f"{what} must raise {error}; it raised {raised}") from raised
    raise WrongAnswer(f"{what} must raise {error}; the call returned instead")
