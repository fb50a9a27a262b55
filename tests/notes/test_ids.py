"""Ids written into a note."""

from collections.abc import Collection

import pytest

from studyapp.notes import insert_ids, parse_note


def insert(text: str, taken: Collection[str] = ()) -> str:
    return insert_ids(text, path="ddim.md", taken=taken)


def test_an_id_is_a_paragraph_after_the_card() -> None:
    text = "# T\n\nQ: Why is DDIM fast?\nA: It skips steps.\n\n# H\n\nC: a {{c1::b}}\nQ: x\nA: y\n\n\n---\n"

    assert insert(text) == (
        "# T\n\nQ: Why is DDIM fast?\nA: It skips steps.\n\n^why-is-ddim-fast\n\n# H\n\n"
        "C: a {{c1::b}}\n\n^a-b\n\nQ: x\nA: y\n\n^x\n\n\n---\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Q: q\r\nA: a\r\n", "Q: q\r\nA: a\r\n\r\n^q\r\n"),
        ("Q: q\rA: a\r", "Q: q\rA: a\r\r^q\r"),
        ("\ufeffQ: q\nA: a", "\ufeffQ: q\nA: a\n\n^q"),
        ("Q: q\r\nA: a", "Q: q\r\nA: a\r\n\r\n^q"),
        ("Q: q\nA: a\n \t\n", "Q: q\nA: a\n\n^q\n \t\n"),
        ("Q: q\nA: a\n---\n", "Q: q\nA: a\n\n^q\n\n---\n"),
        ("Q: q\nA:\n- ```\n  code", "Q: q\nA:\n- ```\n  code\n\n^q"),
    ],
)
def test_bytes_around_it_stay(text: str, expected: str) -> None:
    assert insert(text) == expected


@pytest.mark.parametrize(
    "text", ["", "prose\r\n", "Q: q\nA: a\n^x\n", "Q: still typing\n", "Q: q\nA: a\n^Bad_Id\n"]
)
def test_a_note_without_a_nameless_card_stays_as_it_is(text: str) -> None:
    assert insert(text) == text


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("What's the naïve $O(n^2)$ way?", "whats-the-naive-o-n-2-way"),
        ("为什么 DDIM 快?", "ddim"),
        ("Why does every one of the thousand sampling steps matter?", "why-does-every-one-of-the-thousand"),
        ("x" * 50, "x" * 40),
        ("`torch.nn`", "torch-nn"),
    ],
)
def test_an_id_is_made_of_the_first_words(question: str, slug: str) -> None:
    assert insert(f"Q: {question}\nA: a\n").endswith(f"\n^{slug}\n")


def test_a_question_without_ascii_words_gets_an_id_from_its_content() -> None:
    first, second = (
        parse_note(insert(f"Q: {q}\nA: a\n"), path="t.md").cards[0].id for q in ("为什么慢?", "为什么快?")
    )

    assert first != second
    assert first == parse_note(insert("Q: 为什么慢?\nA: 另一个\n"), path="t.md").cards[0].id


def test_ids_are_new() -> None:
    text = "---\naliases: {ddim/q-4: ddim/x}\n---\n^q\n\nQ: q\nA: a\n\nQ: q\nA: b\n\nQ: q\nA: c\n\n^q-6\n"

    note = parse_note(insert(text, taken=["ddim/q-2#c1", "q-3", "other/q-5"]), path="ddim.md")

    assert [card.id for card in note.cards] == ["ddim/q-5", "ddim/q-7", "ddim/q-6"]


def test_a_counted_id_has_no_double_dash() -> None:
    cards = parse_note(insert(f"Q: {'x' * 37} ab\nA: a\n\n" * 2), path="t.md").cards

    assert [card.id for card in cards] == [f"t/{'x' * 37}-ab", f"t/{'x' * 37}-2"]


def test_a_long_id_stays_within_its_length_when_it_is_counted() -> None:
    cards = parse_note(insert(f"Q: {'x' * 50}\nA: a\n\n" * 11), path="t.md").cards

    slugs = [str(card.id).removeprefix("t/") for card in cards]
    assert len(set(slugs)) == 11
    assert max(map(len, slugs)) == 40
