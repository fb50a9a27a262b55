"""Exercises are found, read strictly, and put in an order of study."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import grader
from grader import Catalog, CatalogError, data_folder
from grader.listing import study_order
from tests.grader.packages import Workshop


def test_an_exercise_is_read_with_its_files(workshop: Workshop):
    workshop.exercise(driver="x = 1\n")
    exercise = workshop.catalog.get("total")
    assert (exercise.id, exercise.title) == ("total", "Sum")
    assert exercise.description.limits.memory_mib == 64
    assert exercise.prompt().startswith("# total")
    assert "NotImplementedError" in exercise.starter()
    assert exercise.driver() == b"x = 1\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("difficulty = 1", "difficulty = 6"),
        ("minutes = 5", "minutes = 5\nhours = 1"),
        ("cpu_seconds = 1", "cpu_seconds = -1"),
        ("wall_seconds = 3", "seconds = 3"),
        ('id = "total"', 'id = "other"'),
        ("format_version = 1", "format_version = 2"),
        ("torch = false", "torch = 0"),
        ("format_version = 1", "format_version ="),
    ],
)
def test_a_faulty_description_is_refused_with_its_file(workshop: Workshop, old: str, new: str):
    workshop.exercise()
    file = workshop.catalog.exercises / "total" / "exercise.toml"
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(CatalogError, match=r"total/exercise\.toml"):
        workshop.catalog.get("total")


def test_unknown_exercises_are_answered_with_close_ones(workshop: Workshop):
    workshop.exercise("total")
    with pytest.raises(CatalogError, match="Did you mean total"):
        workshop.catalog.get("totals")
    with pytest.raises(CatalogError, match="grader list"):
        workshop.catalog.get("qqq")
    with pytest.raises(CatalogError):
        workshop.catalog.get("../exercises/total")


def test_the_order_of_study_follows_requirements_then_difficulty(workshop: Workshop):
    workshop.exercise("hard", difficulty=5)
    workshop.exercise("easy", difficulty=1, requires=("medium",))
    workshop.exercise("medium", difficulty=3)
    assert [exercise.id for exercise in workshop.catalog.order()] == ["medium", "easy", "hard"]


@given(
    st.dictionaries(
        st.sampled_from("abcdef"),
        st.tuples(st.integers(1, 5), st.lists(st.sampled_from("abcdefg"), max_size=3)),
    )
)
def test_every_exercise_appears_once_even_in_a_cycle(exercises: dict[str, tuple[int, list[str]]]):
    order = study_order(exercises)
    assert sorted(order) == sorted(exercises)
    later = {
        name: {each for each in requires if each in exercises} for name, (_, requires) in exercises.items()
    }
    done: set[str] = set()
    while ready := [name for name in later if name not in done and later[name] <= done]:
        done.update(ready)
    acyclic = [name for name in order if name in done]
    assert all(order.index(each) < order.index(name) for name in acyclic for each in later[name])


def test_the_data_of_this_installation_is_found():
    for name in ("content", "exercises", "solutions"):
        assert data_folder(name).is_dir()
    assert set(Catalog.default().ids()) == {
        path.parent.name for path in data_folder("exercises").glob("*/*.toml")
    }


def test_installed_data_is_found_in_the_environment_or_beside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    package = tmp_path / "site" / "grader"
    package.mkdir(parents=True)
    monkeypatch.setattr("grader.resources.__file__", str(package / "resources.py"))
    monkeypatch.setattr("sys.prefix", str(tmp_path / "environment"))
    with pytest.raises(FileNotFoundError, match="install the package again"):
        data_folder("exercises")
    for place in (tmp_path / "site", tmp_path / "environment"):
        folder = place / "share" / "studyapp" / "exercises"
        folder.mkdir(parents=True)
        assert data_folder("exercises") == folder


def test_every_public_name_can_be_had():
    for name in grader.__all__:
        assert getattr(grader, name) is not None
    with pytest.raises(AttributeError, match="nothing_like_it"):
        grader.nothing_like_it  # noqa: B018
