"""What holds for every note."""

import re
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from studyapp.notes import Note, insert_ids, parse_note

common = settings(deadline=None)  # a busy machine is no failure
thorough = settings(common, max_examples=500)

FRAGMENTS = [
    *(
        "Q:",
        "A:",
        "C:",
        "Q: q\nA: a\n",
        "\n^id\n",
        "^Bad",
        "# H\n",
        "---\n",
        "```",
        "```py\n",
        "~~~",
        "$$",
        "$",
    ),
    *(
        "<!--",
        "-->",
        "{{c1::",
        "{{c2::x}}",
        "}}",
        "{",
        "}",
        "::",
        "\\",
        "`",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "\t",
    ),
    *(
        "- ",
        "    ",
        "> ",
        "[0,1]",
        "x",
        "5",
        "词",
        "é",
        " ",
        "\ufeff",
        "\u2028",
        "\x0c",
        "\x00",
        "title: a",
        "id: b\n",
    ),
]
any_text = st.text() | st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=40).map("".join)

# Text that is neither structure, nor code, nor math, nor an escape, whatever stands beside it.
words = st.text(
    st.characters(categories=["Lu", "Ll", "Lo", "Nd"]) | st.sampled_from(" ,.;()[]?!%"), min_size=1
)
phrases = words.map(lambda text: " ".join(text.split())).filter(bool).map(lambda text: f"w{text}")
code_lines = st.lists(
    phrases
    | st.sampled_from(["Q: no", "A: no", "C: {{c1::no}}", "# no", "---", "^no", "", "    x[::-1]", "$$ {"]),
    max_size=5,
).map("\n".join)
formulas = st.sampled_from(["x_t", "\\frac{a}{b}", "x^{{2}}", "\\{a\\}", "\\sqrt{\\bar{\\alpha}_{t}}", "f'"])

paragraphs = st.lists(
    phrases
    | formulas.map(lambda tex: f"${tex}$")
    | st.sampled_from(["`{{c1::no}}`", "``a`b``", "[0,1]", "[a](b)"]),
    min_size=1,
    max_size=4,
).map(" ".join)
fences = st.builds(
    lambda fence, info, code: f"{fence[0]}{info}\n{code}\n{fence[1]}",
    st.sampled_from([("```", "```"), ("````", "`````"), ("~~~", "~~~")]),
    st.sampled_from(["", "python", " c++ x"]),
    code_lines,
)
displays = formulas.map(lambda tex: f"$$\nQ: {tex}\n# no\n\n^2\n---\n$$")
lists = st.lists(paragraphs, min_size=1, max_size=3).map(
    lambda items: "\n".join(f"- {item}" for item in items)
)
markdown = st.lists(paragraphs | fences | displays | lists, min_size=1, max_size=3).map("\n\n".join)
comments = code_lines.map(lambda lines: f"<!-- {lines}\n-->")
prose = (
    markdown | comments | phrases.map(lambda text: f"## {text}") | st.sampled_from(["---", "A: no", "^no"])
)


@dataclass(frozen=True)
class Source:
    """The Markdown of a card without its id, and the sides that it must have."""

    text: str
    sides: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Piece:
    """A part of a cloze text: how it is written, and how it looks plain, hidden and revealed."""

    text: str
    number: int
    plain: str
    hidden: str
    revealed: str


def build_question(front: str, back: str, gap: str) -> Source:
    return Source(f"Q: {front}{gap}A: {back}", ((front, back),))


def text_cloze(number: int, answer: str, hint: str) -> Piece:
    source = f"{{{{c{number}::{answer}{'::' if hint else ''}{hint}}}}}"
    return Piece(source, number, answer, f"⟦{hint or '…'}⟧", f"⟦{answer}⟧")


def formula_cloze(number: int, answer: str, hint: str) -> Piece:
    source = f"$x = {{{{c{number}::{answer}{'::' if hint else ''}{hint}}}}}$"
    hidden = f"\\text{{{hint}}}" if hint else "\\ldots"
    return Piece(
        source, number, f"$x = {answer}$", f"$x = \\boxed{{{hidden}}}$", f"$x = \\boxed{{{answer}}}$"
    )


