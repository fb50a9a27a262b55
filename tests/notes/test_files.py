"""Notes on disk."""

from pathlib import Path

from studyapp.notes import discover, read_note


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Q: q\nA: a\n", encoding="utf-8")


def test_discover_finds_notes_only_and_sorts_them(tmp_path: Path) -> None:
    root = tmp_path / ".local" / "notes"
    touch(
        root,
        "b.md",
        "a/z.md",
        "a/z.zh.md",
        "README.md",
        "a/README.md",
        ".git/x.md",
        ".#b.md",
        "b.txt",
        "a.md",
    )

    assert discover(root) == [root / "a" / "z.md", root / "a.md", root / "b.md"]


def test_discover_follows_links_and_survives_loops(tmp_path: Path) -> None:
    touch(tmp_path, "notes/a.md", "vault/b.md")
    (tmp_path / "notes" / "vault").symlink_to(tmp_path / "vault")
    (tmp_path / "vault" / "back").symlink_to(tmp_path / "notes")
    (tmp_path / "notes" / "self").symlink_to(tmp_path / "notes" / "self")

    assert discover(tmp_path / "notes") == [
        tmp_path / "notes" / "a.md",
        tmp_path / "notes" / "vault" / "b.md",
    ]


def test_discover_finds_nothing_in_a_missing_folder(tmp_path: Path) -> None:
    assert discover(tmp_path / "none") == []


def test_read_note_knows_its_path(tmp_path: Path) -> None:
    touch(tmp_path, "a b.md")

    note = read_note(tmp_path / "a b.md")

    assert (note.path, note.meta.id, len(note.cards)) == (str(tmp_path / "a b.md"), "a-b", 1)
    assert note.readable


def test_a_file_that_is_not_utf8_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "latin.md"
    path.write_bytes(b"Q: q\nA: caf\xe9\n")

    note = read_note(path)

    assert note.cards == ()
    assert not note.readable
    assert [str(problem) for problem in note.problems] == [
        f"{path}:2: byte 0xe9 is not UTF-8 — save the file as UTF-8"
    ]


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "loop.md").symlink_to(tmp_path / "loop.md")
    for name in ("missing.md", "loop.md", ""):
        note = read_note(tmp_path / name)
        [problem] = note.problems
        assert not note.readable
        assert problem.what.startswith("cannot be read (")
