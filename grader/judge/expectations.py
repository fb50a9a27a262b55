"""The known wrong programs of an exercise (expect.toml), and which one a failure looks like."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from grader.verdict import CheckResult, Decision


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rejected program, patterns for the checks that it fails, and the likely mistake in one line."""

    program: str
    fails: list[str]
    diagnosis: str = ""


class Expectations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of expect.toml."""

    rejected: list[Known] = []


def read_expectations(solutions: Path) -> Expectations:
    """The expectations of an exercise, empty without a file; raises OSError, ValueError."""
    file = solutions / "expect.toml"
    if not file.is_file():
        return Expectations()
    return msgspec.toml.decode(file.read_bytes(), type=Expectations)


def diagnose(expectations: Expectations, checks: Sequence[CheckResult], decided: Decision) -> str:
    """The diagnosis of the known program that fails the same checks with the same verdict.

    Empty when there is none, or several.
    """
    failed = [check.id for check in checks if check.outcome not in ("passed", "not run")]
    skipped = [check.id for check in checks if check.outcome == "not run"]
    folder = decided.replace(" ", "_")
    found = {
        known.diagnosis
        for known in expectations.rejected
        if known.program.partition("/")[0] == folder and _alike(known, failed, skipped)
    }
    return found.pop() if len(found) == 1 else ""


def matches(check_id: str, pattern: str) -> bool:
    """Whether a pattern names a check; an id may hold brackets, so an equal one always matches."""
    return check_id == pattern or fnmatchcase(check_id, pattern)


def _alike(known: Known, failed: list[str], skipped: list[str]) -> bool:
    if not failed:
        return False
    explained = all(any(matches(each, pattern) for pattern in known.fails) for each in failed)
    return explained and all(
        any(matches(each, pattern) for each in failed + skipped) for pattern in known.fails
    )
