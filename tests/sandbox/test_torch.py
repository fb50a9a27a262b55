"""torch inside of the walls, in a process that has imported it before, as the zygote has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sandbox import modes

PROGRAM = Path(__file__).with_name("torch_inside.py")


def test_torch_works_inside() -> None:
    pytest.importorskip("torch")
    modes.require(modes.DROPPED_BASE if os.geteuid() == 0 else modes.UNPRIVILEGED)
    environment = os.environ | {"PYTHONPATH": str(PROGRAM.parents[2]), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-P", str(PROGRAM)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
