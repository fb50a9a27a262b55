"""A card is one card in both languages: the text differs, the history is shared."""

from __future__ import annotations

from pathlib import Path

import pytest

from studyapp.deck.deck import Deck
from studyapp.deck.peek import glance
from studyapp.deck.sync import SyncReport, note_problems
from studyapp.schedule.memory import Rating
from studyapp.study import notes as study_notes
from studyapp.study.notes import NotesFolder, sync_notes
from tests.conftest import FakeClock
from tests.deck.conftest import Fill, note, question

ZH = "---\nid: t\ntitle: 题\n---\n\n"
CLOZE = "C: {{c1::One}} and {{c2::two}}.\n\n^pair\n\n"


def chinese(slug: str, text: str = "为什么") -> str:
    return f"Q: {text}？（{slug}）\n\nA: 因为{slug}。\n\n^{slug}\n\n"


@pytest.fixture
def translate(deck: Deck, folder: Path):
    """translate(text) writes the translation of the note t (None deletes it) and synchronises the deck."""

    def translate(text: str | None) -> SyncReport:
        path = folder / "t.zh.md"
        path.write_text(ZH + text, encoding="utf-8") if text is not None else path.unlink()
        return sync_notes(deck, [NotesFolder(folder)])

    return translate


def shown(deck: Deck, id_: str) -> str:
    return deck.card(id_).wording("zh").front


def test_a_translated_card_is_one_item_with_one_history(deck: Deck, fill: Fill, translate):
    fill(t=note("t", question("a"), CLOZE))
    memory = deck.answer("t/a", Rating.EASY, seconds=4)
    report = translate(chinese("a") + "C: {{c2::二}}和{{c1::一}}。\n\n^pair\n")
    assert (report.added, report.changed, report.retired, report.problems) == (0, 3, 0, [])
    assert deck.memory("t/a") == memory
    assert deck.card("t/a").wording("zh") == ("为什么？（a）", "因为a。", 6)
    assert deck.card("t/a").wording("en").front == "Why? (a)"
    assert deck.card("t/pair#c1").wording("zh") == ("二和⟦…⟧。", "二和⟦一⟧。", 12)
    assert [card.id for card in deck.queue(9)] == ["t/pair#c1"]
    deck.suspend("t/pair#c1")
    assert [card.wording("zh").front for card in deck.queue(9)] == ["⟦…⟧和一。"]


def test_a_first_look_finds_both_languages(deck: Deck, fill: Fill, translate, clock: FakeClock):
    fill(t=note("t", question("a")))
    translate(chinese("a"))
    found = glance(deck.path, clock)
    assert found is not None
    assert found.first == deck.queue(1)[0]
    assert found.first.wording("zh").front == "为什么？（a）"


def test_a_card_without_translation_is_shown_in_english(deck: Deck, fill: Fill, translate):
    fill(t=note("t", question("a"), question("b")))
    translate(chinese("a") + "Q: 没有号？\n\nA: 没有。\n\n" + chinese("unknown"))
    assert shown(deck, "t/b") == "Why? (b)"
    assert [card.id for card in deck.queue(9)] == ["t/a", "t/b"]


def test_an_edited_translation_is_taken_in_alone_and_history_stays(deck: Deck, fill: Fill, translate):
    fill(t=note("t", question("a"), question("b")))
    translate(chinese("a") + chinese("b"))
    memory = deck.answer("t/a", Rating.GOOD, seconds=4)
    report = translate(chinese("a", "究竟为什么") + chinese("b"))
    assert (report.added, report.changed, report.retired) == (0, 1, 0)
    assert shown(deck, "t/a") == "究竟为什么？（a）"
    assert deck.memory("t/a") == memory
    assert len(deck.history("t/a")) == 1


def test_a_vanished_translation_leaves_the_english_card(deck: Deck, fill: Fill, translate):
    fill(t=note("t", question("a"), question("b")))
    translate(chinese("a") + chinese("b"))
    translate(chinese("b"))
    assert (shown(deck, "t/a"), shown(deck, "t/b")) == ("Why? (a)", "为什么？（b）")
    translate(None)
    assert shown(deck, "t/b") == "Why? (b)"
    assert [card.id for card in deck.queue(9)] == ["t/a", "t/b"]


def test_a_broken_card_of_a_translation_is_told_and_costs_only_itself(deck: Deck, fill: Fill, translate):
    fill(t=note("t", question("a"), question("b")))
    report = translate(chinese("a") + "Q: 没有答案\n\n^b\n")
    assert len(report.problems) == 1
    assert "t.zh.md:12: `A:` is missing" in report.problems[0]
    assert note_problems(deck) == report.problems
    assert (shown(deck, "t/a"), shown(deck, "t/b")) == ("为什么？（a）", "Why? (b)")


def test_a_translation_that_cannot_be_read_keeps_what_was_read(
    deck: Deck, fill: Fill, translate, folder: Path
):
    fill(t=note("t", question("a")))
    translate(chinese("a"))
    (folder / "t.zh.md").write_bytes(b"\xff\xfe broken")
    for _ in range(2):  # it is tried each time
        assert "UTF-8" in sync_notes(deck, [NotesFolder(folder)]).problems[0]
    assert shown(deck, "t/a") == "为什么？（a）"
    assert translate(chinese("a")).problems == []


def test_a_note_named_by_its_file_has_translations_too(deck: Deck, folder: Path):
    (folder / "Mine.md").write_text("# Mine\n\n" + question("a"), encoding="utf-8")
    (folder / "Mine.zh.md").write_text("---\nid: other\n---\n" + chinese("a"), encoding="utf-8")
    sync_notes(deck, [NotesFolder(folder, writable=True)])
    assert shown(deck, "mine/a") == "为什么？（a）"


def test_files_that_did_not_change_are_not_read(
    deck: Deck, fill: Fill, translate, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    fill(t=note("t", question("a")), u=note("u", question("b")))
    translate(chinese("a"))
    read: list[str] = []
    read_note = study_notes.read_note
    monkeypatch.setattr(study_notes, "read_note", lambda path: read.append(path.name) or read_note(path))
    sync_notes(deck, [NotesFolder(folder)])
    assert read == []
    translate(chinese("a", "究竟为什么"))
    assert sorted(read) == ["t.md", "t.zh.md"]
