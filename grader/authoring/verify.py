"""`verify`: prove that exercises keep their promises, by judging all their programs under many nonces.

The starter must fail, each accepted program must pass, and each rejected one must get its verdict through
the checks that expect.toml names. The nonces are 1, ..., n: a run can be repeated, and a proof under more
nonces contains the one under fewer.
"""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import NamedTuple

from grader.authoring.cache import Cache, cache_folder
from grader.authoring.package import read_package
from grader.authoring.proof import Proof
from grader.authoring.report import Report
from grader.catalog import Catalog


class Progress(NamedTuple):
    """So many of all verdicts are known; the last one was on this program."""

    done: int
    total: int
    exercise: str
    program: str


def verify(
    exercise_ids: Iterable[str],
    *,
    nonces: int,
    jobs: int,
    catalog: Catalog | None = None,
    cache: bool = True,
    on_progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Prove these exercises sound under the nonces 1, ..., `nonces`, with `jobs` verdicts at once.

    With `cache`, a package that was proved as it is now isn't judged again. `on_progress` hears of each
    verdict, in this thread. Raises UnknownExercise, OSError, ValueError for counts below 1.
    """
    if nonces < 1 or jobs < 1:
        raise ValueError("the number of nonces and the number of jobs must be at least 1")
    catalog = catalog or Catalog.default()
    packages = [read_package(catalog, name) for name in dict.fromkeys(exercise_ids)]
    store = Cache(cache_folder()) if cache else None
    proofs = [Proof(package, nonces, catalog, store) for package in packages]
    _judge_all(proofs, jobs, on_progress)
    return Report([proof.report for proof in proofs if proof.report])


def _judge_all(proofs: list[Proof], jobs: int, on_progress: Callable[[Progress], None] | None) -> None:
    """Judge every case of these proofs; when interrupted, end all judges first."""
    cancel = threading.Event()
    with ThreadPoolExecutor(jobs) as pool:
        try:
            cases = {
                pool.submit(proof.judge, program, nonce, cancel): (proof, program)
                for proof in proofs
                for program, nonce in proof.cases
            }
            for done, future in enumerate(as_completed(cases), 1):
                proof, program = cases[future]
                proof.add(future.result())
                if on_progress:
                    on_progress(Progress(done, len(cases), proof.package.id, program.name))
        except BaseException:
            cancel.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
