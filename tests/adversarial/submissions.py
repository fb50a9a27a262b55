"""The hostile submissions: one file each, which says in its first lines what it tries and how that must end.

    # exercise: total                       one of ours below exercises/, or one that ships
    # attack: what it tries
    # expect: wrong answer or time limit    the verdicts that are right
    # why: why there are several
    # needs: walls                          nothing but the sandbox's walls stops it
    # checks: 4                             how many checks must fail so (one, unless there is one trick each)

A submission is wrong unless its attack succeeds, so that success would show as "accepted" or as a word of the
vault. Those that could hurt others try the door and close it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader import Catalog

HERE = Path(__file__).parent
OURS = Catalog(HERE / "exercises", HERE / "solutions")
CLASSES = {
    "bombs": "memory, disk, output and threads without end",
    "cache": "answers remembered from other calls and other checks",
    "channel": "frames on the judge's socket that nobody asked for",
    "endless": "programs that never end, and hide it",
    "exceptions": "exceptions whose text or class is the weapon",
    "exit": "every way to leave early",
    "files": "files dropped where somebody trusts them",
    "internals": "the grader's own modules, called or changed in the worker",
    "interpreter": "the interpreter's memory overwritten",
    "introspection": "searches for the suite, the nonce and the expected values",
    "ipc": "memory, queues and keys that outlive a process",
    "limits": "limits lifted or imposed on others",
    "lying": "values that say they are what they are not",
    "machinery": "hooks, destructors and pickles",
    "network": "connections to and from other programs",
    "patch": "comparisons replaced in the worker",
    "processes": "processes started, left behind and killed",
    "skip": "exceptions that look like the judge's own",
    "tensors": "tensors that are not what they seem",
}
_PLACES = ("control", "exercises", "solutions")


@dataclass(frozen=True)
class Hostile:
    """A hostile submission and what its header says."""

    path: Path
    exercise: str
    attack: str
    expect: frozenset[str]
    needs_walls: bool
    checks: int

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def catalog(self) -> Catalog:
        return OURS if self.exercise in OURS.ids() else Catalog.default()


def all_submissions() -> list[Hostile]:
    """Every hostile submission, by class and name; raises KeyError for one without a header."""
    files = sorted(HERE.glob("*/*.py"))
    return [_read(file) for file in files if file.parent.name not in _PLACES]


def _read(path: Path) -> Hostile:
    fields = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("# "):
            break
        key, _, value = line.removeprefix("# ").partition(": ")
        fields[key] = value
    expect = frozenset(fields["expect"].split(" or "))
    if len(expect) > 1:
        fields["why"]
    walls, checks = fields.get("needs") == "walls", int(fields.get("checks", "1"))
    return Hostile(path, fields["exercise"], fields["attack"], expect, walls, checks)
