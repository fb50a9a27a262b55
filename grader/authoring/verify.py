"""`verify`: prove that exercises keep their promises, by judging all their programs under many nonces.

The starter must fail, each accepted program must pass, and each rejected one must get its verdict through
the checks that expect.toml names. The nonces are 1, ..., n: a run can be repeated, and a proof under more
nonces contains the one under fewer.
"""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import count

from grader.authoring.cache import Cache, cache_folder
from grader.authoring.package import read_package
from grader.authoring.pool import Progress, run_all
from grader.authoring.proof import Finding, Proof
from grader.authoring.report import ExerciseReport, Report
from grader.catalog import Catalog


def verify(
    exercise_ids: Iterable[str],
    *,
    nonces: int,
    jobs: int,
    catalog: Catalog | None = None,
    cache: bool = True,
    on_progress: Callable[[Progress], None] | None = None,
) -> Report[ExerciseReport]:
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
    """Judge every case of these proofs."""
    cases = [(proof, program, nonce) for proof in proofs for program, nonce in proof.cases]

    def take(index: int, finding: Finding | None) -> None:
        proof, program, _ = cases[index]
        proof.add(finding)
        if on_progress:
            on_progress(Progress(next(done), len(cases), proof.package.id, program.name))

    done = count(1)
    run_all([partial(proof.judge, program, nonce) for proof, program, nonce in cases], jobs, take)
