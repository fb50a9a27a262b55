"""`grader new`: what it lays out fits together and says what is to be written; it is whole or not there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader import Catalog, check
from grader.authoring.commands import new_command
from grader.authoring.package import read_package
from grader.authoring.scaffold import ScaffoldError, scaffold
from grader.authoring.verify import verify
from grader.cli import run

PROGRAMS = {
    "accepted/as_hinted.py": "return list(values)",
    "accepted/another_way.py": "return values[:]",
    "rejected/wrong_answer/one_value.py": "return values[:] if len(values) > 1 else []",
    "rejected/wrong_answer/argument_changed.py": "values.append(0)\n    return values[:-1]",
    "rejected/wrong_answer/contract_not_checked.py": None,
    "rejected/runtime_error/equal_values.py": "return values[:] if values[:1] != values[1:2] else 0 / 0",
    "rejected/time_limit/brute_force.py": "while len(values) > 30: pass\n    return values[:]",
}
IN_TORCH = """
def demo_sort(values):
    if values.numel() == 0:
        raise ValueError("no values")
    return values.clone()
"""


@pytest.fixture(name="catalog")
def empty_catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "exercises", tmp_path / "solutions")


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def program(body: str | None) -> str:
    if body is None:
        return "def demo_sort(values):\n    return values[:]\n"
    return f"def demo_sort(values):\n    if not values:\n        raise ValueError\n    {body}\n"


def test_verify_says_what_is_still_to_be_written(catalog: Catalog):
    scaffold("demo_sort", catalog=catalog)
    (report,) = verify(["demo_sort"], nonces=3, jobs=2, catalog=catalog, cache=False).exercises
    assert {each.where for each in report.breaches} == set(PROGRAMS)
    assert {each.message for each in report.breaches} == {
        "It is still to be written: it raises NotImplementedError."
    }


def test_once_the_programs_are_written_the_package_is_sound(catalog: Catalog):
    _, secret = scaffold("demo_sort", catalog=catalog, topic="sorting")
    for name, body in PROGRAMS.items():
        assert (secret / name).is_file()
        (secret / name).write_text(program(body))
    (report,) = verify(["demo_sort"], nonces=1, jobs=2, catalog=catalog, cache=False).exercises
    assert report.breaches == []
    assert catalog.get("demo_sort").description.topics == ["sorting"]


def test_the_torch_suite_runs_against_its_function(catalog: Catalog, tmp_path: Path):
    scaffold("demo_sort", catalog=catalog, torch=True)
    assert read_package(catalog, "demo_sort").breaches == []
    assert catalog.get("demo_sort").description.needs.torch
    solution = tmp_path / "solution.py"
    solution.write_text(IN_TORCH)
    verdict = check("demo_sort", solution, seed=1, catalog=catalog)
    assert (verdict.verdict, verdict.failed) == ("accepted", [])


@pytest.mark.parametrize("torch", [False, True])
def test_every_file_tells_what_belongs_there(catalog: Catalog, torch: bool):
    public, secret = scaffold("demo_sort", catalog=catalog, torch=torch)
    exercise = catalog.get("demo_sort")
    limits = exercise.description.limits
    for phrase in (
        "## Write",
        "## Contract",
        "## Example",
        "## Limits",
        "def demo_sort(values: ",
        f"{limits.cpu_seconds:g} seconds of CPU time and {'1 GiB' if torch else '256 MiB'}",
    ):
        assert phrase in exercise.prompt()
    assert exercise.title == "Demo sort"
    for folder in (public, secret):
        for file in folder.rglob("*.*"):
            text = file.read_text(encoding="utf-8")
            assert "$" not in text
            assert text.startswith('"""') or file.suffix != ".py"
    for line in ("format", "check"):
        command = [sys.executable, "-m", "ruff", line, *(["--check"] if line == "format" else [])]
        settings = ["--no-cache", "--config", str(Path(__file__).parents[2] / "pyproject.toml")]
        subprocess.run([*command, *settings, str(public), str(secret)], check=True, capture_output=True)


@pytest.mark.parametrize("name", ["", "Upper", "1st", "a-b", "a b", "../a", "a/b", "é", "lambda", "a\n"])
def test_what_cannot_be_an_id_is_refused(catalog: Catalog, tmp_path: Path, name: str):
    with pytest.raises(ScaffoldError, match="can't be the id"):
        scaffold(name, catalog=catalog)
    assert not list(tmp_path.iterdir())


def test_a_topic_that_cannot_be_one_is_refused(catalog: Catalog, tmp_path: Path):
    with pytest.raises(ScaffoldError, match="can't be the topic"):
        scaffold("demo_sort", catalog=catalog, topic='a"]')
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("existing", ["exercises", "solutions"])
def test_an_existing_exercise_is_left_alone(catalog: Catalog, tmp_path: Path, existing: str):
    public, secret = scaffold("demo_sort", catalog=catalog)
    shutil.rmtree(secret if existing == "exercises" else public)
    before = files(tmp_path)
    with pytest.raises(ScaffoldError, match=f"{existing}/demo_sort; choose another id"):
        scaffold("demo_sort", catalog=catalog)
    assert files(tmp_path) == before


def test_a_failure_leaves_nothing_behind(catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    rename = Path.rename

    def fail_on_the_public_one(self: Path, target: Path) -> Path:
        if target == catalog.exercises / "demo_sort":
            raise OSError("the disk is gone")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_on_the_public_one)
    with pytest.raises(OSError, match="the disk is gone"):
        scaffold("demo_sort", catalog=catalog)
    assert files(tmp_path) == []
    assert not (catalog.solutions / "demo_sort").exists()
    assert list(catalog.solutions.iterdir()) == []


@pytest.fixture(name="command")
def add_command(monkeypatch: pytest.MonkeyPatch) -> None:
    from grader import commands

    monkeypatch.setitem(commands.grader.commands, "new", new_command)


@pytest.mark.usefixtures("command")
def test_the_command_creates_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["new", "demo_sort", "--topic", "sorting", "--into", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        f"Created {tmp_path}/exercises/demo_sort",
        f"Created {tmp_path}/solutions/demo_sort",
    ]
    assert run(["new", "demo_sort", "--into", str(tmp_path)]) == 2
    assert "choose another id" in capsys.readouterr().err
    assert run(["new", "Demo", "--into", str(tmp_path)]) == 2
    assert "can't be the id" in capsys.readouterr().err
    assert run(["new", "demo", "--into", str(tmp_path / "nowhere")]) == 2
    assert run(["new"]) == 2


@pytest.mark.usefixtures("command")
def test_the_command_says_when_nothing_can_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "solutions").write_text("a file in the way")
    assert run(["new", "demo_sort", "--into", str(tmp_path)]) == 2
    assert "nothing was left behind" in capsys.readouterr().err


@pytest.mark.usefixtures("command")
def test_without_a_folder_it_goes_to_the_installed_exercises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("grader.catalog.data_folder", lambda name: tmp_path / name)
    assert run(["new", "demo_sort"]) == 0
    assert Catalog.default().ids() == ["demo_sort"]
