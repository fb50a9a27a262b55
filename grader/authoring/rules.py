"""What the verdict on a program must be, and in what way it is not."""

from collections.abc import Iterator, Sequence

from grader.authoring.package import Program
from grader.authoring.report import Breach
from grader.judge.expectations import Known, matches
from grader.text import shorten
from grader.verdict import CheckResult, Verdict


def find_breaches(program: Program, verdict: Verdict) -> list[Breach]:
    """Every way in which the verdict on a program is not what its place in the package promises."""
    if verdict.verdict == "internal error":
        return [_breach(program, verdict, *describe_internal_error(verdict), internal=True)]
    if program.kind == "starter":
        found = _starter(verdict)
    elif _is_unwritten(verdict):
        return [Breach(program.name, "It is still to be written: it raises NotImplementedError.")]
    elif program.known is None:
        found = _accepted(verdict)
    else:
        found = _rejected(program, program.known, verdict)
    return [_breach(program, verdict, message, check) for message, check in found]


def slowest_check(verdict: Verdict) -> tuple[float, str]:
    """The CPU seconds of the check that used most, and its id."""
    return max(((check.cpu_seconds, check.id) for check in verdict.checks), default=(0.0, ""))


def _breach(program: Program, verdict: Verdict, message: str, check: str, internal: bool = False) -> Breach:
    return Breach(program.name, message, check, verdict.nonce, str(program.path), internal)


def _starter(verdict: Verdict) -> Iterator[tuple[str, str]]:
    if verdict.accepted:
        yield "It is accepted: the starter must leave the exercise to be solved.", ""


def _accepted(verdict: Verdict) -> Iterator[tuple[str, str]]:
    if verdict.accepted:
        return
    others = len(verdict.failed) - 1
    more = f" (and {others} more)" if others > 0 else ""
    yield f"It must be accepted and gets: {describe_failure(verdict)}{more}", _first_failed(verdict)


def _rejected(program: Program, known: Known, verdict: Verdict) -> Iterator[tuple[str, str]]:
    if verdict.verdict != program.expected:
        got = "is accepted" if verdict.accepted else f"gets: {describe_failure(verdict)}"
        yield f"It must get the verdict {program.expected!r} and {got}", _first_failed(verdict)
        return
    mismatches = [*_unexpected(known, verdict), *_unfulfilled(known, verdict)]
    yield from mismatches
    if not mismatches and verdict.diagnosis != known.diagnosis:
        told = f"reads {verdict.diagnosis!r}" if verdict.diagnosis else "reads no diagnosis"
        yield f"A learner who fails like this {told}: another program of expect.toml fits as well.", ""


def _unexpected(known: Known, verdict: Verdict) -> Iterator[tuple[str, str]]:
    """The failed checks that expect.toml does not name, told as one."""
    extra = [each for each in verdict.failed if not _is_named(each, known.fails)]
    if extra:
        names = ", ".join(each.id for each in extra)
        yield f"It also fails {names}, not named in expect.toml: {describe_check(extra[0])}", extra[0].id


def _unfulfilled(known: Known, verdict: Verdict) -> Iterator[tuple[str, str]]:
    """The patterns of expect.toml that no failed check matches, nor one passed over after time limits."""
    for pattern in known.fails:
        named = [each for each in verdict.checks if matches(each.id, pattern)]
        if not named:
            yield f"expect.toml says that it fails {pattern}, and there is no such check.", ""
        elif all(each.outcome == "passed" for each in named):
            yield f"It passes {pattern}, which it must fail according to expect.toml.", named[0].id


def _is_named(check: CheckResult, patterns: Sequence[str]) -> bool:
    return any(matches(check.id, pattern) for pattern in patterns)


def _is_unwritten(verdict: Verdict) -> bool:
    ran = [check for check in verdict.checks if check.outcome != "not run"]
    return bool(ran) and all("NotImplementedError" in check.message for check in ran)


def describe_internal_error(verdict: Verdict) -> tuple[str, str]:
    """What went wrong in the suite or the judge, in words, and the id of the check where it did, or ""."""
    failed = [check for check in verdict.failed if check.outcome == "internal error"]
    if failed and not verdict.message:
        return f"The suite fails: {describe_check(failed[0])}", failed[0].id
    return f"The suite cannot be run: {verdict.message}", ""


def _first_failed(verdict: Verdict) -> str:
    return verdict.failed[0].id if verdict.failed else ""


def describe_failure(verdict: Verdict) -> str:
    """What a verdict other than accepted was given for."""
    if verdict.failed:
        return describe_check(verdict.failed[0])
    return f"{verdict.verdict}: {_last_line(verdict.message)}"


def describe_check(check: CheckResult) -> str:
    """A failed check in one line."""
    return f"{check.outcome} in {check.id} ({check.title}): {_last_line(check.message)}"


def _last_line(message: str) -> str:
    """The end of a traceback says what happened."""
    return shorten(message.strip().rpartition("\n")[2], 300)
