"""Programs of the wrong form, in plain words: a call that does not fit, a result that cannot be unpacked."""

import re

from grader.judge.proxy import MadeCall
from grader.suite.errors import SubmissionError
from grader.text import describe

# How CPython words a call that does not bind: the function's name, then what is wrong.
_BINDING = re.compile(
    r"(?:\S+\.)?(?P<name>[^\s.]+)\(\) "
    r"(?:takes|missing|got an unexpected|got multiple|got some positional|expected at)"
)
_TOO_FEW = re.compile(r"not enough values to unpack \(expected (?:at least )?(\d+)")
_TOO_MANY = re.compile(r"too many values to unpack \(expected (\d+)")
# A line of the learner's own file in a traceback: the call was taken, something inside it failed.
_OWN_LINE = re.compile(r'^  File "(?!driver\.py")', re.MULTILINE)
_NO_VALUES = re.compile(r"cannot unpack non-iterable|object is not iterable")


def unfit_call(error: SubmissionError, function: str, starter: str) -> str:
    """What to say when the learner's function cannot take the arguments; empty when that is not the matter.

    `starter` is the text of the file that the learner began with.
    """
    found = _BINDING.match(error.message)
    if error.type_name != "TypeError" or not found or _OWN_LINE.search(error.traceback_text):
        return ""
    # A driver may call another function than the suite did.
    wanted = signature(starter, found["name"]) or signature(starter, function)
    lead = f"The function cannot be called the way the exercise calls it: {error.message}"
    return f"{lead}\nThe exercise asks for: {wanted}" if wanted else lead


def unfit_result(error: Exception, made: MadeCall | None) -> str:
    """What to say when the suite could not take the result apart; empty when that is not the matter.

    The result is looked at too, so that a mistake of the suite is not blamed on the learner.
    """
    if made is None or not made.has_returned:
        return ""
    value, text = made.returned, str(error)
    length = len(value) if type(value) in (tuple, list) else None
    wanted = _TOO_FEW.match(text) or _TOO_MANY.match(text)
    if isinstance(error, ValueError) and wanted and length != int(wanted[1]):
        what = f"{length} values" if length is not None else describe(value)
        return f"`{made.function}` must return {wanted[1]} values, it returned {what}"
    if isinstance(error, TypeError) and _NO_VALUES.search(text) and length is None:
        return f"`{made.function}` must return several values, it returned {describe(value)}"
    if value is None and "NoneType" in text and isinstance(error, AttributeError | TypeError):
        return f"`{made.function}` returned None; is a `return` missing?"
    return ""


def signature(source: str, function: str) -> str:
    """The `def` line of a function, read as text and joined to one line; empty when there is none."""
    found = re.search(rf"^[ \t]*(?:async )?def {re.escape(function)}\(", source, re.MULTILINE)
    if not found:
        return ""
    depth, end = 1, found.end()
    while depth and end < len(source):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(source[end], 0)
        end += 1
    returned = source[end:].partition(":")[0]
    text = " ".join((source[found.start() : end] + returned).split())
    return text.replace("( ", "(").replace(", )", ")").replace(",)", ")")
