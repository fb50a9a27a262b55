"""From what a phase of a check raised to its outcome, in words for the learner."""

import sys
from typing import NamedTuple

import pytest

from grader.judge.misfit import unfit_call, unfit_result
from grader.judge.proxy import MadeCall
from grader.judge.stopped import Stopped
from grader.suite.errors import SubmissionError, TooMuchMemory, WrongAnswer
from grader.text import neutralise, shorten
from grader.verdict import Outcome

MAX_MESSAGE = 4_000


class Judgement(NamedTuple):
    """An outcome, its message, and the failing input if the suite described it."""

    outcome: Outcome
    message: str
    given: str = ""


def judge_phase(
    error: BaseException | None, report: pytest.TestReport, made: MadeCall | None, starter: str
) -> Judgement:
    """Judge one phase (setup, call, teardown). Everything that is not understood is an internal error.

    `made` is the last call of the submission, `starter` the text of the file that the learner began with.
    """
    judgement = _judge(error, report, made, starter)
    return judgement._replace(message=shorten(neutralise(judgement.message), MAX_MESSAGE))


def judge_error(error: SubmissionError) -> Judgement:
    """An exception of the submission: the memory limit or a runtime error, with the learner's own lines."""
    if error.out_of_memory:
        return Judgement("memory limit", str(error))
    message = error.traceback_text.strip() or str(error)
    if "ModuleNotFoundError" in error.classes:
        message += "\nYour file is judged alone: it can import installed packages, but no files beside it."
    return Judgement("runtime error", message)


def _judge(
    error: BaseException | None, report: pytest.TestReport, made: MadeCall | None, starter: str
) -> Judgement:
    if hasattr(report, "wasxfail") or report.skipped:
        return Judgement("internal error", "the suite skipped this check")
    if error is None:
        unexplained = Judgement("internal error", "the suite failed without an exception")
        return Judgement("passed", "") if report.passed else unexplained
    if isinstance(error, Stopped):
        return Judgement(error.outcome, error.message)
    if isinstance(error, SubmissionError):
        unfit = unfit_call(error, made.function, starter) if made else ""
        return Judgement("runtime error", unfit) if unfit else judge_error(error)
    if isinstance(error, TooMuchMemory):
        return Judgement("memory limit", str(error))
    if isinstance(error, AssertionError):
        given = error.given if isinstance(error, WrongAnswer) else ""
        return Judgement("wrong answer", str(error) or "the result is not right", given)
    if _is_gradcheck_error(error):
        return Judgement("wrong answer", f"the gradient is not the derivative of the result: {error}")
    if isinstance(error, Exception) and (unfit := unfit_result(error, made)):
        return Judgement("wrong answer", unfit)
    return Judgement("internal error", f"the check itself raised {type(error).__name__}: {error}")


def _is_gradcheck_error(error: BaseException) -> bool:
    gradcheck = sys.modules.get("torch.autograd.gradcheck")
    return gradcheck is not None and isinstance(error, gradcheck.GradcheckError)
