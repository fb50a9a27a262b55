"""What is wrong between notes."""

from itertools import pairwise

from studyapp.notes import Note, check_collection, parse_note


def note(path: str, topic: str, requires: str = "", cards: str = "") -> Note:
    return parse_note(f"---\nid: {topic}\nrequires: [{requires}]\n---\n{cards}", path=path)


def complaints(*notes: Note) -> list[str]:
    return [str(problem) for problem in check_collection(iter(notes))]


def test_a_sound_collection() -> None:
    card = "Q: q\nA: a\n^i\n\nQ: r\nA: b\n"
    assert (
        complaints(note("a.md", "a", "", card), note("b.md", "b", "a", card), note("c.md", "c", "a, b")) == []
    )


def test_two_files_with_one_topic() -> None:
    notes = [
        note("a.md", "x", "", "Q: q\nA: a\n^i\n"),
        note("b.md", "x", "", "Q: q\nA: a\n^j\n\nC: {{c1::x}}\n^i\n"),
    ]

    assert complaints(*notes) == [
        "b.md:1: topic id `x` already belongs to a.md — give each note its own `id:` in the front matter"
    ]


def test_two_files_with_one_card() -> None:
    notes = [note(path, "x", "", "Q: q\nA: a\n^i\n") for path in ("a.md", "b.md")]

    assert complaints(*notes)[1:] == [
        "b.md:5: card id `x/i` already belongs to a card of a.md — give the card or its note another id"
    ]


def test_an_unknown_requirement() -> None:
    assert complaints(note("a.md", "a", "b")) == [
        "a.md:1: requires the unknown topic `b` — `requires` lists the ids of other notes"
    ]


def test_each_circle_of_requirements_is_reported_once() -> None:
    notes = [
        note("a.md", "a", "b"),
        note("b.md", "b", "c"),
        note("c.md", "c", "a"),
        note("d.md", "d", "d, a"),
    ]

    problems = check_collection(notes)

    assert {p.what.partition("(")[0] for p in problems} == {"the requirements go round in a circle "}
    assert sorted("".join(sorted(set(p.what.partition("(")[2]) & set("abcd"))) for p in problems) == [
        "abc",
        "d",
    ]
    for problem in problems:
        chain = problem.what.partition("(")[2].rstrip(")").split(" → ")
        edges = {"ab", "bc", "ca", "dd", "da"}
        assert all(first + second in edges for first, second in pairwise(chain))
        assert problem.path == f"{chain[0]}.md"
