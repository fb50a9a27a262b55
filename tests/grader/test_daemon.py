"""The warm daemon: the same verdicts, nothing left, nothing harmed, and never needed."""

from __future__ import annotations

import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader import Cancelled, Verdict, check
from grader.daemon import place
from grader.sandbox import kernel
from tests.grader.conftest import Judge
from tests.grader.packages import TOTAL, Workshop
from tests.grader.processes import (
    busy,
    called,
    daemons,
    family,
    kill,
    open_descriptors,
    own_memory,
    running,
    wait_until,
    wait_until_idle,
)
from tests.sandbox import modes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the daemon needs Linux")

SLEEPER = "import time\ndef total(numbers):\n    time.sleep(600)\n"
NOISE = """
    import random
    import pytest

    @pytest.mark.parametrize("use", ["rng", "global"])
    def test_noise(submission, rng, use):
        drawn = {"rng": rng.random, "global": random.random}[use]()
        assert submission.total([1]) == 1, f"{drawn} {submission.total([])}"
"""


def told(verdict: Verdict) -> list[object]:
    """All that may not depend on where it was judged."""
    checks = [(each.id, each.outcome, each.message, each.given) for each in verdict.checks]
    return [verdict.verdict, verdict.message, checks, verdict.output, verdict.sandbox, verdict.nonce]


@pytest.mark.parametrize(
    "program",
    [
        TOTAL,
        "import random\ndef total(numbers):\n    print(random.random())\n    return random.random()\n",
        "def total(numbers):\n    raise KeyError(len(numbers))\n",
        "def total(numbers): return bytearray(10**9)",
        "import os\ndef total(numbers):\n    os.write(3, b'forged')\n",
        "import os\ndef total(numbers):\n    os._exit(3)\n",
        "def total(numbers:\n",
        "import os\ndef total(numbers):\n    print(sorted(os.environ), os.listdir('/'), os.getuid() > 0)\n",
    ],
    ids=["right", "random", "raises", "memory", "forged", "exits", "syntax", "surroundings"],
)
def test_the_verdict_is_that_of_a_cold_judge(workshop: Workshop, judge: Judge, program: str):
    workshop.exercise(hidden=NOISE)
    cold = judge(program, seed=77, cold=True)
    assert told(judge(program, seed=77)) == told(cold)


def test_checks_at_once_start_one_daemon_and_do_not_mix(own: Path, workshop: Workshop):
    workshop.exercise()
    programs = [workshop.write(f"p{n}.py", f"def total(numbers): return {n}") for n in range(6)]
    with ThreadPoolExecutor(len(programs)) as pool:
        verdicts = list(pool.map(lambda path: check("total", path, catalog=workshop.catalog), programs))
    assert [each.failed[0].message.rpartition(" ")[2] for each in verdicts] == list("012345")
    assert len(daemons(own)) == 1


