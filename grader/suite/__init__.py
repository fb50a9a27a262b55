"""What suites import: comparisons whose messages are written for the learner, in plain words with numbers."""

from grader.suite.contract import violation
from grader.suite.errors import SubmissionError, TooMuchMemory, WrongAnswer
from grader.suite.exact import assert_equal
from grader.suite.numeric import assert_close_to_reference, assert_tensor
from grader.suite.serving import Served
from grader.suite.statistics import assert_frequencies, assert_same_distribution

MARKERS = (
    "instrumented: relies on reports from inside the worker",
    "measured: has a worker of its own, whose peak memory is measured from outside",
    "gpu: needs a GPU, and is not run without one",
)

__all__ = [
    "MARKERS",
    "Served",
    "SubmissionError",
    "TooMuchMemory",
    "WrongAnswer",
    "assert_close_to_reference",
    "assert_equal",
    "assert_frequencies",
    "assert_same_distribution",
    "assert_tensor",
    "violation",
]
