"""Programs that attack the judge: none is accepted that should not be, nothing of them stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.grader.conftest import Judge
from tests.grader.packages import TOTAL, Workshop
from tests.grader.processes import running, wait_until

linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells which processes are left")


def test_a_forged_reply_is_worth_no_more_than_a_value(judge: Judge):
    # A reply written before the worker's own one: whatever it says, two replies to one request are a forgery.
    verdict = judge("""
        import os
        from grader.values import encode
        from grader.wire import Returned, pack

        def total(numbers):
            for seq in range(10):
                os.write(3, pack(Returned(seq, encode(sum(numbers)).header)))
            return sum(numbers)
    """)
    assert verdict.verdict == "rejected"


@pytest.mark.parametrize(
    "data",
    ["b'\\xff' * 64", "(5).to_bytes(4, 'big') + (0).to_bytes(8, 'big') + b'junk!'", "bytes(12)"],
    ids=["oversized", "no message", "empty frame"],
)
def test_garbage_on_the_channel_is_rejected(judge: Judge, data: str):
    verdict = judge(f"import os\ndef total(numbers):\n    os.write(3, {data})\n    return sum(numbers)\n")
    assert verdict.verdict == "rejected"


def test_half_a_message_and_then_silence_is_no_pass(workshop: Workshop, judge: Judge):
    workshop.exercise(hidden="def test_nothing(rng):\n    pass\n", wall_seconds=0.5)
    verdict = judge("import os, time\ndef total(numbers):\n    os.write(3, bytes(5))\n    time.sleep(60)\n")
    assert verdict.verdict == "time limit"


def test_closing_every_descriptor_is_no_pass(judge: Judge):
    verdict = judge("import os\ndef total(numbers):\n    os.closerange(0, 100)\n    return sum(numbers)\n")
    assert verdict.verdict == "runtime error"


def test_writing_to_every_other_descriptor_changes_nothing(judge: Judge):
    verdict = judge("""
        import os
        def total(numbers):
            for descriptor in [0, *range(4, 64)]:
                try:
                    os.write(descriptor, b"passed")
                except OSError:
                    pass
            return sum(numbers) + 1
    """)
    assert verdict.verdict == "wrong answer"


@linux
def test_no_other_process_is_reached(judge: Judge):
    verdict = judge("""
        import contextlib, os

        def total(numbers):
            for pid in [os.getppid(), -1, *range(2, 300)]:
                with contextlib.suppress(OSError):
                    os.kill(pid, 9)
            return sum(numbers)
    """)
    # Where it has no processes of its own it may kill itself, but nothing else.
    assert verdict.verdict in ("accepted", "runtime error")
    assert judge(TOTAL).verdict == "accepted"


def test_the_environment_and_the_arguments_hold_no_secret(judge: Judge, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MY_TOKEN", "secret")
    verdict = judge("""
        import os, sys
        def total(numbers):
            print(sorted(os.environ), sys.argv, sys.orig_argv, os.getcwd(), os.listdir("."), sys.path[0])
            return -1
    """)
    assert "HOME" in verdict.output
    for secret in ("MY_TOKEN", "solutions", "hidden", str(verdict.nonce)):
        assert secret not in verdict.output


def test_each_check_starts_afresh_in_an_empty_folder(judge: Judge):
    verdict = judge("""
        import os
        calls = []
        def total(numbers):
            calls.append(1)
            if len(calls) > 1 or os.listdir("."):
                return -1
            open("trace", "w").write("here")
            os.mkdir("locked", 0)
            return sum(numbers)
    """)
    assert verdict.verdict == "accepted"


def test_no_temporary_folder_stays(judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    for victim in ("None", "os.abort()"):
        program = f"import os\ndef total(numbers):\n    open('x', 'w').close()\n    {victim}\n    return 0\n"
        judge(program, cold=True)
        wait_until(lambda: not list(folder.iterdir()), "a temporary folder was left behind")


def test_files_beside_the_program_are_not_imported_by_the_judge(workshop: Workshop, judge: Judge):
    workshop.write("statistics.py", "raise RuntimeError('imported')\n")
    workshop.write("msgspec.py", "raise RuntimeError('imported')\n")
    assert judge(TOTAL).verdict == "accepted"
    assert judge("import sys\nsys.path.insert(0, '.')\n" + textwrap.dedent(TOTAL)).verdict == "accepted"


@linux
@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name
)
def test_an_interrupted_command_leaves_no_process(workshop: Workshop, number: signal.Signals):
    workshop.exercise(wall_seconds=600)
    program = workshop.submit("""
        import time
        def total(numbers):
            time.sleep(600)
    """)
    code = f"""
        import os, signal
        from pathlib import Path
        from grader import Catalog, check
        signal.signal(signal.SIGINT, signal.default_int_handler)
        print(os.getpid(), flush=True)
        folder = Path({str(workshop.folder)!r})
        check("total", {str(program)!r}, catalog=Catalog(folder / "exercises", folder / "solutions"))
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    environment = {**os.environ, "TMPDIR": str(workshop.folder), "GRADER_COLD": "1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    # The zygote is told the temporary folder, so its command line names it.
    marker = f"{workshop.folder}/grader-"
    wait_until(lambda: len(running(marker)) >= 2, "the worker did not start")
    process.send_signal(number)
    process.communicate(timeout=20)
    wait_until(lambda: not running(marker), "a process was left behind")


def test_the_sandbox_takes_no_time_from_the_program(judge: Judge, workshop: Workshop):
    workshop.exercise(wall_seconds=0.02)
    assert judge(TOTAL, cold=True).verdict in ("accepted", "time limit")
