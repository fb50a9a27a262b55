"""Ways to run a function in a forked process, as different users and with different walls."""

import json
import os
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.sandbox import kernel, namespaces, privileges, view, walls

ROOT = "root"
ROOT_BASE = "root, base alone"
DROPPED_BASE = "root dropped to a user, base alone"
UNPRIVILEGED = "unprivileged"
UNPRIVILEGED_BASE = "unprivileged, base alone"
MODES = (ROOT, ROOT_BASE, DROPPED_BASE, UNPRIVILEGED, UNPRIVILEGED_BASE)
BASE_MODES = (ROOT_BASE, DROPPED_BASE, UNPRIVILEGED_BASE)

# One for each process: the system counts the tasks of a user, and tests run side by side.
_FIRST_ACCOUNT = 0x7F000000
_PRIVATE = 0x4000 | 0x40000


def require(mode: str) -> None:
    """Skip the test where this mode cannot be had."""
    root = os.geteuid() == 0
    if not walls.base_available():
        pytest.skip("this system has no Landlock or seccomp")
    if mode in (ROOT, ROOT_BASE, DROPPED_BASE) and not root:
        pytest.skip("needs root")
    if root and mode not in (ROOT, ROOT_BASE) and not privileges.capable(privileges.CAP_SYS_ADMIN):
        pytest.skip("needs mounts, to open the interpreter's folders to other users")


def in_child(function: Callable[[], Any], mode: str | None = None) -> Any:
    """The value (plain data) of `function` in a forked process that has settled in this mode."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Test runners have threads; the child uses none of theirs.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            if mode:
                _settle(mode)
            answer = json.dumps({"value": function()})
        except BaseException:
            answer = json.dumps({"error": traceback.format_exc()})
        try:
            os.write(writing, answer.encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = json.loads(pipe.read())
    os.waitpid(child, 0)
    assert "error" not in answer, answer["error"]
    return answer["value"]


def _settle(mode: str) -> None:
    if mode in (DROPPED_BASE, UNPRIVILEGED, UNPRIVILEGED_BASE) and os.geteuid() == 0:
        _open_interpreter()
    if mode in (UNPRIVILEGED, UNPRIVILEGED_BASE) and os.geteuid() == 0:
        os.setgroups([])
        account = _FIRST_ACCOUNT + os.getpid()
        os.setresgid(account, account, account)
        os.setresuid(account, account, account)
    namespaces.survey.cache_clear()
    if mode in BASE_MODES:
        namespaces.survey = lambda: namespaces.Survey(0)  # type: ignore[assignment]


def _open_interpreter() -> None:
    """Let other users reach the interpreter, also one in root's home folder: for this process only."""
    own_mounts()
    paths = walls.python_paths()
    while closed := privileges.unreachable(paths):
        trees = [(path, view.copy(path)) for path in paths if Path(path).is_relative_to(closed)]
        kernel.call("mount", "tmpfs", closed, "tmpfs", 0, "mode=755")
        for path, tree in trees:
            if not Path(path).exists():
                Path(path).mkdir(parents=True)
                view.attach(tree, path)
            os.close(tree)


def own_mounts() -> None:
    """Let what this process mounts end with it."""
    kernel.call("unshare", namespaces.NEWNS)
    kernel.call("mount", None, "/", None, _PRIVATE, None)
