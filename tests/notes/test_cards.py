"""Which lines of a note become a card, and with what text."""

import pytest

from studyapp.notes import Card, Note, parse_note


def parse(text: str) -> Note:
    return parse_note(text, path="ddim.md")


def sides(text: str) -> list[tuple[str, str]]:
    note = parse(text)
    assert note.problems == ()
    return [(card.front, card.back) for card in note.cards]


def complaints(text: str) -> list[str]:
    return [str(problem) for problem in parse(text).problems]


def test_a_question_has_its_id_its_line_and_its_place() -> None:
    text = (
        "# DDIM\n\nProse.\n\nQ: Why slow?\n\nA: It is a Markov chain.\n\n^why-slow\n\nMore.\n\nQ: b\nA: c\n"
    )

    assert parse(text).cards == (
        Card("ddim/why-slow", "ddim/why-slow", "basic", "Why slow?", "It is a Markov chain.", 5, 0),
        Card(None, None, "basic", "b", "c", 13, 1),
    )


def test_both_sides_may_have_several_paragraphs_lists_code_and_math() -> None:
    front = "What is\n\n$$\nx\n$$\n\n- one\n- two?"
    back = "This:\n\n```python\nx = 1\n\n# not a heading\n```\n\n1. a\n2. b"

    assert sides(f"Q: {front}\n\nA: {back}\n\n^id\n") == [(front, back)]


@pytest.mark.parametrize(
    "end", ["^x", "   ^x", "Q: b\nA: c", "C: {{c1::b}}", "# H", "###### H", "#", "---", "- - -", "***", "___"]
)
def test_a_card_ends_at(end: str) -> None:
    assert sides(f"Q: q\nA: a\n\nmore\n\n{end}\n\nprose\n")[0] == ("q", "a\n\nmore")


@pytest.mark.parametrize(
    "line", ["#hashtag", "--", "-- -x", "####### H", "a ^x", "Q.", " Q: x", "\tQ: x", "> Q: x"]
)
def test_a_card_goes_on_after(line: str) -> None:
    assert sides(f"Q: q\nA: a\n{line}\nb") == [("q", f"a\n{line}\nb")]


@pytest.mark.parametrize(
    "block",
    [
        "```\n{}\n```",
        "````md\n```\n{}\n```\n````",
        "~~~ python\n{}\n~~~~",
        "~~~\n```\n{}\n~~~",
        "   ```\n{}\n   ```",
        "```\n{}\n    ```\n```",
        "- item\n\n    ```python\n    x\n    {}\n    ```",
        "- ```python\n  {}\n  ```",
        "1. ~~~\n   {}\n   ~~~",
        "$$\n{}\n$$",
        "$$ x\n{}\ny $$",
        "$$\n{}\n$$ (label)",
        "<!--\n{}\n-->",
        "text <!-- a\n\n{}\n--> text",
        "<!-- <!--\n{}\n-->",
    ],
)
@pytest.mark.parametrize("line", ["Q: q", "A: a", "C: {{c1::x}}", "# H", "---", "^id"])
def test_nothing_counts_inside(block: str, line: str) -> None:
    inside = block.format(line)

    assert sides(inside) == []
    assert sides(f"Q: q\nA: a\n\n{inside}\n\n^end\n") == [("q", f"a\n\n{inside}")]


@pytest.mark.parametrize(
    "line",
    [
        "`<!--` starts a comment",
        "\\`\\`\\` is a fence",
        "``` `inline` ```",
        "a $$x$$ b",
        "$$x$$",
        "<!-- x -->",
        "    ```",
        "see [0,1] and [a](b)",
        "$x_t$ costs $5",
    ],
)
def test_no_region_starts_with(line: str) -> None:
    assert sides(f"{line}\n\nQ: q\nA: a\n") == [("q", "a")]


def test_code_may_start_on_the_line_of_the_answer() -> None:
    assert sides("Q: q\nA: ```python\nQ: x\n```\n^a\n\nQ: r\nA: $$\nx\n$$\n") == [
        ("q", "```python\nQ: x\n```"),
        ("r", "$$\nx\n$$"),
    ]


def test_indented_code_right_below_the_marker_keeps_its_indentation() -> None:
    assert sides("Q:\n\n    x = 1\n    y = 2\nA:\n\n    z\n") == [("    x = 1\n    y = 2", "    z")]


def test_chinese_needs_no_space_after_the_colon() -> None:
    assert sides("Q:为什么慢？\nA:马尔可夫链。\n") == [("为什么慢？", "马尔可夫链。")]


