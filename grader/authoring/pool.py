"""Several verdicts at once."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import NamedTuple, TypeVar

Result = TypeVar("Result")


class Progress(NamedTuple):
    """So many of all verdicts are known; the last one was on this program."""

    done: int
    total: int
    exercise: str
    program: str


def run_all(
    calls: Sequence[Callable[[threading.Event], Result]], jobs: int, take: Callable[[int, Result], None]
) -> None:
    """Make these calls, `jobs` at once and begun in order; `take` hears in this thread what each returned.

    When interrupted, the event given to the calls is set; a call that sees it ends what it started.
    """
    cancel = threading.Event()
    with ThreadPoolExecutor(jobs) as pool:
        try:
            futures = {pool.submit(call, cancel): index for index, call in enumerate(calls)}
            for future in as_completed(futures):
                take(futures[future], future.result())
        except BaseException:
            cancel.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
