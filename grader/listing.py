"""`grader list` and `grader show`, light enough to paint before a heavier import would have finished.

They read exercise.toml with the standard library alone (msgspec would double their time) and leave its
validation to `grader.catalog`.
"""

import heapq
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

Language = Literal["en", "zh"]
PROMPTS: dict[Language, str] = {"en": "README.md", "zh": "README.zh.md"}


def exercise_ids(folder: Path) -> list[str]:
    """The ids of the exercises below `folder`, sorted; none when there is no such folder."""
    return sorted(file.parent.name for file in folder.glob("*/exercise.toml"))


def list_text(folder: Path) -> str:
    """One line for each exercise, in the order of study."""
    rows: dict[str, dict[str, Any]] = {name: _summary(folder / name) for name in exercise_ids(folder)}
    if not rows:
        return f"There are no exercises in {folder}."
    order = study_order(
        {name: (row.get("difficulty", 0), row.get("requires_exercises", [])) for name, row in rows.items()}
    )
    width = max(map(len, rows))
    return "\n".join(_line(name, rows[name], width) for name in order)


def prompt(folder: Path, name: str, language: Language = "en") -> str:
    """The task of an exercise; raises LookupError with what to say, OSError."""
    known = exercise_ids(folder)
    if name not in known:
        raise LookupError(unknown_id(name, known))
    file = folder / name / PROMPTS[language]
    if not file.is_file():
        raise LookupError(f"The task of {name} has not been translated; `grader show {name}` is in English.")
    return file.read_text(encoding="utf-8").rstrip()


def study_order(exercises: Mapping[str, tuple[int, Iterable[str]]]) -> list[str]:
    """Ids such that each comes after what it requires, the easier first; members of a cycle come last.

    `exercises` gives for each id its difficulty and the ids that it requires; unknown ids are ignored.
    """
    waiting = {
        name: {each for each in requires if each in exercises} for name, (_, requires) in exercises.items()
    }
    ready = [(exercises[name][0], name) for name, requires in waiting.items() if not requires]
    heapq.heapify(ready)
    order: list[str] = []
    while ready:
        _, name = heapq.heappop(ready)
        order.append(name)
        for other, requires in waiting.items():
            if name in requires:
                requires.discard(name)
                if not requires:
                    heapq.heappush(ready, (exercises[other][0], other))
    return order + sorted(set(exercises) - set(order))


def unknown_id(name: str, known: list[str]) -> str:
    """What to say about an id that does not exist."""
    import difflib

    close = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    hint = f"Did you mean {' or '.join(close)}?" if close else "`grader list` names them all."
    return f"There is no exercise {name!r}. {hint}"


def _summary(folder: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((folder / "exercise.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return {"title": f"(exercise.toml cannot be read: {error})"}


def _line(name: str, row: dict[str, Any], width: int) -> str:
    difficulty, minutes = row.get("difficulty", 0), row.get("minutes")
    effort = f"{minutes:>3} min" if isinstance(minutes, int) else " " * 7
    stars = "●" * difficulty + "○" * (5 - difficulty) if isinstance(difficulty, int) else " " * 5
    return f"{name:<{width}}  {stars}  {effort}  {row.get('title', '')}"
