"""Tiny exercise packages, written for one test each."""

from pathlib import Path
from textwrap import dedent

from grader import Catalog

TOTAL = """
    def total(numbers):
        return sum(numbers)
"""

_TOML = """
format_version = 1
id = "{name}"
title = "Sum"
title_zh = "求和"
topics = []
difficulty = {difficulty}
minutes = 5
requires_exercises = {requires}
entry_points = {entry_points}
{extra}
[limits]
cpu_seconds = 1
wall_seconds = {wall_seconds}
memory_mib = 64
output_kib = 4
[needs]
torch = {torch}
world_size = {world_size}
triton = {triton}
"""

PUBLIC = '''
    from grader.suite import assert_equal

    def test_small(submission):
        """The sum of three numbers"""
        assert_equal(submission.total([1, 2, 3]), 6)
'''

HIDDEN = '''
    import pytest
    from grader.suite import assert_equal

    def test_empty(submission):
        """The empty sum"""
        assert_equal(submission.total([]), 0)

    @pytest.mark.parametrize("count", [3, 30], ids=lambda count: f"n={count}")
    def test_random(submission, rng, count):
        """Random numbers"""
        numbers = [rng.randrange(-9, 10) for _ in range(count)]
        assert_equal(submission.total(numbers), sum(numbers))
'''


class Workshop:
    """A folder of exercise packages; `submit` writes a program there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.catalog = Catalog(folder / "exercises", folder / "solutions")

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return path

    def exercise(
        self,
        name: str = "total",
        *,
        hidden: str = HIDDEN,
        public: str = PUBLIC,
        entry_points: tuple[str, ...] = ("total",),
        requires: tuple[str, ...] = (),
        difficulty: int = 1,
        torch: bool = False,
        world_size: tuple[int, ...] = (),
        triton: bool = False,
        extra: str = "",
        expect: str = "",
        driver: str = "",
        wall_seconds: float = 3,
    ) -> None:
        toml = _TOML.format(
            name=name,
            difficulty=difficulty,
            requires=list(requires),
            entry_points=list(entry_points),
            extra=extra,
            torch=str(torch or triton).lower(),
            world_size=list(world_size),
            triton=str(triton).lower(),
            wall_seconds=wall_seconds,
        )
        self.write(f"exercises/{name}/exercise.toml", toml)
        self.write(f"exercises/{name}/README.md", f"# {name}\n\nAdd the numbers.\n")
        self.write(f"exercises/{name}/starter.py", "def total(numbers):\n    raise NotImplementedError\n")
        self.write(f"exercises/{name}/public/test_examples.py", public)
        self.write(f"solutions/{name}/hidden/test_values.py", hidden)
        if expect:
            self.write(f"solutions/{name}/expect.toml", expect)
        if driver:
            self.write(f"exercises/{name}/driver.py", driver)

    def package(self, name: str, programs: dict[str, str], expect: str, **more: str) -> None:
        """A package with nothing missing but what `programs` and `expect` get wrong."""
        self.exercise(name, expect=expect, **more)
        self.write(f"exercises/{name}/hints/01.md", "Add.\n")
        self.write(f"solutions/{name}/explanation.md", "Addition.\n")
        for program, text in programs.items():
            self.write(f"solutions/{name}/{program}", text)

    def submit(self, text: str) -> Path:
        return self.write("program.py", text)
