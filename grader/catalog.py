"""The exercises: their folders and the strict reading of exercise.toml."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from grader.listing import PROMPTS, Language, exercise_ids, study_order, unknown_id
from grader.resources import data_folder
from grader.wire import Ban

_Positive = Annotated[float, msgspec.Meta(gt=0)]
_Count = Annotated[int, msgspec.Meta(gt=0)]


class CatalogError(Exception):
    """An exercise that does not exist or whose exercise.toml cannot be used."""


class UnknownExercise(CatalogError):
    """There is no exercise of that id."""


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The limits of each check: CPU and wall time in seconds, memory in MiB, printed text in KiB."""

    cpu_seconds: _Positive = 10
    wall_seconds: _Positive = 20
    memory_mib: _Count = 1024
    output_kib: _Count = 64


class Needs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an exercise needs besides Python and numpy."""

    torch: bool = False
    triton: bool = False
    world_size: list[_Count] = []
    gpu: Literal["optional"] | None = None


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of exercise.toml."""

    format_version: Literal[1]
    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
    title: str
    title_zh: str
    topics: list[str]
    difficulty: Annotated[int, msgspec.Meta(ge=1, le=5)]
    minutes: _Count
    entry_points: Annotated[list[str], msgspec.Meta(min_length=1)]
    requires_exercises: list[str] = []
    credits: list[str] = []
    limits: Limits = Limits()
    needs: Needs = Needs()
    forbidden: list[Ban] = []


class Exercise(msgspec.Struct, frozen=True):
    """An exercise and where it lies: `folder` is public, `solutions` is secret."""

    description: Description
    folder: Path
    solutions: Path

    @property
    def id(self) -> str:
        """The name of the exercise, and of its folders."""
        return self.description.id

    @property
    def title(self) -> str:
        """The English title."""
        return self.description.title

    def prompt(self, language: Language = "en") -> str:
        """The task, in Markdown; in English where it is not translated."""
        translated = PROMPTS[language]
        return self._text(translated if (self.folder / translated).is_file() else PROMPTS["en"])

    def starter(self) -> str:
        """The file that a learner begins with."""
        return self._text("starter.py")

    def driver(self) -> bytes | None:
        """The public driver that runs beside the submission, if the exercise has one."""
        file = self.folder / "driver.py"
        return file.read_bytes() if file.is_file() else None

    def _text(self, name: str) -> str:
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CatalogError(f"The exercise {self.id} has no readable {name}: {error}") from error


class Catalog:
    """All exercises below a pair of folders; each is read when it is asked for."""

    def __init__(self, exercises: Path, solutions: Path) -> None:
        self.exercises = exercises
        self.solutions = solutions

    @classmethod
    def default(cls) -> "Catalog":
        """The exercises that came with this installation; raises CatalogError when they are missing."""
        try:
            return cls(data_folder("exercises"), data_folder("solutions"))
        except FileNotFoundError as error:
            raise CatalogError(str(error)) from error

    def ids(self) -> list[str]:
        """The ids, sorted."""
        return exercise_ids(self.exercises)

    def get(self, exercise_id: str) -> Exercise:
        """The exercise; raises UnknownExercise (with close matches), CatalogError for an invalid file."""
        if exercise_id not in self.ids():
            raise UnknownExercise(unknown_id(exercise_id, self.ids()))
        file = self.exercises / exercise_id / "exercise.toml"
        try:
            description = msgspec.toml.decode(file.read_bytes(), type=Description)
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            raise CatalogError(f"{file} cannot be used: {error}") from error
        if description.id != exercise_id:
            raise CatalogError(f"{file} says id = {description.id!r}; it must be the name of its folder.")
        return Exercise(description, file.parent, self.solutions / exercise_id)

    def order(self) -> list[Exercise]:
        """All exercises, each after those it requires, the easier first; raises CatalogError."""
        exercises = {name: self.get(name) for name in self.ids()}
        described = {
            name: (each.description.difficulty, each.description.requires_exercises)
            for name, each in exercises.items()
        }
        return [exercises[name] for name in study_order(described)]
