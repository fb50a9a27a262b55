"""The learner's files are created, archived and never lost; the journal survives a crash."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import Verdict, read_journal, start, workspace_path
from grader.workspace import JOURNAL, append_verdict, keep_failure
from tests.grader.packages import Workshop


def verdict(name: str = "a", message: str = "") -> Verdict:
    return Verdict(name, "total", "wrong answer", [], 1, "0" * 64, 0, message=message)


def test_the_workspace_is_the_override_else_the_environment_else_the_documents(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("STUDYAPP_WORKSPACE", "/from/environment")
    assert workspace_path("/override") == Path("/override")
    assert workspace_path() == Path("/from/environment")
    monkeypatch.delenv("STUDYAPP_WORKSPACE")
    assert workspace_path().name == "studyapp"
    assert workspace_path().is_absolute()


def test_start_creates_the_file_from_the_starter_and_keeps_it_afterwards(workshop: Workshop, tmp_path: Path):
    workshop.exercise()
    folder = tmp_path / "deep" / "workspace"
    started = start("total", workspace=folder, catalog=workshop.catalog)
    assert (started.path, started.created, started.archived) == (folder / "total.py", True, None)
    assert started.path.read_text() == workshop.catalog.get("total").starter()
    started.path.write_text("mine")
    again = start("total", workspace=folder, catalog=workshop.catalog)
    assert not again.created
    assert again.path.read_text() == "mine"
    assert [entry.name for entry in folder.iterdir()] == ["total.py"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_what_is_interrupted_leaves_no_half_written_file(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
):
    def interrupt(_descriptor: int) -> None:
        raise error

    workshop.exercise()
    folder = tmp_path / "w"
    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(error):
        start("total", workspace=folder, catalog=workshop.catalog)
    with pytest.raises(error):
        keep_failure(folder, verdict(), folder / "total.py")
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_a_fresh_start_archives_every_earlier_attempt(workshop: Workshop, tmp_path: Path):
    workshop.exercise()
    attempts = []
    for text in ("one", "two", "three"):
        started = start("total", fresh=True, workspace=tmp_path / "w", catalog=workshop.catalog)
        if started.archived:
            attempts.append(started.archived.read_text())
        started.path.write_text(text)
    assert attempts == ["one", "two"]
    archived = sorted((tmp_path / "w" / "attempts" / "total").iterdir())
    assert [path.read_text() for path in archived] == ["one", "two"]


def test_a_fresh_start_moves_a_link_and_leaves_its_target(workshop: Workshop, tmp_path: Path):
    workshop.exercise()
    folder = tmp_path / "w"
    folder.mkdir()
    target = tmp_path / "elsewhere.py"
    target.write_text("elsewhere")
    (folder / "total.py").symlink_to(target)
    started = start("total", fresh=True, workspace=folder, catalog=workshop.catalog)
    assert target.read_text() == "elsewhere"
    assert not started.path.is_symlink()
    assert started.archived is not None
    assert started.archived.read_text() == "elsewhere"


def test_the_journal_gives_back_what_was_written(tmp_path: Path):
    assert list(read_journal(tmp_path)) == []
    for name in ("a", "b"):
        append_verdict(tmp_path, verdict(name, "line\nbreak\u2028"))
    assert [entry.id for entry in read_journal(tmp_path)] == ["a", "b"]
    assert next(read_journal(tmp_path)) == verdict("a", "line\nbreak\u2028")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.data())
def test_a_torn_line_loses_no_other_verdict(tmp_path: Path, data: st.DataObject):
    line = msgspec.json.encode(verdict("a"))
    torn = line[: data.draw(st.integers(1, len(line) - 1))]
    file = tmp_path / JOURNAL
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(line + b"\n" + torn)
    append_verdict(tmp_path, verdict("b"))
    assert [entry.id for entry in read_journal(tmp_path)] == ["a", "b"]
