"""Several processes that run the submission side by side: the ranks of a distributed program."""

import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from itertools import count
from typing import TypeVar

from grader.judge.proxy import Caller, MadeCall, Submission
from grader.judge.stopped import Stopped
from grader.suite.errors import SubmissionError

R = TypeVar("R")
_FIRST_PORT = 29_500


class Ranks:
    """What the `ranks` fixture gives: `size` processes with the submission, which reach each other.

    After a failure `given` and `made` describe the last call of the rank that failed; `stopped` tells why, if
    the program itself did not raise.
    """

    def __init__(self, remotes: Sequence[Caller], addresses: Iterator[str]) -> None:
        self.size = len(remotes)
        self.given = ""
        self.made: MadeCall | None = None
        self.stopped: Stopped | None = None
        self._remotes = remotes
        self._addresses = addresses

    def address(self) -> str:
        """An address at which nobody has met before: the `init_method` of a process group."""
        return next(self._addresses)

    def run(self, function: Callable[[int, Submission], R]) -> list[R]:
        """What `function(rank, submission)` returns for each rank, called for all of them at the same time.

        When it raises for one of them, the others are ended and can't be called again.
        """
        with ThreadPoolExecutor(self.size) as pool:
            futures = [
                pool.submit(function, rank, Submission(remote)) for rank, remote in enumerate(self._remotes)
            ]
            wait(futures, return_when=FIRST_EXCEPTION)
            errors = {rank: each.exception() for rank, each in enumerate(futures) if each.done()}
            failed = [rank for rank, error in errors.items() if error]
            if failed:
                for remote in self._remotes:
                    remote.interrupt()
        if not failed:
            return [future.result() for future in futures]
        raise self._told(failed[0], errors)

    def _told(self, rank: int, errors: dict[int, BaseException | None]) -> BaseException:
        """The error of a rank in words that name it; `errors` are those of all ranks that came to an end."""
        error = errors[rank]
        assert error
        self.given, self.made = self._remotes[rank].given, self._remotes[rank].made
        if isinstance(error, SubmissionError):
            trace = f"In rank {rank} of {self.size}:\n{error.traceback_text}"
            return SubmissionError(error.classes, error.message, trace, error.out_of_memory)
        if isinstance(error, Stopped):
            returned = [str(each) for each, other in errors.items() if other is None]
            waits = error.outcome == "time limit" and bool(returned)
            hint = f"; rank {', '.join(returned)} had returned. Does one rank wait for the others?" * waits
            self.stopped = Stopped(error.outcome, f"rank {rank}: {error.message}{hint}")
            return self.stopped
        return error


def own_addresses() -> Iterator[str]:
    """Addresses in a network where nobody else takes any: below the ports that systems give out."""
    return (f"tcp://127.0.0.1:{port}" for port in count(_FIRST_PORT))


def free_addresses() -> Iterator[str]:
    """Addresses that are free on this machine."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        yield f"tcp://127.0.0.1:{port}"