def test_a_windows_path_is_no_cloze() -> None:
    assert sides("Q: where?\nA: in\nC:\\data or\nC:/data\n") == [("where?", "in\nC:\\data or\nC:/data")]


def test_an_answer_outside_a_question_is_prose() -> None:
    assert sides("A: hello\n\nQ: q\nA: a\n^i\nA: again\n") == [("q", "a")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_understood_and_read_as_a_newline(end: str) -> None:
    text = end.join(["\ufeff---", "id: x", "---", "", "Q: q", "", "r", "A: a\tb", "", "^i", ""])
    note = parse(text)

    assert note.cards == (Card("x/i", "x/i", "basic", "q\n\nr", "a\tb", 5, 0),)
    assert note.problems == ()


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        (
            "Q: q\n^i\n",
            ":1: `A:` is missing — a question needs a line that starts with `A:` before its `^id`",
        ),
        ("Q:\nA: a\n", ":1: the question is empty — write it after `Q:`"),
        ("Q: q\n\nA:\n", ":3: the answer is empty — write it after `A:`"),
        (
            "Q: q\nA: a\nA: b\n",
            ":3: a second `A:` — give each question one `A:`; start another card with `Q:`",
        ),
        (
            "Q: q\nA: a\n^Why_Slow\n",
            ":3: `^Why_Slow` is not an id — use a-z, 0-9 and `-` only, like `^why-ddpm-slow`",
        ),
        ("Q: q\nA: a\n```py\n", ":3: ``` is opened here and not closed — end it with ```"),
        ("Q: q\nA: a\n$$\nx\n", ":3: $$ is opened here and not closed — end it with $$"),
        ("Q: q\nA: a\n<!-- x\n", ":3: <!-- is opened here and not closed — end it with -->"),
        (
            "Q：q\nA：a\n",
            ":1: this `Q` has a full-width colon — write `Q:` to start a card, or indent the line",
        ),
    ],
)
def test_a_bad_card_is_reported_and_hides_no_other(bad: str, complaint: str) -> None:
    note = parse(f"{bad}\n\nQ: next\nA: one\n")

    assert [str(problem) for problem in note.problems] == [f"ddim.md{complaint}"]
    assert [(card.front, card.position) for card in note.cards] == [("next", 0)]


@pytest.mark.parametrize(
    ("opener", "closed"),
    [
        ("```python\nx", "```python\ny\n```"),
        ("~~~", "~~~ x\n~~~"),
        ("<!-- a", "<!-- b -->"),
        ("$$\nx", "$$\ny\n$$"),
    ],
)
def test_a_forgotten_end_is_noticed_although_a_later_one_would_fit(opener: str, closed: str) -> None:
    note = parse(f"Q: bad\nA: a\n\n{opener}\n\n^bad\n\nQ: good\nA: b\n\n{closed}\n\n^good\n")

    assert [card.id for card in note.cards] == ["ddim/good"]
    assert [problem.line for problem in note.problems] == [4]


def test_math_left_open_above_an_id_ends_there_without_a_blank_line() -> None:
    note = parse("Q: bad\nA: a\n$$\nx\n^bad\nQ: good\nA: $$\ny\n$$\n^good\n")

    assert [card.id for card in note.cards] == ["ddim/good"]


def test_an_answer_marker_in_a_cloze_is_text() -> None:
    assert sides("C: {{c1::a}}\nA: b\nA: c\n") == [("⟦…⟧\nA: b\nA: c", "⟦a⟧\nA: b\nA: c")]


def test_the_second_card_with_an_id_is_left_out() -> None:
    note = parse("Q: q\nA: a\n^i\n\nQ: r\nA: b\n^i\n")

    assert [card.front for card in note.cards] == ["q"]
    assert complaints("Q: q\nA: a\n^i\n\nQ: r\nA: b\n^i\n") == [
        "ddim.md:5: `^i` already belongs to the card on line 1 — give each card an id of its own"
    ]


def test_a_broken_card_keeps_its_id() -> None:
    """Or the history of the first would pass to the second for as long as the first is broken."""
    assert parse("Q: q\n^i\n\nQ: r\nA: b\n^i\n").cards == ()


def test_problems_come_in_the_order_of_their_lines() -> None:
    note = parse("---\ncolor: red\n---\nQ: q\n\n# H\n\n```x\n\nC: none\n")

    assert [problem.line for problem in note.problems] == [2, 4, 8, 10]
