"""`python -P -m grader.judge EVENTS`: judge one submission. The warm daemon calls `main` in a fork instead.

Reads the task as one msgpack value, length-prefixed, from standard input, and writes events the same way to
the descriptor EVENTS. Standard input stays open while somebody waits: when it closes, everything ends.
"""

import os
import socket
import sys
import threading
import time
from pathlib import Path

import msgspec

from grader.catalog import Exercise
from grader.daemon.wire import kind_of
from grader.events import LENGTH, pack
from grader.judge.request import Begun, Event, Final, Progress, Task
from grader.judge.zygote import MODULES, Zygote
from grader.sandbox import limits
from grader.verdict import CheckResult


def main(events: int, warm: socket.socket | None = None) -> None:
    """Judge the task on standard input; with the zygote that is or will be at the other end of `warm`."""
    began, clock = time.time_ns() // 1_000_000, time.monotonic()
    limits.close_to_tracers(limits.load_libc())
    _send(events, Begun())
    task = msgspec.msgpack.decode(_read_exactly(LENGTH.unpack(_read_exactly(LENGTH.size))[0]), type=Task)
    exercise = Exercise(task.description, Path(task.folder), Path(task.solutions))
    zygote = Zygote(warm) if warm else Zygote.start(MODULES[kind_of(exercise, task.source)])
    threading.Thread(target=_end_with_client, args=[zygote], daemon=True).start()
    try:
        # Imported only now: the zygote imports its part at the same time.
        from grader.judge.judging import judge

        def report(check: CheckResult) -> None:
            _send(events, Progress(check))

        verdict = judge(exercise, task, zygote, report, began, clock)
    finally:
        zygote.close()
    _send(events, Final(verdict))


def _read_exactly(count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = os.read(0, count - len(data))
        if not piece:
            raise SystemExit("the task was cut short")
        data += piece
    return data


def _send(events: int, event: Event) -> None:
    data = pack(event)
    while data:
        data = data[os.write(events, data) :]


def _end_with_client(zygote: Zygote) -> None:
    # The descriptor itself: a reader blocked in sys.stdin would hold its lock when the interpreter ends.
    while os.read(0, 1 << 16):
        pass
    zygote.close()
    os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
