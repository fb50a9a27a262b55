"""The parent of the judges: it has what judges use imported, but never sees an exercise."""

import os
import socket
import sys
import tempfile

import pytest

from grader.daemon.forking import Child, ForkServer, Request
from grader.judge import judging
from grader.judge.__main__ import main
from grader.sandbox.zygote import preload


class Judges(ForkServer):
    """A fork of a stem that imports `modules` besides and forks a judge for each check."""

    def __init__(self, control: socket.socket, root: str, modules: list[str]) -> None:
        super().__init__(control)
        preload(modules)
        _load_pytest(root)

    def prepare(self, request: Request) -> Child:
        """Hold the judge's input open, unread, to learn when its client is gone."""
        return Child(leash=os.dup(request.descriptors[0]))

    def work(self, request: Request, child: Child) -> None:  # noqa: ARG002
        """Be a judge with the client's pipes, as one that was started by it has them."""
        task, events, log, zygote = request.descriptors
        os.dup2(task, 0)
        os.dup2(log, 2)
        main(events, socket.socket(fileno=zygote))


def _load_pytest(root: str) -> None:
    """Let pytest load its plugins, by a run in a folder below `root` that collects nothing."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.dont_write_bytecode = True
    with tempfile.TemporaryDirectory(dir=root) as folder:
        pytest.main([*judging._PYTEST, f"--rootdir={folder}", folder])