def test_two_commands_at_once_after_boot_start_one_daemon(own: Path, workshop: Workshop):
    workshop.exercise()
    code = f"""
        from pathlib import Path
        from grader import Catalog, check
        folder = Path({str(workshop.folder)!r})
        catalog = Catalog(folder / "exercises", folder / "solutions")
        print(check("total", {str(workshop.submit(TOTAL))!r}, catalog=catalog).verdict)
    """
    environment = {**os.environ, "GRADER_RUNTIME": str(own / "not" / "yet")}
    command = [sys.executable, "-W", "always", "-c", textwrap.dedent(code)]
    commands = [
        subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    # Not even a warning of a child that was left behind.
    assert [each.communicate(timeout=120) for each in commands] == [("accepted\n", "")] * 2
    assert len(daemons(own / "not" / "yet")) == 1


def test_it_ends_when_nobody_comes(own: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GRADER_IDLE_SECONDS", "0.5")
    seen: list[int] = []
    assert judge(TOTAL, on_check=lambda _: seen.extend(daemons(own))).accepted
    assert seen
    wait_until(lambda: not running(str(own)), "the daemon did not end")


def test_it_ends_when_the_code_has_changed(own: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(place, "fingerprint", lambda: "another")
    seen: list[int] = []
    assert judge(TOTAL, on_check=lambda _: seen.extend(running(f"{own}/another"))).accepted
    assert seen
    wait_until(lambda: not running(f"{own}/another"), "the daemon did not end")


def test_the_fingerprint_follows_code_and_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "a.py").write_text("1")
    monkeypatch.setattr(place, "_PACKAGE", tmp_path)
    before = place.fingerprint()
    assert place.fingerprint() == before
    (tmp_path / "a.py").write_text("1 + 1")
    changed = place.fingerprint()
    assert changed != before
    monkeypatch.setenv("HOME", str(tmp_path))
    assert place.fingerprint() != changed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=lambda number: number.name)
def test_a_client_that_ends_takes_its_check_along(own: Path, workshop: Workshop, number: signal.Signals):
    workshop.exercise(wall_seconds=600)
    assert check("total", workshop.submit(TOTAL), catalog=workshop.catalog).accepted
    wait_until_idle(own)
    code = f"""
        import signal
        from pathlib import Path
        from grader import Catalog, check
        signal.signal(signal.SIGINT, signal.default_int_handler)
        folder = Path({str(workshop.folder)!r})
        catalog = Catalog(folder / "exercises", folder / "solutions")
        check("total", {str(workshop.submit(SLEEPER))!r}, catalog=catalog)
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stderr=subprocess.DEVNULL)
    # A judge, a zygote and a worker, or two where it has processes of its own.
    wait_until(lambda: len(busy(own)) >= 3, "the check did not start")
    process.send_signal(number)
    process.communicate(timeout=20)
    wait_until_idle(own)
    assert check("total", workshop.submit(TOTAL), catalog=workshop.catalog).accepted


def test_a_cancelled_check_ends_at_once(own: Path, workshop: Workshop, judge: Judge):
    workshop.exercise(wall_seconds=600)
    assert judge(TOTAL).accepted
    cancel = threading.Event()
    program = (
        "import time\ndef total(numbers):\n    return time.sleep(600) if numbers[3:] else sum(numbers)\n"
    )
    with pytest.raises(Cancelled):
        judge(program, cancel=cancel, on_check=lambda _: cancel.set())
    wait_until_idle(own)


def test_a_judge_that_hangs_or_dies_harms_no_other(own: Path, workshop: Workshop, judge: Judge):
    workshop.exercise(
        hidden="import os, signal\ndef test_it(rng):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    verdict = judge(TOTAL)
    assert verdict.verdict == "internal error"
    assert "ended without a verdict" in verdict.message
    workshop.exercise(hidden="import ctypes\ndef test_it(rng):\n    ctypes.PyDLL(None).sleep(600)\n")
    cancel = threading.Event()
    with pytest.raises(Cancelled):
        judge(TOTAL, cancel=cancel, on_check=lambda _: cancel.set())
    workshop.exercise()
    assert judge(TOTAL).accepted
    assert len(daemons(own)) == 1


def test_killed_daemons_are_replaced(own: Path, judge: Judge):
    assert judge(TOTAL).accepted
    wait_until_idle(own)
    kill(running(str(own)))
    assert judge(TOTAL).accepted
    assert len(daemons(own)) == 1


def test_killed_warm_processes_are_replaced(own: Path, judge: Judge):
    assert judge(TOTAL).accepted
    wait_until_idle(own)
    (daemon,) = daemons(own)
    killed = set(running(str(own))) - {daemon}
    kill(killed)
    assert judge(TOTAL).accepted
    wait_until_idle(own)
    # The daemon, and in place of each one killed another.
    assert daemons(own) == [daemon]
    assert len(set(running(str(own))) - killed) == 1 + len(killed)


@pytest.mark.parametrize("answer", [b"", b"nonsense"], ids=["silent end", "nonsense"])
def test_a_daemon_that_misbehaves_is_not_needed(own: Path, judge: Judge, answer: bytes):
    folder = own / place.fingerprint()
    folder.mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.bind(str(folder / "s"))
        server.listen()
        thread = threading.Thread(target=lambda: [_answer(server, answer) for _ in range(2)])
        thread.start()
        assert judge(TOTAL).accepted
        thread.join()


def _answer(server: socket.socket, answer: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(4096)
        if answer:
            connection.send(answer)


def test_a_daemon_that_gives_no_answer_is_asked_once(own: Path, judge: Judge):
    folder = own / place.fingerprint()
    folder.mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.bind(str(folder / "s"))
        server.listen()
        assert judge(TOTAL).accepted
        server.setblocking(False)
        server.accept()[0].close()
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_stopped_daemon_is_not_waited_for(own: Path, judge: Judge):
    assert judge(TOTAL).accepted
    (daemon,) = daemons(own)
    os.kill(daemon, signal.SIGSTOP)
    try:
        assert judge(TOTAL).accepted
    finally:
        os.kill(daemon, signal.SIGCONT)


def test_other_processes_of_the_user_cannot_look_into_what_is_warm():
    modes.require(modes.UNPRIVILEGED)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)

        def owners() -> list[int]:
            # As in a process just started: a change of user closes it.
            kernel.prctl(kernel.PR_SET_DUMPABLE, 1)
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            stem = os.fork()
            if stem == 0:
                ours.close()
                sys.modules.pop("grader.daemon.stem", None)
                sys.argv = ["stem", str(theirs.detach()), folder]
                runpy.run_module("grader.daemon.stem", run_name="__main__")
            with ours, theirs:
                socket.send_fds(ours, [b"judges"], [theirs.fileno()])
                wait_until(lambda: [called(pid) for pid in family(stem)] == ["grader-warm"] * 2, "it hangs")
                return [Path(f"/proc/{pid}/environ").stat().st_uid for pid in family(stem)]

        # The kernel gives to root what belongs to a process that is closed to its own user.
        assert modes.in_child(owners, modes.UNPRIVILEGED) == [0, 0]


@pytest.mark.parametrize("fault", ["a file", "open to others"])
def test_a_place_that_cannot_be_trusted_is_not_used(
    judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
):
    root = tmp_path / "r"
    monkeypatch.setenv("GRADER_RUNTIME", str(root))
    if fault == "a file":
        root.touch()
    else:
        root.mkdir()
        root.chmod(0o777)
    assert judge(TOTAL).accepted
    assert not running(str(root))
    assert root.is_file() or not list(root.iterdir())


def test_many_checks_leak_nothing(own: Path, workshop: Workshop):
    workshop.exercise(hidden="def test_nothing(rng):\n    pass\n")
    program = workshop.submit(TOTAL)

    def judge_often(count: int) -> None:
        for _ in range(count):
            assert check("total", program, catalog=workshop.catalog).accepted

    judge_often(20)
    wait_until_idle(own)
    ours = open_descriptors(os.getpid())
    before = {pid: open_descriptors(pid) for pid in running(str(own))}
    memory = sum(map(own_memory, before))
    judge_often(180)
    wait_until_idle(own)
    # A check is over for us a moment before it is for them.
    wait_until(
        lambda: (
            {pid for pid in running(str(own)) if open_descriptors(pid) <= before.get(pid, 0)} == set(before)
        ),
        "a process was left or replaced, or descriptors were left open",
    )
    wait_until(lambda: sum(map(own_memory, before)) < memory + 2048, "memory was not given back")
    assert open_descriptors(os.getpid()) == ours
