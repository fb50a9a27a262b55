# exercise: total
# attack: turns every failure of pytest into a pass, in its own process
# expect: wrong answer

import _pytest.outcomes
import _pytest.reports
import pytest

_pytest.outcomes.Failed = _pytest.outcomes.Skipped = type("Nothing", (Exception,), {})
_pytest.reports.TestReport.outcome = "passed"
pytest.fail = pytest.raises = lambda *_arguments, **_named: None


def total(numbers):
    return -123456789
