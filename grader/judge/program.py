"""A submission in its workers: started, loaded anew for each check, ended."""

import sys
from itertools import count

from grader.catalog import Exercise
from grader.judge.crew import Crew
from grader.judge.proxy import Remote
from grader.judge.ranks import Ranks, free_addresses, own_addresses
from grader.judge.seeds import seed_for
from grader.judge.workers import Usage, Worker
from grader.judge.zygote import Zygote


class Program:
    """A submission, and the workers that it is loaded into anew for each check.

    A worker serves check after check until it stops, or holds more than it did at first.
    """

    def __init__(self, exercise: Exercise, source: bytes, filename: str, nonce: int, zygote: Zygote) -> None:
        self.exercise = exercise
        self.nonce = nonce
        self.cpu_seconds = 0.0
        self.measures: list[str] = []
        self._crew = Crew(zygote, exercise.description.limits)
        self._ranks: list[Ranks] = []
        self._addresses = own_addresses() if sys.platform == "linux" else free_addresses()
        self._source = source
        self._filename = filename
        self._zygote = zygote
        self._worker: Worker | None = None
        self._loaded: Remote | None = None
        self._is_measured = False

    def prepare(self, *, measured: bool = False) -> None:
        """Have a worker started while there is other work to do; raises `Stopped`."""
        self._worker = Worker(self._zygote, self.exercise.description.limits, measured=measured)
        self._is_measured = measured

    def load(self) -> list[str]:
        """Load the submission for the first time; returns the entry points that it lacks.

        Raises as `Remote.load`. The check that opens it first gets it as it is now: a program may not need to
        be loaded twice to be right.
        """
        self._loaded, missing = self._load("load")
        return missing

    def open(self, check_id: str, *, measured: bool = False) -> Remote:
        """The submission, loaded anew for this check; raises as `Remote.load`.

        A check that is `measured` has a worker of its own.
        """
        if measured:
            self.close(last=True)
            self.prepare(measured=True)
        remote, self._loaded = self._loaded, None
        return remote or self._load(check_id)[0]

    def open_ranks(self, size: int, check_id: str) -> Ranks:
        """The submission, loaded anew into so many workers that reach each other; raises as `Remote.load`."""
        remotes = [Remote(worker, self.exercise) for worker in self._crew.hire(size)]
        self.measures = self._crew.measures
        for rank, remote in enumerate(remotes):
            remote.load(self._source, self._filename, seed_for(self.nonce, check_id, f"rank {rank}"))
        self._ranks.append(Ranks(remotes, self._addresses))
        return self._ranks[-1]

    def _load(self, check_id: str) -> tuple[Remote, list[str]]:
        if not self._worker:
            self.prepare()
        assert self._worker
        if not self._worker.has_begun:
            self.measures = self._worker.begin()
        remote = Remote(self._worker, self.exercise, measured=self._is_measured)
        return remote, remote.load(self._source, self._filename, seed_for(self.nonce, check_id, "worker"))

    def close(self, *, last: bool = False) -> Usage:
        """Close the check that was opened, if any; after the last one no worker is left."""
        told = [ranks.stopped for ranks in self._ranks]
        self._ranks.clear()
        together = self._crew.close(last=last)
        usages = [self._close_worker(last), *together]
        usage = Usage(
            usages[0].seconds + max((each.seconds for each in together), default=0.0),
            sum(each.cpu_seconds for each in usages),
            usages[0].output + b"".join(map(_headed, count(), together)),
            next(filter(None, [*told, *(each.stopped for each in usages)]), None),
        )
        self.cpu_seconds += usage.cpu_seconds
        return usage

    def _close_worker(self, last: bool) -> Usage:
        if not self._worker:
            return Usage()
        usage, is_there = self._worker.release(last=last or self._is_measured)
        if not is_there:
            self._worker = self._loaded = None
        return usage


def _headed(rank: int, usage: Usage) -> bytes:
    """What a rank printed, below its number."""
    return b"[rank %d]\n%b" % (rank, usage.output) if usage.output else b""
