"""Editing notes never costs a history."""

from __future__ import annotations

from pathlib import Path

from studyapp.deck.deck import Deck
from studyapp.deck.sync import note_problems
from studyapp.schedule.memory import Memory, Rating
from studyapp.study.notes import NotesFolder, sync_notes
from tests.deck.conftest import Fill, note, question


def test_an_edited_card_keeps_its_history(deck: Deck, fill: Fill):
    fill(t=note("t", question("a", "Old text?")))
    memory = deck.answer("t/a", Rating.EASY, seconds=4)
    report = fill(t=note("t", question("a", "New text?")))
    assert (report.added, report.changed, report.retired) == (0, 1, 0)
    assert deck.memory("t/a") == memory
    assert "New text?" in deck.card("t/a").front


def test_a_vanished_card_is_retired_and_returns_with_its_history(deck: Deck, fill: Fill):
    fill(t=note("t", question("a"), question("b")))
    memory = deck.answer("t/a", Rating.GOOD, seconds=4)
    assert fill(t=note("t", question("b"))).retired == 1
    assert [card.id for card in deck.queue(9)] == ["t/b"]
    assert fill(t=note("t", question("a"), question("b"))).restored == 1
    assert deck.memory("t/a") == memory


def test_a_deleted_note_retires_its_cards(deck: Deck, fill: Fill):
    fill(t=note("t", question("a")), u=note("u", question("b")))
    assert fill(t=None).retired == 1
    assert [card.id for card in deck.queue(9)] == ["u/b"]


def test_a_card_may_move_to_another_file_of_its_topic(deck: Deck, fill: Fill):
    fill(one=note("t", question("a")), two=note("u", question("b")))
    memory = deck.answer("t/a", Rating.GOOD, seconds=4)
    report = fill(one=note("v", question("c")), three=note("t", question("a")))
    assert report.problems == []
    assert deck.memory("t/a") == memory
    assert Path(deck.card("t/a").path).name == "three.md"


def test_a_renamed_card_takes_its_history_along(deck: Deck, fill: Fill):
    fill(t=note("t", question("old")))
    memory = deck.answer("t/old", Rating.GOOD, seconds=4)
    fill(t=note("t", question("new"), extra="aliases:\n  t/old: t/new\n"))
    assert deck.memory("t/new") == memory
    assert [card.id for card in deck.queue(9)] == ["t/new"]
    deck.undo()
    assert deck.memory("t/new") == Memory()


def test_one_bad_card_does_not_hide_the_rest(deck: Deck, fill: Fill):
    report = fill(t=note("t", question("a"), "Q: no answer\n\n^broken\n\n", question("b")))
    assert [card.id for card in deck.queue(9)] == ["t/a", "t/b"]
    assert len(report.problems) == 1
    assert "t.md:" in report.problems[0]
    assert note_problems(deck) == report.problems
    fill(t=note("t", question("a"), question("b")))
    assert note_problems(deck) == []


def test_an_id_that_two_files_use_is_kept_by_the_first(deck: Deck, fill: Fill):
    fill(one=note("t", question("a", "The first?")))
    deck.answer("t/a", Rating.GOOD, seconds=4)
    report = fill(two=note("t", question("a", "The second?")))
    assert "is taken by" in report.problems[0]
    assert "The first?" in deck.card("t/a").front


def test_a_file_that_cannot_be_read_keeps_its_cards(deck: Deck, fill: Fill, folder: Path):
    fill(t=note("t", question("a")))
    (folder / "t.md").write_bytes(b"\xff\xfe broken")
    report = sync_notes(deck, [NotesFolder(folder)])
    assert "UTF-8" in report.problems[0]
    assert [card.id for card in deck.queue(9)] == ["t/a"]
    assert fill(t=note("t", question("a"))).retired == 0


def test_a_folder_that_is_missing_today_keeps_its_cards(deck: Deck, fill: Fill, folder: Path):
    fill(t=note("t", question("a")))
    folder.rename(folder.with_name("unplugged"))
    report = sync_notes(deck, [NotesFolder(folder)])
    assert "does not exist" in report.problems[0]
    assert [card.id for card in deck.queue(9)] == ["t/a"]


def test_nothing_changed_writes_nothing(deck: Deck, fill: Fill, folder: Path):
    fill(t=note("t", question("a")))
    log = deck.path.with_name(deck.path.name + "-wal")
    before = log.stat().st_mtime_ns
    sync_notes(deck, [NotesFolder(folder)])
    assert log.stat().st_mtime_ns == before


def test_a_learners_card_gets_an_id_written_into_its_file(deck: Deck, folder: Path):
    path = folder / "mine.md"
    path.write_text("# Mine\n\nQ: What is a logit?\n\nA: The input of a softmax.\n", encoding="utf-8")
    path.chmod(0o640)
    sync_notes(deck, [NotesFolder(folder, writable=True)])
    (card,) = deck.queue(9)
    assert f"^{card.id.partition('/')[2]}" in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o777 == 0o640
    assert [other.name for other in folder.iterdir()] == ["mine.md"]
    deck.answer(card.id, Rating.GOOD, seconds=4)
    text = path.read_text(encoding="utf-8").replace("a logit?", "a logit, exactly?")
    path.write_text(text, encoding="utf-8")
    sync_notes(deck, [NotesFolder(folder, writable=True)])
    assert deck.memory(card.id).reps == 1


def test_without_writing_a_card_without_id_is_known_by_its_content(deck: Deck, folder: Path):
    path = folder / "mine.md"
    text = "# Mine\n\nQ: What is a logit?\n\nA: The input of a softmax.\n"
    path.write_text(text, encoding="utf-8")
    sync_notes(deck, [NotesFolder(folder)])
    (card,) = deck.queue(9)
    deck.answer(card.id, Rating.GOOD, seconds=4)
    path.write_text(f"# Mine\n\nAn added paragraph.\n{text.removeprefix('# Mine')}", encoding="utf-8")
    sync_notes(deck, [NotesFolder(folder)])
    assert path.read_text(encoding="utf-8").count("^") == 0
    assert deck.memory(card.id).reps == 1
    assert not deck.is_hidden(card.id)
