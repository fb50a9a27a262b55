"""No hostile submission is accepted, learns a secret, leaves a trace or disturbs the next check."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sys
import threading
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from grader import Catalog, Verdict, check
from grader.verdict import CheckResult
from tests.adversarial.submissions import CLASSES, HERE, OURS, Hostile, all_submissions

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells which processes are left")

SUBMISSIONS = all_submissions()
VERDICTS = {"rejected", "wrong answer", "runtime error", "time limit", "memory limit", "output limit"}
SECRET = "5d1c7f0be92a4683"
PROBE = "adversarial-probe"
PUBLIC_FOLDERS = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path("/run/lock")]
# After these a clean submission is judged at once, otherwise after every tenth.
_ON_THE_MACHINE = {"limits", "processes"}
_HANGS = 60
# The name of what is kept warm, and the argument of the daemon.
_WARM = (b"grader-warm\n", b"\0grader.daemon\0")


class Place:
    """Folders for one check, which must be empty afterwards, and the processes that were started for it."""

    def __init__(self, root: Path, runtime: Path) -> None:
        self.runtime = runtime
        self.temporary, self.working, self.workspace = (
            root / "temporary",
            root / "working",
            root / "workspace",
        )
        for folder in (self.temporary, self.working, self.workspace):
            folder.mkdir()

    def judge(self, exercise: str, path: Path, catalog: Catalog = OURS) -> Verdict:
        """The verdict; a judge that hangs is ended with `Cancelled`."""
        cancel = threading.Event()
        timer = threading.Timer(_HANGS, cancel.set)
        timer.start()
        try:
            return check(exercise, path, catalog=catalog, cancel=cancel)
        finally:
            timer.cancel()

    def processes(self) -> list[str]:
        """Those of judges, zygotes and workers; the daemon and what it keeps warm may stay."""
        found = {int(folder.name): _described(folder) for folder in Path("/proc").glob("[0-9]*")}
        ours = [str(folder).encode() for folder in (self.temporary, self.runtime)]
        return [
            f"{pid} {told!r}"
            for pid, (parent, told) in found.items()
            if any(each in told for each in ours)
            and not any(each in told for each in _WARM)
            and os.getpid() not in (pid, parent)
        ]

    def files(self) -> list[str]:
        """What was left in the folders of the check, in those that all may write, and beside the suites."""
        folders = [self.temporary, self.working, self.workspace, *self.runtime.glob("*/w")]
        left = [path for folder in folders for path in folder.iterdir()]
        left += [path for folder in PUBLIC_FOLDERS if folder.is_dir() for path in folder.glob(f"{PROBE}*")]
        left += [path for path in HERE.rglob("*") if PROBE in path.name]
        return [str(path) for path in left]


def _described(folder: Path) -> tuple[int, bytes]:
    """The parent of a process, and all that it lets this user know about where it came from."""
    parent, told = 0, b""
    with contextlib.suppress(OSError):
        parent = int((folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
        told = (folder / "comm").read_bytes() + b"\0" + (folder / "cmdline").read_bytes()
        told += b"\0" + (folder / "environ").read_bytes()
        told += os.fsencode((folder / "cwd").readlink())
    return parent, told


@pytest.fixture
def place(tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    place = Place(tmp_path, runtime)
    monkeypatch.setenv("TMPDIR", str(place.temporary))
    monkeypatch.setenv("STUDYAPP_WORKSPACE", str(place.workspace))
    monkeypatch.chdir(place.working)
    yield place
    for folder in PUBLIC_FOLDERS:
        for probe in folder.glob(f"{PROBE}*"):
            probe.unlink()


@contextlib.contextmanager
def listening(submission: Hostile, folder: Path) -> Iterator[Path]:
    """The program with the port of a server that must not hear of it."""
    text = submission.path.read_text(encoding="utf-8")
    with socket.socket() as server, socket.socket(type=socket.SOCK_DGRAM) as mailbox:
        server.bind(("127.0.0.1", 0))
        server.listen()
        mailbox.bind(server.getsockname())
        program = folder / submission.path.name
        program.write_text(text.replace("@PORT@", str(server.getsockname()[1])), encoding="utf-8")
        yield program
        assert not select.select([server, mailbox], [], [], 0)[0], "somebody connected"


def texts(verdict: Verdict) -> list[str]:
    """Every text of a verdict."""
    found, pending = [], [msgspec.to_builtins(verdict)]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, list | dict):
            pending.extend(item.values() if isinstance(item, dict) else item)
    return found


def is_harmless(character: str) -> bool:
    return character.isprintable() or character in "\n\t" or unicodedata.category(character) == "Zs"


def hidden_passes(checks: list[CheckResult]) -> list[str]:
    return [each.id for each in checks if each.group == "hidden" and each.outcome == "passed"]


def wait_until_empty(place: Place) -> None:
    """A judge that was killed cannot wait for what it started; that ends by itself, but a moment later."""
    deadline = time.monotonic() + 10
    while place.processes() + place.files() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert place.processes() == []
    assert place.files() == []


def cases() -> Iterator[object]:
    for number, submission in enumerate(SUBMISSIONS):
        control = number % 10 == 9 or submission.path.parent.name in _ON_THE_MACHINE
        marks = [pytest.mark.walls] if submission.needs_walls else []
        # The warm judge serves most checks of a learner, hence here.
        cold = number % 3 == 2
        yield pytest.param(submission, cold, control, id=submission.name, marks=marks)


@pytest.mark.parametrize(("submission", "cold", "control"), cases())
def test_hostile(
    submission: Hostile,
    cold: bool,
    control: bool,
    place: Place,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it may not read it must not print, either."""
    if cold:
        monkeypatch.setenv("GRADER_COLD", "1")
    with listening(submission, tmp_path) as program:
        verdict = place.judge(submission.exercise, program, submission.catalog)
    assert verdict.verdict in submission.expect, [verdict.message, verdict.output, verdict.failed]
    assert not verdict.accepted
    failed = [each.id for each in verdict.failed if each.outcome in submission.expect]
    assert not verdict.failed or len(failed) >= submission.checks, verdict.checks
    if submission.exercise == "vault":
        assert hidden_passes(verdict.checks) == []
    for text in texts(verdict):
        assert SECRET not in text
        assert str(verdict.nonce) not in text
        assert all(map(is_harmless, text))
    wait_until_empty(place)
    if control:
        assert place.judge("total", HERE / "control" / "total.py").accepted


@pytest.mark.parametrize("exercise", ["total", "scale"])
def test_a_clean_submission_is_accepted(exercise: str, place: Place) -> None:
    verdict = place.judge(exercise, HERE / "control" / f"{exercise}.py")
    assert verdict.accepted, verdict.failed
    wait_until_empty(place)


def test_every_class_is_there() -> None:
    assert len(SUBMISSIONS) >= 64
    assert {submission.path.parent.name for submission in SUBMISSIONS} == set(CLASSES)


def test_headers_name_verdicts_that_reject() -> None:
    assert [each.name for each in SUBMISSIONS if not each.attack] == []
    assert [each.name for each in SUBMISSIONS if not each.expect or not each.expect <= VERDICTS] == []
