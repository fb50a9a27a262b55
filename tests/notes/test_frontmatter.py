"""The front matter of a note, and what stands in for it."""

import pytest

from studyapp.notes import Note, NoteMeta, parse_note

CARD = "\nQ: q\nA: a\n\n^i\n"


def parse(front_matter: str, path: str = "notes/file_name.md") -> Note:
    note = parse_note(f"---\n{front_matter}\n---\n{CARD}", path=path)
    assert [card.front for card in note.cards] == ["q"]
    return note


def complaints(note: Note) -> list[tuple[int, str]]:
    return [(problem.line, problem.what) for problem in note.problems]


def test_all_fields() -> None:
    note = parse(
        "id: reparameterization\ntitle: 'Reparameterization: Gumbel'\ntitle_zh: 重参数\narea: generative\n"
        "requires: [bias_term]\nexercises:\n- gumbel_softmax\n"
        "sources:\n"
        "  - Jang, Gu, Poole. Categorical Reparameterization with Gumbel-Softmax. arXiv:1611.01144\n"
        "aliases: {reparameterization/old: reparameterization/new}"
    )

    assert note.problems == ()
    assert note.cards[0].id == "reparameterization/i"
    assert note.meta == NoteMeta(
        id="reparameterization",
        title="Reparameterization: Gumbel",
        title_zh="重参数",
        area="generative",
        requires=("bias_term",),
        exercises=("gumbel_softmax",),
        sources=("Jang, Gu, Poole. Categorical Reparameterization with Gumbel-Softmax. arXiv:1611.01144",),
        aliases={"reparameterization/old": "reparameterization/new"},
    )


def test_values_that_look_like_numbers_or_booleans_are_text() -> None:
    meta = parse("id: 2024\ntitle: No\narea: 1.0\nrequires:").meta

    assert meta == NoteMeta(id="2024", title="No", area="1.0")


def test_a_note_of_ones_own_needs_none() -> None:
    text = "```\n# code\n```\n\nIntro\n\n# My Notes #\n\n# Later\n" + CARD

    note = parse_note(text, path="own/Flow Matching.md")

    assert note.meta == NoteMeta(id="flow-matching", title="My Notes", area="own")
    assert note.cards[0].id == "flow-matching/i"
    assert note.problems == ()
    assert parse_note(CARD, path="own/Flow Matching.md").meta.title == "Flow Matching"


def test_a_translation_belongs_to_the_same_topic() -> None:
    assert parse_note(CARD, path="content/ddim.zh.md").cards[0].id == "ddim/i"


def test_names_in_other_scripts_stay_apart() -> None:
    names = ["扩散.md", "流.md", "DDIM 笔记.md", "DDIM 总结.md"]
    ids = [parse_note("", path=name).meta.id for name in names]

    assert len(set(ids)) == len(names)
    assert all(topic.isascii() for topic in ids)
    composed, decomposed = (parse_note("", path=name).meta.id for name in ("\u00e9扩散.md", "e\u0301扩散.md"))
    assert composed == decomposed
    assert parse_note("", path="Caf\u00e9.md").meta.id == "cafe"


@pytest.mark.parametrize(
    ("front_matter", "line", "what"),
    [
        ("id: x\ncolour: red", 3, "`colour` is not a field of a note"),
        ("id: x\nid: y", 3, "`id` is given twice"),
        ("id: x\nrequires: bias_term", 3, "`requires` has the wrong form"),
        ("id: x\nsources:\n- DDIM: a paper", 3, "`sources` has the wrong form"),
        ("id: x\ntitle: [a]", 3, "`title` has the wrong form"),
        ("id: x\naliases: [a]", 3, "`aliases` has the wrong form"),
        ("id: x\naliases: {a: [b]}", 3, "`aliases` has the wrong form"),
        ("id: x\n? [a, b]\n: c", 3, "`?` is not a field of a note"),
    ],
)
def test_a_bad_field_costs_only_itself(front_matter: str, line: int, what: str) -> None:
    note = parse(front_matter)

    assert note.meta.id == "x"
    assert complaints(note) == [(line, what)]


@pytest.mark.parametrize(
    "bad", ["title: a: b", "title: `x`", "\ttitle: x", "title: 'x", "title: *x", "title: \x07"]
)
def test_what_is_not_yaml_is_reported_and_the_id_saved(bad: str) -> None:
    note = parse(f"area: x\nid: ddim\n{bad}")

    assert note.cards[0].id == "ddim/i"
    [problem] = note.problems
    assert problem.line in (3, 4, 5)
    assert problem.what.startswith("the front matter is not YAML (")


@pytest.mark.parametrize(
    "bad",
    ["- a", "just text", "[" * 50_000 + "]" * 50_000, "a: \ud800", "a: &a [*a]\n? *a\n: *a", "a: b\n...\nc"],
)
def test_no_front_matter_brings_the_parser_down(bad: str) -> None:
    assert parse(bad).problems


def test_an_id_has_a_fixed_form() -> None:
    note = parse("id: Flow Matching")

    assert note.meta.id == "file_name"
    assert complaints(note) == [(2, "`Flow Matching` is not a topic id")]


def test_an_unclosed_front_matter_is_reported() -> None:
    note = parse_note("---\nid: ddim\n\nQ: q\nA: a\n\n^i\n\n---\n\nProse\n", path="x.md")

    assert [card.id for card in note.cards] == ["ddim/i"]
    assert [str(problem) for problem in note.problems] == [
        "x.md:1: the front matter is not closed — end it with a line `---`"
    ]


@pytest.mark.parametrize("text", ["---\n\nProse\n", "---", "", "---\n---\n", "---\n# only a comment\n---\n"])
def test_a_thematic_break_or_nothing_is_no_front_matter(text: str) -> None:
    note = parse_note(text + CARD, path="x.md")

    assert note.problems == ()
    assert note.meta.id == "x"
