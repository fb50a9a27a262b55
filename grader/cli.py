"""The command `grader`. `grader list` and `grader show ID` answer before click would be imported."""

import io
import os
import sys
from collections.abc import Callable

from grader import listing
from grader.resources import data_folder


def main() -> None:
    """Run and exit with 0 accepted, 1 not accepted, 2 usage, 3 internal error, 130 interrupted."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal without Unicode shows question marks instead of a traceback.
        sys.stdout.reconfigure(errors="replace")
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`grader list | head`) has what it wants; keep the interpreter from flushing again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run a command with these arguments; returns the exit code."""
    if arguments == ["list"]:
        return write(lambda: listing.list_text(data_folder("exercises")))
    if len(arguments) == 2 and arguments[0] == "show" and not arguments[1].startswith("-"):
        return write(lambda: listing.prompt(data_folder("exercises"), arguments[1]))
    from grader.commands import run_command

    return run_command(arguments)


def write(text: Callable[[], str]) -> int:
    """Print a text, or why there is none; returns the exit code."""
    try:
        told = text()
    except LookupError as error:
        print(error.args[0], file=sys.stderr)  # noqa: T201
        return 2
    except (OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 3
    print(told)  # noqa: T201
    return 0


if __name__ == "__main__":
    main()
