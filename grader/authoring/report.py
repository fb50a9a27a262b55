"""What a verification finds: plain data, kept in the cache and shown as a table."""

from typing import Generic, NamedTuple, TypeVar

import msgspec


class Breach(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One promise that a package breaks, in plain words.

    `where` is the file, relative to the package ("accepted/doubling.py"); `check` the id of the check
    concerned; `nonce` replays the verdict of the program at `path`; `internal` when the suite or the judge
    failed rather than the program.
    """

    where: str
    message: str
    check: str = ""
    nonce: int | None = None
    path: str = ""
    internal: bool = False


class Change(NamedTuple):
    """A mutant: its program ("accepted/doubling.py"), the line in it, the statement before and after.

    `occurrence` counts, from 1, the mutants of the program that read the same.
    """

    where: str
    line: int
    original: str
    mutated: str
    occurrence: int


class ExerciseReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was found about one exercise.

    `accepted` and `rejected` count the programs, with those that keep their promise first; the nonces were
    1, ..., `nonces`; `slowest_cpu` is the CPU time in seconds of the slowest check of an accepted program,
    `cpu_limit` what a check may use, both 0 when unknown; `seconds` is the time that the proof took.
    """

    exercise: str
    nonces: int
    checks: int = 0
    accepted: tuple[int, int] = (0, 0)
    rejected: tuple[int, int] = (0, 0)
    slowest_cpu: float = 0.0
    cpu_limit: float = 0.0
    seconds: float = 0.0
    breaches: list[Breach] = []
    cached: bool = False

    @property
    def sound(self) -> bool:
        """Whether the package keeps every promise."""
        return not self.breaches


class MutantReport(msgspec.Struct, frozen=True):
    """What was found about the mutants of one exercise's accepted programs.

    Of `mutants`, `killed` were not accepted and `equivalent` were, as mutants.toml says that they must be;
    `survivors` were accepted, and `not_tried` were not begun within `budget` seconds. The rest met a breach.
    `judged` counts the verdicts that were not known before, `seconds` is what they took.
    """

    exercise: str
    mutants: int = 0
    killed: int = 0
    equivalent: int = 0
    survivors: list[Change] = []
    not_tried: list[Change] = []
    judged: int = 0
    seconds: float = 0.0
    budget: float = 0.0
    breaches: list[Breach] = []

    @property
    def sound(self) -> bool:
        """Whether every mutant was tried, and is killed or reviewed."""
        return not (self.survivors or self.not_tried or self.breaches)


_EachReport = TypeVar("_EachReport", ExerciseReport, MutantReport)


class Report(msgspec.Struct, Generic[_EachReport], frozen=True):
    """What was found about all exercises, in the order in which they were named."""

    exercises: list[_EachReport]

    @property
    def sound(self) -> bool:
        """Whether every package keeps every promise."""
        return all(each.sound for each in self.exercises)

    @property
    def internal(self) -> bool:
        """Whether a suite or the judge itself failed somewhere."""
        return any(breach.internal for each in self.exercises for breach in each.breaches)
