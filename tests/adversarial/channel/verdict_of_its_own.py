# exercise: total
# attack: writes `accepted` into the pipe on which the judge reports, then kills the judge
# expect: wrong answer or runtime error
# why: the judge cannot be found
# needs: walls

import os
import signal
from pathlib import Path

import msgspec

from grader.judge.request import Final
from grader.verdict import CheckResult, Verdict

PASSED = CheckResult("values::test_random", "Random numbers", "hidden", "proved", "passed")
VERDICT = Verdict("0" * 32, "total", "accepted", [PASSED], 0, "0" * 64, 0)


def total(numbers):
    judge = int(Path(f"/proc/{os.getppid()}/stat").read_text().rpartition(")")[2].split()[1])
    arguments = Path(f"/proc/{judge}/cmdline").read_bytes().split(b"\0")
    event = msgspec.msgpack.encode(Final(VERDICT))
    with open(f"/proc/{judge}/fd/{int(arguments[4])}", "wb", buffering=0) as events:
        events.write(len(event).to_bytes(8, "big") + event)
    os.kill(judge, signal.SIGKILL)
    return -1
