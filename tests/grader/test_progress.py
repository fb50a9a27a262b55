"""How far through the course the journal says a learner is."""

from __future__ import annotations

from pathlib import Path

from grader import CourseProgress, Verdict, course_progress, record
from grader.verdict import Decision
from tests.grader.packages import Workshop


def test_the_next_exercise_is_the_first_not_yet_passed(workshop: Workshop, tmp_path: Path):
    for difficulty, name in enumerate(("one", "two", "three"), start=1):
        workshop.exercise(name, difficulty=difficulty)

    def add(exercise: str, decision: Decision) -> CourseProgress:
        record(tmp_path / "mine", Verdict("0" * 32, exercise, decision, [], 1, "0" * 64, 0))
        return course_progress(workspace=tmp_path / "mine", catalog=workshop.catalog)

    assert course_progress(workspace=tmp_path, catalog=workshop.catalog) == CourseProgress(0, 3, "one")
    assert add("two", "accepted") == CourseProgress(1, 3, "one")
    assert add("one", "wrong answer") == CourseProgress(1, 3, "one")
    assert add("one", "accepted") == CourseProgress(2, 3, "three")
    assert add("gone", "accepted") == CourseProgress(2, 3, "three")
    assert add("three", "accepted") == CourseProgress(3, 3, None)
