"""Every act that the walls forbid, attempted for real, as each kind of user and with each set of walls."""

import functools
import os
from pathlib import Path

import pytest

from grader.sandbox import landlock
from grader.sandbox.attempts import ATTEMPTS, Attempt, Scene
from grader.sandbox.probe import Probe, attempt_all, probes
from tests.sandbox import modes

NAMES = [attempt.name for attempt in ATTEMPTS]
# What only namespaces close; walls.py lists it as missing.
OPEN_IN_BASE = {"find out which files exist", "see other processes", "fill the disk with many files"}
# The system does not count root's processes.
OPEN_TO_ROOT = {"start too many processes"}
# Nothing but a wall stands against these: they do succeed without, so stopping them proves something.
HARMLESS = set(NAMES) - {"mount a file system", "leave a process behind"}


@functools.cache
def results(mode: str) -> dict[str, Probe]:
    return {name: Probe(name, *rest) for name, *rest in modes.in_child(attempt_all, mode)}


@pytest.mark.parametrize("mode", modes.MODES)
@pytest.mark.parametrize("name", NAMES)
def test_stopped(name: str, mode: str) -> None:
    modes.require(mode)
    probe = results(mode)[name]
    known = OPEN_IN_BASE if mode in modes.BASE_MODES else set()
    if mode == modes.ROOT_BASE:
        known = known | OPEN_TO_ROOT
    assert probe.holds == (name not in known), probe.detail


@functools.cache
def results_without_landlock() -> dict[str, Probe]:
    def attempt_without() -> list[Probe]:
        landlock.version = lambda: 0
        return attempt_all()

    return {name: Probe(name, *rest) for name, *rest in modes.in_child(attempt_without, modes.UNPRIVILEGED)}


@pytest.mark.parametrize("name", NAMES)
def test_namespaces_hold_alone(name: str) -> None:
    modes.require(modes.UNPRIVILEGED)
    probe = results_without_landlock()[name]
    assert probe.holds, probe.detail


@functools.cache
def results_without_walls() -> dict[str, Probe]:
    def settle(_attempt: Attempt, _scene: Scene, folder: str) -> None:
        if os.geteuid() == 0:
            # Else the mount, which succeeds too, would stay.
            modes.own_mounts()
        os.chdir(folder)

    return {name: Probe(name, *rest) for name, *rest in modes.in_child(lambda: attempt_all(settle))}


@pytest.mark.parametrize("name", sorted(HARMLESS))
def test_succeeds_without_walls(name: str) -> None:
    if os.geteuid() and name in ("become root", "trace another process", "make namespaces of its own"):
        pytest.skip("may be forbidden anyway")
    if os.geteuid() == 0:
        modes.require(modes.UNPRIVILEGED)
    probe = results_without_walls()[name]
    assert not probe.holds, probe.detail


def test_doctor_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes.require(modes.ROOT if os.geteuid() == 0 else modes.UNPRIVILEGED)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert [probe.name for probe in probes()] == NAMES
    assert not list(tmp_path.iterdir())
