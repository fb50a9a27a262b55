"""`grader verify`: every promise of a package, broken once; the cache, the table, the exit codes."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import pytest

from grader import Catalog, check
from grader.authoring.cache import Cache, cache_folder
from grader.authoring.pool import Progress
from grader.authoring.report import Breach, ExerciseReport, Report
from grader.authoring.table import render
from grader.authoring.verify import verify
from grader.catalog import UnknownExercise
from grader.cli import run
from grader.judge.seeds import seed_for
from tests.grader.packages import HIDDEN, TOTAL, Workshop

EMPTY_WRONG = "def total(numbers):\n    return sum(numbers) if numbers else 1\n"
CRASHES_WHEN_EMPTY = "def total(numbers):\n    return numbers[0] + sum(numbers[1:])\n"
SLOW = """
    import time

    def total(numbers):
        end = time.process_time() + 0.7
        while time.process_time() < end:
            pass
        return sum(numbers)
"""
EXPECT = """
    [[rejected]]
    program = "wrong_answer/empty.py"
    fails = ["values::test_empty"]
    diagnosis = "The empty sum is 0."
"""
SOUND = {
    "accepted/builtin.py": TOTAL,
    "accepted/loop.py": TOTAL,
    "rejected/wrong_answer/empty.py": EMPTY_WRONG,
}


@pytest.fixture(autouse=True)
def private_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDYAPP_CACHE", str(tmp_path / "cache"))


def seldom_wrong(nonce: int) -> str:
    """Wrong for the numbers that one nonce draws, and for no others."""
    rng = Random(seed_for(nonce, "values::test_random[n=3]", "rng"))
    numbers = [rng.randrange(-9, 10) for _ in range(3)]
    return f"def total(numbers):\n    return sum(numbers) + (numbers == {numbers})\n"


FAULTY = {
    "accepted/right.py": TOTAL,
    "accepted/seldom_wrong.py": seldom_wrong(2),
    "rejected/wrong_answer/passes.py": TOTAL,
    "rejected/wrong_answer/crashes.py": CRASHES_WHEN_EMPTY,
    "rejected/wrong_answer/elsewhere.py": EMPTY_WRONG,
    "rejected/wrong_answer/ghost.py": EMPTY_WRONG,
    "rejected/wrong_answer/twin.py": EMPTY_WRONG,
    "rejected/wrong_answer/other_twin.py": EMPTY_WRONG,
    "rejected/wrong_answer/unlisted.py": EMPTY_WRONG,
    "rejected/wrong/misplaced.py": EMPTY_WRONG,
    "rejected/time_limit/fast.py": TOTAL,
}
FAULTY_EXPECT = "".join(
    f'[[rejected]]\nprogram = "{program}"\nfails = {fails}\ndiagnosis = "{diagnosis}"\n'
    for program, fails, diagnosis in [
        ("wrong_answer/passes.py", ["values::test_empty", "values::test_random*"], "It passes."),
        ("wrong_answer/crashes.py", ["values::test_empty"], ""),
        ("wrong_answer/elsewhere.py", ["values::test_random*"], ""),
        ("wrong_answer/ghost.py", ["values::test_empty", "values::test_ghost"], ""),
        ("wrong_answer/twin.py", ["values::test_empty"], "One thing."),
        ("wrong_answer/other_twin.py", ["values::test_empty"], "Another thing."),
        ("wrong_answer/missing.py", ["values::test_empty"], ""),
        ("wrong_answer/missing.py", [], ""),
        ("time_limit/fast.py", ["values::test_random*"], ""),
    ]
)


@pytest.fixture(scope="module")
def faulty_catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    workshop = Workshop(tmp_path_factory.mktemp("faulty"))
    workshop.package("faulty", FAULTY, FAULTY_EXPECT)
    workshop.write("exercises/faulty/starter.py", TOTAL)
    return workshop.catalog


@pytest.fixture(scope="module")
def faulty(faulty_catalog: Catalog) -> ExerciseReport:
    return verify(["faulty"], nonces=2, jobs=2, catalog=faulty_catalog, cache=False).exercises[0]


@pytest.mark.parametrize(
    ("where", "message", "replayed"),
    [
        ("starter.py", "It is accepted", (1, "")),
        (
            "accepted/seldom_wrong.py",
            "must be accepted and gets: wrong answer",
            (2, "values::test_random[n=3]"),
        ),
        ("rejected/wrong_answer/passes.py", "'wrong answer' and is accepted", (1, "")),
        (
            "rejected/wrong_answer/crashes.py",
            "'wrong answer' and gets: runtime error in values::test_empty (The empty sum): IndexError",
            (1, "values::test_empty"),
        ),
        ("rejected/wrong_answer/elsewhere.py", "also fails values::test_empty", (1, "values::test_empty")),
        (
            "rejected/wrong_answer/elsewhere.py",
            "passes values::test_random*",
            (1, "values::test_random[n=3]"),
        ),
        ("rejected/wrong_answer/ghost.py", "fails values::test_ghost, and there is no such check", (1, "")),
        ("rejected/wrong_answer/twin.py", "reads no diagnosis", (1, "")),
        ("rejected/wrong_answer/other_twin.py", "reads no diagnosis", (1, "")),
        ("rejected/wrong_answer/unlisted.py", "expect.toml does not list it", (None, "")),
        ("rejected/wrong/misplaced.py", "must lie in a folder of its verdict", (None, "")),
        ("rejected/time_limit/fast.py", "'time limit' and is accepted", (1, "")),
        ("expect.toml", "there is no rejected/wrong_answer/missing.py", (None, "")),
        ("expect.toml", "lists wrong_answer/missing.py more than once", (None, "")),
        ("expect.toml", "names no check that wrong_answer/missing.py fails", (None, "")),
    ],
)
def test_each_broken_promise_is_found(
    faulty: ExerciseReport, where: str, message: str, replayed: tuple[int | None, str]
):
    found = [each for each in faulty.breaches if each.where == where and message in each.message]
    assert [(each.nonce, each.check) for each in found] == [replayed]


def test_nothing_else_is_found(faulty: ExerciseReport):
    assert len(faulty.breaches) == 15
    assert (faulty.checks, faulty.accepted, faulty.rejected) == (4, (1, 2), (0, 7))


def test_the_nonce_of_a_breach_replays_it(faulty: ExerciseReport, faulty_catalog: Catalog):
    (breach,) = [each for each in faulty.breaches if each.where == "accepted/seldom_wrong.py"]
    verdict = check("faulty", breach.path, seed=breach.nonce, catalog=faulty_catalog)
    assert [each.id for each in verdict.failed] == [breach.check]


def test_a_cpu_limit_that_accepted_programs_nearly_reach_is_a_breach(workshop: Workshop):
    slow = {**SOUND, "accepted/loop.py": SLOW}
    workshop.package("total", slow, EXPECT, hidden=HIDDEN.replace("[3, 30]", "[3]"))
    (report,) = verify(["total"], nonces=1, jobs=2, catalog=workshop.catalog).exercises
    (breach,) = report.breaches
    assert breach.where == "exercise.toml"
    assert "limit of 1 s is less than twice" in breach.message
    assert breach.path.endswith("accepted/loop.py")
    assert report.cpu_limit == 1
    assert report.slowest_cpu > 0.5


def test_files_are_checked_before_anything_is_judged(workshop: Workshop):
    workshop.package("malformed", {}, "")
    workshop.write("exercises/malformed/exercise.toml", "format_version = 2\n")
    workshop.package("gaps", {}, "[[rejected]]\nreason = 1\n", extra='credits = ["no card", "topic/card#c1"]')
    for name in ("README.md", "hints/01.md", "public/test_examples.py", "starter.py"):
        (workshop.folder / "exercises" / "gaps" / name).unlink()
    workshop.write("exercises/gaps/hints/02.md", "The second.\n")
    workshop.write("solutions/gaps/explanation.md", "").write_bytes(b"\xff\n")
    heard: list[Progress] = []
    report = verify(
        ["malformed", "gaps", "gaps"], nonces=1, jobs=1, catalog=workshop.catalog, on_progress=heard.append
    )
    malformed, gaps = report.exercises
    assert [each.where for each in malformed.breaches] == ["exercise.toml"]
    assert "format_version" in malformed.breaches[0].message
    assert sorted(each.where for each in gaps.breaches) == [
        "README.md",
        "accepted/",
        "exercise.toml",
        "expect.toml",
        "explanation.md",
        "hints/",
        "public/",
        "starter.py",
    ]
    assert ["no card" in each.message for each in gaps.breaches if each.where == "exercise.toml"] == [True]
    assert not heard


def test_unknown_exercises_and_counts_below_one_are_refused(workshop: Workshop):
    workshop.package("total", SOUND, EXPECT)
    with pytest.raises(UnknownExercise, match="Did you mean total"):
        verify(["totl"], nonces=1, jobs=1, catalog=workshop.catalog)
    for counts in ({"nonces": 0, "jobs": 1}, {"nonces": 1, "jobs": 0}):
        with pytest.raises(ValueError, match="at least 1"):
            verify(["total"], catalog=workshop.catalog, **counts)


def test_an_interruption_ends_it_at_once(workshop: Workshop, tmp_path: Path):
    workshop.package("total", SOUND, EXPECT)
    heard: list[Progress] = []

    def interrupt(progress: Progress) -> None:
        heard.append(progress)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify(["total"], nonces=9, jobs=1, catalog=workshop.catalog, on_progress=interrupt)
    assert [(each.done, each.total, each.exercise) for each in heard] == [(1, 28, "total")]
    assert not (tmp_path / "cache").exists()


def test_a_proof_is_found_again_until_anything_changes(workshop: Workshop):
    workshop.package("total", SOUND, EXPECT)
    exercise, cache = workshop.catalog.get("total"), Cache(cache_folder())
    key = cache.key(exercise)
    proved = ExerciseReport("total", nonces=5)
    assert cache.find(exercise, key, 1) is None
    cache.store(exercise, key, proved)
    found = cache.find(exercise, key, 5)
    assert found
    assert (found.cached, found.sound, found.nonces) == (True, True, 5)
    assert cache.find(exercise, key, 2), "five nonces contain two"
    assert cache.find(exercise, key, 6) is None
    assert cache.find(exercise, "another key", 5) is None
    keys = {key}
    for folder in (exercise.folder, exercise.solutions):
        for file in sorted(folder.rglob("*.*")):
            file.write_text(file.read_text() + "\n")
            keys.add(cache.key(exercise))
        (folder / "new.txt").touch()
        keys.add(cache.key(exercise))
    assert len(keys) == 1 + 5 + 6 + 2
    cache.store(exercise, key, ExerciseReport("total", nonces=6))
    assert cache.find(exercise, key, 6) is None, "the package changed while it was judged"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"key": "k"}'])
def test_a_cache_that_cannot_be_used_is_none(workshop: Workshop, tmp_path: Path, content: bytes):
    workshop.package("total", SOUND, EXPECT)
    exercise, cache = workshop.catalog.get("total"), Cache(cache_folder())
    key = cache.key(exercise)
    cache.store(exercise, key, ExerciseReport("total", nonces=1))
    (entry,) = (tmp_path / "cache" / "verified").iterdir()
    entry.write_bytes(content)
    assert cache.find(exercise, key, 1) is None
    cache.store(exercise, key, ExerciseReport("total", nonces=1, breaches=[Breach("x", "wrong")]))
    assert cache.find(exercise, key, 1) is None
    cache.store(exercise, key, ExerciseReport("total", nonces=1))
    assert cache.find(exercise, key, 1)
    (tmp_path / "file").touch()
    in_the_way = Cache(tmp_path / "file")
    in_the_way.store(exercise, key, ExerciseReport("total", nonces=1))
    assert in_the_way.find(exercise, key, 1) is None


def test_the_cache_is_where_the_platform_has_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    assert cache_folder() == tmp_path / "cache" / "verified"
    monkeypatch.delenv("STUDYAPP_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    if sys.platform == "linux":
        assert cache_folder() == tmp_path / "xdg" / "studyapp" / "verified"


def test_the_table_tells_everything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    path = str(Path.cwd() / "solutions" / "b" / "accepted" / "it is.py")
    breach = Breach("accepted/it is.py", "It is slow.", "growth::test_many", 3, path)
    report = Report(
        [
            ExerciseReport("long_name", 20, 12, (2, 2), (9, 9), 0.5, 2, 61.25),
            ExerciseReport("a", 2, 12, (2, 2), (9, 9), 0.5, 2, 61.25, cached=True),
            ExerciseReport("b", 1, breaches=[breach, Breach("hints/", "There are none.")]),
        ]
    )
    head, *rows = plain(render(report)).splitlines()
    assert head.split()[:5] == ["exercise", "checks", "accepted", "rejected", "nonces"]
    assert [" ".join(row.split()) for row in rows] == [
        "long_name 12 2/2 9/9 1–20 0.50 of 2 s 61 s ok",
        "a 12 2/2 9/9 1–2 0.50 of 2 s 61 s cached",
        "b – 0/0 0/0 1 – 0 s 2 breaches",
        "",
        "b",
        "✗ accepted/it is.py: It is slow.",
        "growth::test_many with nonce 3: grader check b 'solutions/b/accepted/it is.py' --seed 3",
        "✗ hints/: There are none.",
    ]
    assert (
        len({row.index(text) for row, text in zip([head, *rows], ("result", "ok", "cached"), strict=False)})
        == 1
    )


def plain(text: str) -> str:
    for code in ("\033[0m", "\033[1m", "\033[31m", "\033[32m"):
        text = text.replace(code, "")
    return text


def test_a_sound_exercise_is_proved_once(installed: Workshop, capsys: pytest.CaptureFixture[str]):
    installed.package("total", SOUND, EXPECT)
    assert run(["verify", "--nonces", "1"]) == 0
    first = capsys.readouterr()
    assert first.out.split()[-1] == "ok"
    assert first.err == ""
    assert run(["verify", "total", "--nonces", "1", "--jobs", "1"]) == 0
    assert capsys.readouterr().out.split()[-1] == "cached"
    installed.write("solutions/total/accepted/loop.py", EMPTY_WRONG)
    assert run(["verify", "--nonces", "1"]) == 1
    told = capsys.readouterr().out
    assert "1 breach\n" in told
    assert "accepted/loop.py: It must be accepted and gets: wrong answer in values::test_empty" in told
    assert "grader check total" in told
    assert "loop.py --seed 1" in told


def test_a_suite_that_fails_is_told_once_and_exits_with_3(
    installed: Workshop, capsys: pytest.CaptureFixture[str]
):
    installed.package("total", SOUND, EXPECT, hidden="import nowhere_at_all\n")
    assert run(["verify", "--no-cache", "--nonces", "1"]) == 3
    told = capsys.readouterr().out
    assert "1 breach\n" in told
    assert "The suite cannot be run" in told
    assert "nowhere_at_all" in told
    assert not cache_folder().exists()


@pytest.mark.parametrize("arguments", [["--nonces", "0"], ["--jobs", "none"], ["no_such_exercise"], []])
def test_wrong_usage_exits_with_2(
    installed: Workshop, capsys: pytest.CaptureFixture[str], arguments: list[str]
):
    installed.folder.joinpath("exercises").mkdir()
    assert run(["verify", *arguments]) == 2
    assert capsys.readouterr().err.strip()


@pytest.mark.usefixtures("installed")
def test_a_missing_installation_exits_with_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def missing(name: str) -> Path:
        raise FileNotFoundError(f"The {name} folder is missing.")

    monkeypatch.setattr("grader.catalog.data_folder", missing)
    assert run(["verify"]) == 3
    assert "is missing" in capsys.readouterr().err


def test_a_terminal_sees_the_progress(installed: Workshop, monkeypatch: pytest.MonkeyPatch, capsys):
    installed.package("total", {}, "")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert run(["verify", "--nonces", "1"]) == 1
    assert "\r\033[K1/1 · total · starter.py\r\033[K" in capsys.readouterr().err
