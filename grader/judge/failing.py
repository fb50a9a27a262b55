"""The failing calls of a judgement: what is kept of them, and which is the smallest."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from grader.judge.proxy import MadeCall
from grader.suite.errors import WrongAnswer
from grader.values import Unsupported, encode
from grader.verdict import MAX_CALL_BYTES, CheckResult, Decision, FailingCall


def keep(check_id: str, made: MadeCall, error: BaseException | None) -> FailingCall | None:
    """The call that a failed check made last; None when it is too large, or has functions of the suite in it.

    The expected value belongs to it when `error` says that the check compared just what the call returned.
    """
    if made.sent.callbacks:
        return None
    call = FailingCall(check_id, made.function, made.sent.header, made.sent.body, made.states)
    room = MAX_CALL_BYTES - call.size - sum(map(len, made.states))
    return _with_expected(call, made, error, room) if room >= 0 else None


def smallest(
    calls: Mapping[str, FailingCall], checks: Sequence[CheckResult], decided: Decision
) -> FailingCall | None:
    """The smallest call of the checks that failed as `decided`.

    Proved checks come before instrumented ones, calls with an expected value before calls without: they teach
    more.
    """
    kinds = {check.id: check.kind for check in checks if check.outcome == decided}
    candidates = [call for name, call in calls.items() if name in kinds]
    return min(
        candidates,
        key=lambda call: (kinds[call.check] != "proved", call.expected is None, call.size),
        default=None,
    )


def _with_expected(call: FailingCall, made: MadeCall, error: BaseException | None, room: int) -> FailingCall:
    if not isinstance(error, WrongAnswer) or error.compared is None or not made.has_returned:
        return call
    got, expected = error.compared
    if got is not made.returned:
        return call
    try:
        value = encode(expected)
    except Unsupported:
        return call
    if len(value.header) + len(value.body) > room or value.generators:
        return call
    return replace(call, expected=value.header, expected_tensors=value.body)
