"""The mutants of an exercise that were reviewed and keep its contract (mutants.toml)."""

from collections import Counter
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Annotated

import msgspec

from grader.authoring.mutation import Mutant
from grader.authoring.report import Breach

FILE = "mutants.toml"
Key = tuple[str, str, str, int]
_Text = Annotated[str, msgspec.Meta(pattern=r"\S")]


class Equivalent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mutant that keeps the contract as its program does, and the reason.

    `program` is a file of accepted/; `line` and `mutant` are the statement before and after, as reports show
    them; `occurrence` counts, from 1, the mutants of the program that read the same.
    """

    program: _Text
    line: _Text
    mutant: _Text
    reason: _Text
    occurrence: Annotated[int, msgspec.Meta(ge=1)] = 1

    @property
    def key(self) -> Key:
        """What the mutant is recognised by."""
        return self.program, self.line, self.mutant, self.occurrence

    def breach(self, message: str) -> Breach:
        """What is wrong with this entry."""
        number = f" (occurrence {self.occurrence})" if self.occurrence > 1 else ""
        return Breach(FILE, f"{self.program}: {self.line} → {self.mutant}{number}: {message}")


class Equivalents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of mutants.toml."""

    equivalent: list[Equivalent] = []


def mutant_key(program: Path, mutant: Mutant) -> Key:
    """What the mutant of an accepted program is recognised by: edits elsewhere in the program keep it."""
    return program.name, mutant.original, mutant.mutated, mutant.occurrence


def read_equivalents(solutions: Path) -> list[Equivalent]:
    """The entries of an exercise, none without a file; raises OSError, ValueError."""
    file = solutions / FILE
    if not file.is_file():
        return []
    return msgspec.toml.decode(file.read_bytes(), type=Equivalents).equivalent


def listing_breaches(listed: list[Equivalent], existing: Container[Key]) -> Iterator[Breach]:
    """Entries that name no mutant, or one that an earlier entry names."""
    times: Counter[Key] = Counter()
    for each in listed:
        times[each.key] += 1
        if each.key not in existing:
            yield each.breach("There is no such mutant (any more): correct the entry or remove it.")
        if times[each.key] == 2:
            yield each.breach("It is listed more than once.")
