"""The solution of an exercise: its explanation and a program that is accepted."""

from pathlib import Path

import msgspec

from grader.catalog import Catalog, CatalogError
from grader.workspace import appearance, append_give_up, read_give_ups, read_journal, workspace_path


class Explanation(msgspec.Struct, frozen=True):
    """The explanation in Markdown, and the name and the text of the first accepted program."""

    text: str
    program_name: str
    program: str


def explanation(exercise_id: str, *, catalog: Catalog | None = None) -> Explanation:
    """The solution, to whoever asks; raises CatalogError."""
    exercise = (catalog or Catalog.default()).get(exercise_id)
    programs = sorted((exercise.solutions / "accepted").glob("*.py"))
    try:
        text = (exercise.solutions / "explanation.md").read_text(encoding="utf-8")
        program = programs[0].read_text(encoding="utf-8")
    except (OSError, IndexError, UnicodeDecodeError) as error:
        raise CatalogError(f"The solution of {exercise_id} cannot be read: {error}") from error
    return Explanation(text.strip(), programs[0].name, program.strip())


def is_open(exercise_id: str, *, workspace: str | Path | None = None) -> bool:
    """Whether the journal tells of a pass or a give-up since the exercise was last started afresh."""
    folder = workspace_path(workspace)
    since = appearance(folder, exercise_id).started_at
    passes = (
        entry.started_at >= since
        for entry in read_journal(folder)
        if entry.accepted and entry.exercise == exercise_id
    )
    give_ups = (entry.at >= since for entry in read_give_ups(folder) if entry.exercise == exercise_id)
    return any(passes) or any(give_ups)


def give_up(exercise_id: str, *, workspace: str | Path | None = None) -> None:
    """Note in the journal that the learner gave up and read the solution; raises OSError."""
    append_give_up(workspace_path(workspace), exercise_id)