def build_cloze(pieces: list[Piece], tail: str) -> Source:
    def show(number: int, look: str) -> str:
        shown = [getattr(piece, look if piece.number == number else "plain") for piece in pieces]
        return f"w {' w '.join(shown)}\n\n{tail}"

    numbers = sorted({piece.number for piece in pieces})
    sides = tuple((show(number, "hidden"), show(number, "revealed")) for number in numbers)
    return Source(f"C: w {' w '.join(piece.text for piece in pieces)}\n\n{tail}", sides)


questions = st.builds(build_question, markdown, markdown, st.sampled_from(["\n", "\n\n", "\n \t\n\n"]))
numbers = st.integers(1, 12)
hints = st.just("") | phrases.filter(lambda text: "]" not in text)
pieces = st.builds(text_cloze, numbers, paragraphs, hints) | st.builds(
    formula_cloze, numbers, formulas, hints
)
clozes = st.builds(build_cloze, st.lists(pieces, min_size=1, max_size=4), markdown)
blocks = st.lists(prose | questions | clozes, max_size=8)


def contents(note: Note) -> list[tuple[str, str, str]]:
    return [(card.kind, card.front, card.back) for card in note.cards]


@given(blocks, st.sampled_from(["\n", "\r\n"]), st.booleans())
@common
def test_a_note_has_exactly_the_cards_that_were_written(
    blocks: list[str | Source], end: str, with_ids: bool
) -> None:
    parts = ["Prose"]
    expected: list[tuple[str | None, str, str]] = []
    for index, block in enumerate(blocks):
        if isinstance(block, str):
            parts.append(block if with_ids else f"# end of the card before\n\n{block}")
            continue
        slug = f"card-{index}" if with_ids else None
        parts.append(f"{block.text}\n\n^{slug}" if slug else block.text)
        suffixes = [""] if block.text.startswith("Q") else [f"#c{n}" for n in cloze_numbers(block)]
        ids = [f"t/{slug}{suffix}" if slug else None for suffix in suffixes]
        expected += [(card_id, *sides) for card_id, sides in zip(ids, block.sides, strict=True)]

    note = parse_note("\n\n".join(parts).replace("\n", end), path="t.md")

    assert note.problems == ()
    assert [(card.id, card.front, card.back) for card in note.cards] == expected


def cloze_numbers(block: Source) -> list[int]:
    """From the text outside its code, which holds `{{c1::no}}` at most."""
    return sorted({int(number) for number in re.findall(r"\{\{c(\d+)::(?!no\}\})", block.text)})


@given(st.lists(prose, max_size=8))
@common
def test_prose_never_becomes_a_card(blocks: list[str]) -> None:
    note = parse_note("\n\n".join(["Prose", *blocks]), path="t.md")

    assert (note.cards, note.problems) == ((), ())


@given(any_text)
@thorough
def test_any_text_is_read_without_an_exception(text: str) -> None:
    note = parse_note(text, path="t.md")

    assert [card.position for card in note.cards] == list(range(len(note.cards)))
    ids = [card.id for card in note.cards if card.id is not None]
    assert len(ids) == len(set(ids))


@given(any_text)
@thorough
def test_any_front_matter_is_read_without_an_exception(text: str) -> None:
    note = parse_note(f"---\n{text}\n---\n", path="t.md")

    assert re.fullmatch("[a-z0-9][a-z0-9_-]*", note.meta.id)


@given(any_text)
@thorough
def test_ids_are_inserted_once_and_change_nothing_else(text: str) -> None:
    named = insert_ids(text, path="t.md", taken=())

    before, after = parse_note(text, path="t.md"), parse_note(named, path="t.md")
    assert insert_ids(named, path="t.md", taken=()) == named
    assert contents(after) == contents(before)
    assert len(after.problems) == len(before.problems)
    assert all(card.id for card in after.cards)
    new = {f"^{str(card.group).partition('/')[2]}" for card in after.cards} - set(written_lines(text))
    assert [line for line in written_lines(named) if line not in new] == written_lines(text)
    assert is_subsequence(text, named)
    assert text.endswith(("\r", "\n")) == named.endswith(("\r", "\n"))


def written_lines(text: str) -> list[str]:
    return [line for line in re.split(r"\r\n|\r|\n", text) if line.strip()]


def is_subsequence(part: str, whole: str) -> bool:
    rest = iter(whole)
    return all(char in rest for char in part)
