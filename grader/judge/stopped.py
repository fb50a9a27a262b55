"""How a check ends before its time."""

from grader.verdict import Outcome


class Stopped(BaseException):
    """The end of a check that no suite may catch: a limit, a crash, a forged message, our own failure."""

    def __init__(self, outcome: Outcome, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.message = message
