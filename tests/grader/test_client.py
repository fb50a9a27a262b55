"""The client takes nothing from a judge that breaks the rules, and never leaves one behind."""

from __future__ import annotations

import gc
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import msgspec
import pytest

from grader import Verdict, client, events, launch
from grader.daemon import connect
from grader.events import pack
from grader.judge.request import Begun, Event, Final, Progress
from tests.grader.conftest import Judge
from tests.grader.packages import TOTAL, Workshop
from tests.grader.processes import daemons, open_descriptors, wait_until, wait_until_idle
from tests.grader.test_hostile import linux

JUDGE = """#!{python}
import os, signal, sys
os.write(int(sys.argv[-1]), bytes.fromhex("{data}"))
{end}
"""

Scripted = Callable[[list[Event | bytes], str], Verdict]


@pytest.fixture
def scripted(judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """The verdict when the judge writes these events (or bytes), then runs this code."""

    def run(sent: list[Event | bytes], end: str) -> Verdict:
        data = b"".join(each if isinstance(each, bytes) else pack(each) for each in sent)
        file = tmp_path / "judge"
        file.write_text(JUDGE.format(python=sys.executable, data=data.hex(), end=end))
        file.chmod(0o700)
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", str(file))
            return judge(TOTAL, cold=True)

    return run


def test_a_verdict_counts_when_the_judge_kept_to_the_rules_and_ended_well(judge: Judge, scripted: Scripted):
    accepted = judge(TOTAL)
    begun, final = Begun(), Final(accepted)
    check = Progress(accepted.checks[0])
    assert scripted([begun, check, final], "").accepted
    bad: list[tuple[list[Event | bytes], str, str]] = [
        ([begun, final], "sys.exit(1)", "(status 1)"),
        ([begun, final], "os.kill(os.getpid(), signal.SIGKILL)", "(status -9)"),
        ([begun, final, final], "", "Final out of order"),
        ([begun, final, check], "", "Progress out of order"),
        ([begun, final, begun], "", "Begun out of order"),
        ([begun, begun, final], "", "Begun out of order"),
        ([check, final], "", "Progress out of order"),
        ([final], "", "Final out of order"),
        ([begun, final, b"\0"], "", "within an event"),
        ([begun, final, b"\xff" * 8], "", "announced an event"),
        ([begun, pack(final)[:-1]], "", "within an event"),
        ([begun, pack(check.check), final], "", "no event"),
        ([begun, check], "", "without a verdict"),
        ([], "print('this is why', file=sys.stderr)", "this is why"),
    ]
    for sent, end, words in bad:
        verdict = scripted(sent, end)
        assert verdict.verdict == "internal error"
        assert words in verdict.message


@linux
@pytest.mark.parametrize("cold", [True, False], ids=["cold", "warm"])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, msgspec.DecodeError])
def test_what_a_listener_raises_is_not_taken_for_a_failure_of_the_judge(
    own: Path, judge: Judge, cold: bool, error: type[BaseException]
):
    assert judge(TOTAL).accepted
    before = open_descriptors(os.getpid())

    def stumble(_check: object) -> None:
        raise error

    with pytest.raises(error):
        judge(TOTAL, on_check=stumble, cold=cold)
    wait_until_idle(own)
    assert open_descriptors(os.getpid()) == before


# What Ctrl-C keeps from being closed is closed when it is collected, and Python warns of that.
unclosed = pytest.mark.filterwarnings("ignore::ResourceWarning")


@linux
@unclosed
@pytest.mark.parametrize("cold", [True, False], ids=["cold", "warm"])
def test_ctrl_c_at_any_moment_leaves_nothing(
    own: Path, workshop: Workshop, judge: Judge, monkeypatch: pytest.MonkeyPatch, cold: bool
):
    temporary = workshop.folder / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    workshop.exercise(hidden="def test_nothing(rng):\n    pass\n")
    assert judge(TOTAL).accepted
    lines: list[tuple[str, int]] = []
    with each_line([client, launch, events, connect], lines.append):
        assert judge(TOTAL, cold=cold).accepted
    moments = list(dict.fromkeys(lines))[:: 6 if cold else 3]
    assert (
        sum(interrupted_at(moment, lambda: judge(TOTAL, cold=cold)) for moment in moments) > len(moments) / 2
    )
    wait_until_idle(own)
    wait_until(lambda: not list(temporary.iterdir()), "a file was left behind")
    assert judge(TOTAL, cold=cold).accepted


@linux
@unclosed
def test_ctrl_c_while_the_daemon_starts_does_no_harm(
    own: Path, workshop: Workshop, judge: Judge, monkeypatch: pytest.MonkeyPatch
):
    workshop.exercise(hidden="def test_nothing(rng):\n    pass\n")
    first, last = (inspect.getsourcelines(each) for each in (connect._start, connect._spawn))
    starting = range(first[1] + 1, last[1] + len(last[0]))
    lines: list[tuple[str, int]] = []
    with each_line([connect], lines.append):
        assert judge(TOTAL).accepted
    moments = [(file, line) for file, line in dict.fromkeys(lines) if line in starting]
    for number, moment in enumerate(moments[::4]):
        monkeypatch.setenv("GRADER_RUNTIME", str(own / f"{number}"))
        assert interrupted_at(moment, lambda: judge(TOTAL))
        assert judge(TOTAL).accepted
        assert len(daemons(own / f"{number}")) == 1


def interrupted_at(moment: tuple[str, int], action: Callable[[], object]) -> bool:
    """Do this with Ctrl-C pressed at the first execution of a line; returns whether that came."""
    waiting = [moment]

    def press(line: tuple[str, int]) -> None:
        with suppress(ValueError):
            waiting.remove(line)
            raise KeyboardInterrupt

    try:
        with each_line([client, launch, events, connect], press):
            action()
    except KeyboardInterrupt:
        return True
    finally:
        gc.collect()
    return False


@contextmanager
def each_line(modules: list[ModuleType], do: Callable[[tuple[str, int]], None]) -> Iterator[None]:
    """Call `do` before each line (file, number) that is executed of these modules."""
    files = {str(module.__file__) for module in modules}

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            do((frame.f_code.co_filename, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)
