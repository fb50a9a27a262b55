"""What a check raises: a wrong answer, too much memory, or the submission's own exception."""

from typing import Any


class WrongAnswer(AssertionError):
    """A value that is not right; `given` describes the input where the call alone does not.

    `compared` is the pair (got, expected) when the check compared a value with one known beforehand.
    """

    def __init__(self, message: str, given: str = "", compared: tuple[Any, Any] | None = None) -> None:
        super().__init__(message)
        self.given = given
        self.compared = compared


class TooMuchMemory(AssertionError):
    """A call that took more memory than the contract allows: the verdict is "memory limit"."""


class SubmissionError(Exception):
    """An exception that the submission raised.

    `classes` are the names of its class and base classes; `traceback_text` holds the learner's own lines. All
    of it was reported by the worker.
    """

    def __init__(
        self, classes: list[str], message: str, traceback_text: str, out_of_memory: bool = False
    ) -> None:
        super().__init__(f"{classes[0]}: {message}" if message else classes[0])
        self.classes = classes
        self.message = message
        self.traceback_text = traceback_text
        self.out_of_memory = out_of_memory

    @property
    def type_name(self) -> str:
        """The name of the exception's class."""
        return self.classes[0]
