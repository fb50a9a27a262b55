"""Time from process start to the first paint, side by side in one run.

    python -m benchmarks.startup [--runs 15]

Each program runs in a pseudo-terminal of 80 by 24 and is timed until a given text is on the screen: a minimal
Textual app with one Static, ours to the first paint of Today, ours to the first painted card, with the key
that starts a review pressed as soon as Today is there. The runs of the programs alternate, so a slow moment
of the machine hits all. The light commands are timed whole, against `python -c pass`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.terminal import Terminal

BIN = Path(sys.executable).parent
MINIMAL = """
from textual.app import App, ComposeResult
from textual.widgets import Static
class Minimal(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("minimal app is painted")
Minimal().run()
"""


def painted(command: list[str], environment: dict[str, str], *texts: str) -> float:
    """Seconds from the start of `command` until its terminal shows the last text.

    Space is pressed as soon as each text before it is there.
    """
    started = time.perf_counter()
    terminal = Terminal(command, environment)
    try:
        for text in texts[:-1]:
            terminal.wait_for(text)
            terminal.press(" ")
        terminal.wait_for(texts[-1])
        return time.perf_counter() - started
    finally:
        terminal.kill()


def whole(command: list[str], environment: dict[str, str]) -> float:
    """Seconds that `command` takes."""
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def report(title: str, base: str, times: dict[str, list[float]]) -> None:
    """Prints medians in milliseconds and their ratio to `base`."""
    sys.stdout.write(f"\n{title}\n")
    unit = statistics.median(times[base])
    for name, values in times.items():
        median = statistics.median(values)
        spread = f"{min(values) * 1000:.0f}-{max(values) * 1000:.0f}"
        sys.stdout.write(f"  {name:34} {median * 1000:7.1f} ms   {median / unit:5.2f} x   ({spread})\n")


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "STUDYAPP_DECK": f"{folder}/deck.sqlite3",
            "STUDYAPP_WORKSPACE": f"{folder}/workspace",
            "STUDYAPP_CONFIG": f"{folder}/config.toml",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
        }
        subprocess.run(
            [BIN / "studyapp", "sync-notes"], env=environment, check=True, stdout=subprocess.DEVNULL
        )
        app = [str(BIN / "studyapp")]
        minimal = [sys.executable, "-c", MINIMAL]
        screens: dict[str, Callable[[], float]] = {
            "minimal Textual app": lambda: painted(minimal, environment, "minimal app is painted"),
            "studyapp, Today": lambda: painted(app, environment, "Exercise of the day"),
            "studyapp, first card": lambda: painted(
                app, environment, "Exercise of the day", "shows the answer"
            ),
        }
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "studyapp due": [*app, "due"],
            "grader list": [str(BIN / "grader"), "list"],
        }
        times: dict[str, list[float]] = {name: [] for name in (*screens, *commands)}
        for run in range(runs + 1):  # the first one warms the file cache and is left out
            for name, screen in screens.items():
                times[name] += [screen()][: run and 1]
            for name, command in commands.items():
                times[name] += [whole(command, environment)][: run and 1]
    report("To the first paint", "minimal Textual app", {name: times[name] for name in screens})
    report("Light commands", "python -c pass", {name: times[name] for name in commands})


if __name__ == "__main__":
    main()
