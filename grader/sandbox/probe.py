"""Tries the walls: for each act that they forbid, a worker that attempts it. Behind `grader doctor`.

Run as a program it prints the probes as JSON.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, NoReturn

from grader.process import clean_environment
from grader.sandbox import limits, walls
from grader.sandbox.attempts import (
    ATTEMPTS,
    CPU_SECONDS,
    FOLDER_MIB,
    MEMORY_MIB,
    STOPPED,
    TASKS,
    Attempt,
    Scene,
)
from grader.sandbox.reaping import reap

_SECONDS = 60
# The first process of a PID namespace does not hear SIGXCPU; the kernel kills it a second later.
_KILLED_BY: dict[int, str] = {
    signal.SIGSYS: "killed for a forbidden system call",
    signal.SIGXCPU: "killed at its limit",
    signal.SIGKILL: "killed at its limit",
}
Enter = Callable[[Attempt, Scene, str], None]
_REACHED, _HELD, _FAILED = "it succeeded", "stopped", "the sandbox could not be entered"


class Probe(NamedTuple):
    """Whether the walls stopped one act, how, what follows if they did not, and what helps."""

    name: str
    holds: bool
    detail: str
    consequence: str
    remedy: str


def probes() -> list[Probe]:
    """Try everything, in a fresh process; raises OSError when that cannot run."""
    command = [sys.executable, "-P", "-m", "grader.sandbox.probe"]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"the sandbox could not be tried: {done.stderr.strip()[-500:]}")
    return [Probe(*fields) for fields in json.loads(done.stdout)]


def attempt_all(enter: Enter | None = None) -> list[Probe]:
    """Try everything from this process, which must have one thread; `enter` may replace the walls."""
    with _scene() as scene:
        return [_probe(each, scene, enter or _enter) for each in ATTEMPTS]


def _probe(attempt: Attempt, scene: Scene, enter: Enter) -> Probe:
    """Fork a host for one attempt: it can then be cleaned up whatever happens inside."""
    reading, writing = os.pipe()
    host = os.fork()
    if host == 0:
        _host(attempt, scene, enter, writing)
    os.close(writing)
    with os.fdopen(reading) as answer:
        verdict = answer.read()
    os.waitpid(host, 0)
    holds, detail = json.loads(verdict) if verdict else (False, "the probe ended without an answer")
    return Probe(attempt.name, holds, detail, attempt.consequence, attempt.remedy)


def _host(attempt: Attempt, scene: Scene, enter: Enter, answer: int) -> NoReturn:
    """Stand in for the zygote: start a worker, hear what it reached, clean up."""
    try:
        limits.become_subreaper(limits.load_libc())
        scene = replace(scene, victim=_victim())
        # The worker and whatever it leaves hold the other end; nobody writes after the report.
        report, theirs = os.pipe()
        with tempfile.TemporaryDirectory() as folder:
            worker = os.fork()
            if worker == 0:
                os.close(report)
                _work(attempt, scene, enter, folder, theirs)
            os.close(theirs)
            message = _read(report)
            if not message:
                # A killed worker: let the process that waits for it end as it did.
                select.select([os.pidfd_open(worker)], [], [], _SECONDS)
            status = reap(worker).status
        left = _read(report) is None
        os.write(answer, json.dumps(_judge(attempt, message, status, left)).encode())
    finally:
        os._exit(0)


def _work(attempt: Attempt, scene: Scene, enter: Enter, folder: str, report: int) -> NoReturn:
    message = _FAILED
    try:
        os.setsid()
        enter(attempt, scene, folder)
        message = _REACHED
        attempt.act(scene)
    except STOPPED as error:
        message = f"{_FAILED if message == _FAILED else _HELD}: {str(error) or type(error).__name__}"
    finally:
        os.write(report, message.encode())
        os._exit(0)


def _judge(attempt: Attempt, message: str | None, status: int, left: bool) -> tuple[bool, str]:
    if left:
        return False, "something of it is still running"
    if message is None:
        return False, f"no answer within {_SECONDS} s"
    if attempt.leaves and message == _REACHED:
        return True, "nothing of it was left"
    if not message:
        held = _KILLED_BY.get(os.WTERMSIG(status)) if os.WIFSIGNALED(status) else None
        return held is not None, held or f"it ended without an answer (wait status {status})"
    return message.startswith(_HELD), message


def _enter(attempt: Attempt, scene: Scene, folder: str) -> None:
    limits.apply(CPU_SECONDS, MEMORY_MIB)
    walls.enter(
        walls.Policy(
            folder=folder,
            readable=(*walls.python_paths(), str(scene.library.parent)),
            folder_mib=FOLDER_MIB,
            tasks=TASKS,
            allow_processes=attempt.processes,
        )
    )


def _victim() -> int:
    child = os.fork()
    if child == 0:
        signal.pause()
        os._exit(0)
    return child


def _read(descriptor: int) -> str | None:
    """What was written, empty at the end, or None after some seconds without either."""
    ready, _, _ = select.select([descriptor], [], [], _SECONDS)
    return os.read(descriptor, 4096).decode() if ready else None


@contextmanager
def _scene() -> Iterator[Scene]:
    """Files that everybody may read and write, and servers: only the walls protect them."""
    with tempfile.TemporaryDirectory() as name, socket.create_server(("127.0.0.1", 0)) as server:
        folder = Path(name)
        folder.chmod(0o755)
        scene = Scene(
            folder / "own/secret", folder / "lib/library.py", server.getsockname()[1], folder / "s", 0
        )
        for file in (scene.secret, scene.library):
            file.parent.mkdir()
            file.parent.chmod(0o777)
            file.write_text("x")
            file.chmod(0o666)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as local:
            local.bind(str(scene.socket_file))
            scene.socket_file.chmod(0o777)
            yield scene


if __name__ == "__main__":
    print(json.dumps(attempt_all()))  # noqa: T201
