"""`python -P -m grader.daemon.judges CONTROL FOLDER MODULES...`: forks a judge for each check.

It imports what judges use and has pytest load its own plugins, but never sees an exercise.
"""

import os
import socket
import sys
import tempfile

import pytest

from grader.daemon.forking import Child, ForkServer
from grader.judge import judging
from grader.judge.__main__ import main
from grader.sandbox import limits
from grader.sandbox.zygote import preload


class Judges(ForkServer):
    """The clean parent of the judges."""

    def prepare(self, descriptors: list[int]) -> Child:
        """Hold the judge's input open, unread, to learn when its client is gone."""
        return Child(None, os.dup(descriptors[0]))

    def work(self, descriptors: list[int], child: Child) -> None:  # noqa: ARG002
        """Be a judge with the client's pipes, as one that was started by it has them."""
        task, events, log, zygote = descriptors
        os.dup2(task, 0)
        os.dup2(log, 2)
        main(events, socket.socket(fileno=zygote))


def load_pytest(root: str) -> None:
    """Let pytest load its plugins, by a run in a folder below `root` that collects nothing."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.dont_write_bytecode = True
    with tempfile.TemporaryDirectory(dir=root) as folder:
        pytest.main([*judging._PYTEST, f"--rootdir={folder}", folder])


if __name__ == "__main__":
    limits.close_to_tracers(limits.load_libc())
    server = Judges(socket.socket(fileno=int(sys.argv[1])))
    preload(sys.argv[3:])
    load_pytest(sys.argv[2])
    server.serve()
