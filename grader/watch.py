"""`grader watch`: judge a program each time it is saved."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from grader.catalog import Catalog, CatalogError, Exercise
from grader.checking import check
from grader.client import Cancelled, SubmissionFileError
from grader.watch_screen import Screen
from grader.workspace import record

# Editors write a file in several steps: wait until it has been quiet for a moment (milliseconds).
_QUIET = 50
_AT_MOST = 400
# Saves are also noticed without an event, for instance on a network drive.
_LOOK_AGAIN = 1000


class Save(NamedTuple):
    """A state of a learner's file; two saves are never equal."""

    modified: int
    inode: int
    size: int
    exercise: Exercise


def watch(exercises: Sequence[Exercise], catalog: Catalog, workspace: Path) -> None:
    """Judge the file of these exercises that was saved last, now and after each save; returns at Ctrl-C."""
    from watchfiles import watch as changes

    watcher = _Watcher(exercises, catalog, workspace)
    try:
        watcher.look()
        for _ in changes(
            workspace,
            watch_filter=None,
            step=_QUIET,
            debounce=_AT_MOST,
            rust_timeout=_LOOK_AGAIN,
            yield_on_timeout=True,
            recursive=False,
        ):
            watcher.look()
    except KeyboardInterrupt:
        pass
    finally:
        watcher.close()


def latest_save(exercises: Sequence[Exercise], workspace: Path) -> Save | None:
    """The file of these exercises that was saved last; None while there is none."""
    saves = []
    for exercise in exercises:
        try:
            status = (workspace / f"{exercise.id}.py").stat()
        except OSError:
            continue
        saves.append(Save(status.st_mtime_ns, status.st_ino, status.st_size, exercise))
    return max(saves, key=lambda save: save.modified, default=None)


class _Watcher:
    """Sees to it that the last save is the one that is judged."""

    def __init__(self, exercises: Sequence[Exercise], catalog: Catalog, workspace: Path) -> None:
        self._exercises = exercises
        self._catalog = catalog
        self._workspace = workspace
        self._screen = Screen(catalog, workspace)
        self._screen.wait(exercises)
        self._seen: Save | None = None
        self._running: _Judgement | None = None

    def look(self) -> None:
        """Judge the last save unless that was begun before; a judgement of an earlier one is cancelled."""
        if self._running and self._running.error:
            raise self._running.error
        saved = latest_save(self._exercises, self._workspace)
        if saved is None or saved == self._seen:
            return
        if self._running:
            self._running.cancel()
        self._seen = saved
        self._running = _Judgement(saved.exercise, self._catalog, self._workspace, self._screen)
        # Only now: Ctrl-C may come at any moment, and `close` must know of it.
        self._running.start()

    def close(self) -> None:
        """Leave no process and no thread."""
        if self._running:
            self._running.cancel()
        self._screen.close()


class _Judgement:
    """One judgement in a thread of its own; `error` is what nobody foresaw."""

    def __init__(self, exercise: Exercise, catalog: Catalog, workspace: Path, screen: Screen) -> None:
        self._exercise = exercise
        self._catalog = catalog
        self._workspace = workspace
        self._screen = screen
        self._cancel = threading.Event()
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def cancel(self) -> None:
        """End it if it still runs; returns when nothing of it is left."""
        self._cancel.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            self._judge()
        except Cancelled:
            pass
        except (CatalogError, SubmissionFileError) as error:
            self._screen.tell(str(error))
        except Exception as error:
            # Raised again in the main thread, where errors are told.
            self.error = error

    def _judge(self) -> None:
        self._screen.begin(self._exercise)
        verdict = check(
            self._exercise.id,
            workspace=self._workspace,
            catalog=self._catalog,
            on_check=self._screen.add,
            cancel=self._cancel,
        )
        # Ctrl-C also ends a judge that is only just starting; then we are about to be cancelled.
        if self._cancel.wait(1 if verdict.verdict == "internal error" else 0):
            return
        try:
            record(self._workspace, verdict)
        except OSError as error:
            problem = f"\nThe verdict could not be added to the journal in {self._workspace}: {error}"
        else:
            problem = ""
        self._screen.show(self._exercise, verdict, problem)
