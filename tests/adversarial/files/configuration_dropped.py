# exercise: total
# attack: leaves pytest configuration, plugins and modules of the judge's names in its folder
# expect: wrong answer

from pathlib import Path

PASS = """
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    report = yield
    report.outcome = "passed"
    return report
"""
for name in (
    "conftest.py",
    "sitecustomize.py",
    "usercustomize.py",
    "msgspec.py",
    "pytest.py",
    "statistics.py",
):
    Path(name).write_text(PASS)
Path("pytest.ini").write_text("[pytest]\naddopts = -p conftest\n")
Path("grader").mkdir()
Path("grader/__init__.py").write_text("raise SystemExit(0)")


def total(numbers):
    return -1
