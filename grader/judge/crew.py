"""The workers behind the ranks of a verdict."""

from grader.catalog import Limits
from grader.judge.workers import Usage, Worker
from grader.judge.zygote import Zygote


class Crew:
    """Workers that reach each other; each serves check after check while it is as good as a fresh one.

    `measures` are those in force around them, and those that are missing.
    """

    def __init__(self, zygote: Zygote, bounds: Limits) -> None:
        self.measures: list[str] = []
        self._zygote = zygote
        self._limits = bounds
        self._idle: list[Worker] = []
        self._busy: list[Worker] = []

    def hire(self, size: int) -> list[Worker]:
        """So many workers for a check; raises `Stopped`."""
        hired, self._idle = self._idle[:size], self._idle[size:]
        self._busy += hired
        fresh: list[Worker] = []
        while len(hired) + len(fresh) < size:
            fresh.append(Worker(self._zygote, self._limits, loopback=True))
            self._busy.append(fresh[-1])
        for worker in fresh:
            self.measures = worker.begin()
        return hired + fresh

    def close(self, *, last: bool = False) -> list[Usage]:
        """What each worker used that was hired for the check; with `last` none is left."""
        usages = [self._release(worker, last) for worker in self._busy]
        self._busy.clear()
        if last:
            for worker in self._idle:
                worker.finish()
            self._idle.clear()
        return usages

    def _release(self, worker: Worker, last: bool) -> Usage:
        usage, is_there = worker.release(last=last)
        if is_there:
            self._idle.append(worker)
        return usage
