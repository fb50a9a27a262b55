"""What a verification finds: plain data, kept in the cache and shown as a table."""

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


class Report(msgspec.Struct, frozen=True):
    """What was found about all exercises, in the order in which they were named."""

    exercises: list[ExerciseReport]

    @property
    def sound(self) -> bool:
        """Whether every package keeps every promise."""
        return all(each.sound for each in self.exercises)

    @property
    def internal(self) -> bool:
        """Whether a suite or the judge itself failed somewhere."""
        return any(breach.internal for each in self.exercises for breach in each.breaches)
