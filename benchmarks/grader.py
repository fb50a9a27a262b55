"""What a verdict costs: `grader check` warm and cold against bare pytest, side by side in one run.

    python -m benchmarks.grader [--runs 20]

All three run the suite of gumbel_softmax against an accepted program; bare pytest does so in one process
without a sandbox. The runs alternate, so a slow moment of the machine hits all. Besides: the time from saving
a file to its verdict in `grader watch`, what a call adds for tensors of 1 MB and 64 MB, and the memory of the
idle daemon.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from grader import Catalog, check
from tests.terminal import Terminal

BIN = Path(sys.executable).parent
EXERCISE = "gumbel_softmax"
GOALS = {"grader check": (0.15, 0.3), "grader check --cold": (1.3, None), "bare pytest": (None, None)}

_TOML = """
format_version = 1
id = "echo"
title = "Echo"
title_zh = "Echo"
topics = []
difficulty = 1
minutes = 1
entry_points = ["echo"]
[needs]
torch = true
"""
_SUITE = '''
import statistics
import time

import pytest
import torch


@pytest.mark.parametrize("megabytes", [0, 1, 64])
def test_echo(submission, megabytes):
    """Echo"""
    tensor = torch.zeros(max(1, megabytes << 18))
    times = []
    for _ in range(9):
        began = time.perf_counter()
        submission.echo(tensor)
        times.append(time.perf_counter() - began)
    assert False, str(statistics.median(times[2:]))
'''


def run(command: list[str], environment: dict[str, str]) -> float:
    """Seconds that `command` takes; it must succeed."""
    began = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return seconds


def percentile_95(values: list[float]) -> float:
    """The value that 95 of 100 runs stay below."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def compare(runs: int, environment: dict[str, str]) -> None:
    """Prints median and p95 of the three, and their ratios to the median of bare pytest."""
    catalog = Catalog.default()
    exercise = catalog.get(EXERCISE)
    program = str(min((exercise.solutions / "accepted").glob("*.py")))
    suites = [str(exercise.folder / "public"), str(exercise.solutions / "hidden")]
    bare = [sys.executable, "-m", "pytest", "-q", "-p", "benchmarks.bare", "--submission", program, *suites]
    commands = {
        "grader check": [str(BIN / "grader"), "check", EXERCISE, program],
        "grader check --cold": [str(BIN / "grader"), "check", "--cold", EXERCISE, program],
        "bare pytest": bare,
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(runs + 1):  # the first one warms the file cache and the daemon, and is left out
        for name, command in commands.items():
            times[name] += [run(command, environment)][: number and 1]
    unit = statistics.median(times["bare pytest"])
    print(f"{'':22}{'median':>9}{'p95':>9}{'ratio':>8}{'p95':>7}   goal")  # noqa: T201
    for name, values in times.items():
        median, high = statistics.median(values), percentile_95(values)
        goals = " ".join(f"{goal:g}" for goal in GOALS[name] if goal)
        row = f"{name:22}{median * 1000:6.0f} ms{high * 1000:6.0f} ms{median / unit:8.2f}{high / unit:7.2f}"
        print(f"{row}   {goals}")  # noqa: T201


def measure_watch(runs: int, workspace: str) -> None:
    """Prints the time from a save, by an editor that renames, to the painted verdict of `grader watch`."""
    program = min((Catalog.default().get(EXERCISE).solutions / "accepted").glob("*.py")).read_text()
    file, times = Path(workspace, f"{EXERCISE}.py"), []
    file.write_text(program)
    terminal = Terminal([str(BIN / "grader"), "watch", EXERCISE], os.environ)
    terminal.wait_for("Course:")  # the last line, below the verdict
    for number in range(runs):
        new = file.with_suffix(".new")
        new.write_text(f"{program}\n# save {number}\n")
        began = time.perf_counter()
        new.replace(file)
        terminal.wait_for("Course:")
        times.append(time.perf_counter() - began)
    terminal.kill()
    median, high = statistics.median(times), percentile_95(times)
    print(f"from a save to the verdict{median * 1000:6.0f} ms, p95 {high * 1000:.0f} ms")  # noqa: T201


def measure_calls() -> None:
    """Prints the time of a call that returns its argument, by the size of a float32 tensor."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = {
            "exercises/echo/exercise.toml": _TOML,
            "exercises/echo/README.md": "# Echo\n",
            "exercises/echo/starter.py": "",
            "exercises/echo/public/test_none.py": "",
            "solutions/echo/hidden/test_echo.py": _SUITE,
            "echo.py": "def echo(tensor):\n    return tensor\n",
        }
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        catalog = Catalog(folder / "exercises", folder / "solutions")
        verdict = check("echo", folder / "echo.py", catalog=catalog)
    for result in verdict.checks:
        seconds = float(result.message.split()[0])
        print(f"a call with {result.title.split()[-1]:>4} MB there and back {seconds * 1000:8.1f} ms")  # noqa: T201


def measure_memory(folder: str) -> None:
    """Prints the proportional set size of the processes of the daemon in `folder`, for both kinds."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if folder.encode() in (process / "cmdline").read_bytes():
                lines = (process / "smaps_rollup").read_text().splitlines()
                total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except OSError:
            continue
    print(f"the idle daemon with its warm processes {total / 1024:8.0f} MiB (PSS)")  # noqa: T201


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory(prefix="g") as runtime, tempfile.TemporaryDirectory() as workspace:
        # The command records each verdict: in a journal of its own.
        own = {"GRADER_RUNTIME": runtime, "STUDYAPP_WORKSPACE": workspace}
        os.environ |= own
        one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        compare(runs, os.environ | one_thread)
        measure_watch(runs, workspace)
        measure_calls()
        measure_memory(runtime)


if __name__ == "__main__":
    main()
