"""Clozes: what is hidden, what is shown, and what is reported."""

import pytest

from studyapp.notes import parse_note


def sides(text: str) -> list[tuple[str, str]]:
    note = parse_note(f"C: {text}\n", path="t.md")
    assert note.problems == ()
    return [(card.front, card.back) for card in note.cards]


def test_each_number_gives_one_sibling_in_order() -> None:
    note = parse_note("C: {{c2::b}} {{c1::a}} {{c2::c}}\n\n^x\n", path="t.md")

    assert [(card.id, card.group, card.kind, card.position) for card in note.cards] == [
        ("t/x#c1", "t/x", "cloze", 0),
        ("t/x#c2", "t/x", "cloze", 1),
    ]
    assert [card.front for card in note.cards] == ["b ⟦…⟧ c", "⟦…⟧ a ⟦…⟧"]
    assert [card.back for card in note.cards] == ["b ⟦a⟧ c", "⟦b⟧ a ⟦c⟧"]


@pytest.mark.parametrize(
    ("text", "front", "back"),
    [
        ("a {{c1::b::letter}} c", "a ⟦letter⟧ c", "a ⟦b⟧ c"),
        ("{{c1::a::b::hint}}", "⟦hint⟧", "⟦a::b⟧"),
        ("{{c1::std\\::max}}", "⟦…⟧", "⟦std::max⟧"),
        ("{{c1::a::x\\::y}}", "⟦x::y⟧", "⟦a⟧"),
        ("{{c1::a::}}", "⟦…⟧", "⟦a⟧"),
        ("{{c1::a:: }}", "⟦…⟧", "⟦a⟧"),
        ("5$ or {{c1::6}} and 7$", "5$ or ⟦…⟧ and 7$", "5$ or ⟦6⟧ and 7$"),
        ("{{c1::{a::b}}}", "⟦…⟧", "⟦{a::b}⟧"),
        ("{{c1::`x[::-1]`}}", "⟦…⟧", "⟦`x[::-1]`⟧"),
        ("{{c1::`x[\\::-1]`}}", "⟦…⟧", "⟦`x[::-1]`⟧"),
        ("{{c1::$x :: y$::type}}", "⟦type⟧", "⟦$x :: y$⟧"),
        ("{{c1::[0,1)::interval [a,b)}}", "⟦interval [a,b)⟧", "⟦[0,1)⟧"),
        ("{{c1::一步::几步}}到位", "⟦几步⟧到位", "⟦一步⟧到位"),
        ("{{c01::a}}", "⟦…⟧", "⟦a⟧"),
        ("{{c1::a\n\nb}}", "⟦…⟧", "⟦a\n\nb⟧"),
        ("{{c1::a } b}}", "⟦…⟧", "⟦a } b⟧"),
        ("{{c1::`}}` and `{`}}", "⟦…⟧", "⟦`}}` and `{`⟧"),
        ("{{c1::$\\eta$}} x", "⟦…⟧ x", "⟦$\\eta$⟧ x"),
        ("{{c1::$a$ and $b$}}", "⟦…⟧", "⟦$a$ and $b$⟧"),
        ("{{c1::a \\$ b}} c $", "⟦…⟧ c $", "⟦a \\$ b⟧ c $"),
        ("{{c1::$5}} or $6", "⟦…⟧ or $6", "⟦$5⟧ or $6"),
        ("{{c1::a\n\n```\n}}\n```\n}}", "⟦…⟧", "⟦a\n\n```\n}}\n```\n⟧"),
    ],
)
def test_in_text(text: str, front: str, back: str) -> None:
    assert sides(text) == [(front, back)]


@pytest.mark.parametrize(
    ("text", "front", "back"),
    [
        ("$\\eta = {{c1::0}}$", "$\\eta = \\boxed{\\ldots}$", "$\\eta = \\boxed{0}$"),
        ("$a = {{c1::0::zero?}}$", "$a = \\boxed{\\text{zero?}}$", "$a = \\boxed{0}$"),
        (
            "${{c1::\\sqrt{\\bar{\\alpha}_{t}}}}$",
            "$\\boxed{\\ldots}$",
            "$\\boxed{\\sqrt{\\bar{\\alpha}_{t}}}$",
        ),
        ("$x + {{c1::y^{2}}}$", "$x + \\boxed{\\ldots}$", "$x + \\boxed{y^{2}}$"),
        ("$\\{{{c1::x}}\\}$", "$\\{\\boxed{\\ldots}\\}$", "$\\{\\boxed{x}\\}$"),
        ("$a {{c1::\\{ b \\}}}$", "$a \\boxed{\\ldots}$", "$a \\boxed{\\{ b \\}}$"),
        ("$a {{c1::\\} b}}$", "$a \\boxed{\\ldots}$", "$a \\boxed{\\} b}$"),
        ("$$x = {{c1::y}}$$", "$$x = \\boxed{\\ldots}$$", "$$x = \\boxed{y}$$"),
        ("so $$x = {{c1::y}}$$ ok", "so $$x = \\boxed{\\ldots}$$ ok", "so $$x = \\boxed{y}$$ ok"),
        ("\n$$\nx\n\n{{c1::y}}\n$$", "$$\nx\n\n\\boxed{\\ldots}\n$$", "$$\nx\n\n\\boxed{y}\n$$"),
        (
            "- a\n\n  $$\n  {{c1::y}}\n  $$ (1)",
            "- a\n\n  $$\n  \\boxed{\\ldots}\n  $$ (1)",
            "- a\n\n  $$\n  \\boxed{y}\n  $$ (1)",
        ),
        ("$a\n{{c1::b}}$", "$a\n\\boxed{\\ldots}$", "$a\n\\boxed{b}$"),
    ],
)
def test_in_a_formula(text: str, front: str, back: str) -> None:
    assert sides(text) == [(front, back)]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("$\\frac{{c1::a}}{b}$", "$\\frac{a}{b}$"),
        ("$\\frac{{{c1::a}}}{b}$", "$\\frac{a}{b}$"),
        ("$x^{{c1::n+1}}$", "$x^{n+1}$"),
        ("${{c1::\\alpha}}x$", "${\\alpha}x$"),
        ("$\\eta = {{c1::0}}$", "$\\eta = 0$"),
        ("$2{{c1::x}}$", "$2x$"),
    ],
)
def test_a_formula_stays_valid_tex_without_its_clozes(text: str, plain: str) -> None:
    assert sides(f"{text} {{{{c2::z}}}}")[1] == (f"{plain} ⟦…⟧", f"{plain} ⟦z⟧")


@pytest.mark.parametrize("tex", ["x^{{2}}", "\\{{c1::x}}", "{{x}}", "{{ c1::x }}", "{{c::x}}", "{{c1:x}}"])
def test_other_braces_are_left_alone(tex: str) -> None:
    assert sides(f"${tex}$ {{{{c1::z}}}}") == [(f"${tex}$ ⟦…⟧", f"${tex}$ ⟦z⟧")]


@pytest.mark.parametrize(
    "code",
    [
        "`{{c2::x}}`",
        "``a ` {{c2::x}}``",
        "`a\n{{c2::x}}`",
        "\n```\n{{c2::x}}\n```\n",
        "<!-- {{c2::x}} -->",
        "`$` {{c1::b}} `$`",
    ],
)
def test_code_and_comments_hold_no_clozes(code: str) -> None:
    fronts = [front for front, _ in sides(f"{{{{c1::z}}}} {code} end")]

    assert fronts == [f"⟦…⟧ {code} end".replace("{{c1::b}}", "⟦…⟧")]


def test_a_backtick_or_dollar_alone_reaches_no_further_than_its_paragraph() -> None:
    text = "a ` $ b\n\n{{c1::c}} ` $\n- x ` $\n- {{c1::d}} ` $"

    assert sides(text) == [
        (
            text.replace("{{c1::c}}", "⟦…⟧").replace("{{c1::d}}", "⟦…⟧"),
            text.replace("{{c1::c}}", "⟦c⟧").replace("{{c1::d}}", "⟦d⟧"),
        )
    ]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("nothing", 1, "`C:` hides nothing"),
        ("a\n\n{{c1::b", 3, "`{{c1::` is not closed"),
        ("{{c1::{ b}}", 1, "`{{c1::` is not closed"),
        ("{{c1::a {{c2::b}} }}", 1, "`{{c2::` stands inside another cloze"),
        ("a\n{{c1::b $x}} + y$", 2, "`{{c1::` takes in only a part of a formula and text beside it"),
        ("$x {{c1::+ y$ b}}", 1, "`{{c1::` takes in only a part of a formula and text beside it"),
        ("{{c0::a}}", 1, "`{{c0::` has no usable number"),
        ("{{c1000::a}}", 1, "`{{c1000::` has no usable number"),
        (f"{{{{c{'9' * 5000}::a}}}}", 1, f"`{{{{c{'9' * 5000}::` has no usable number"),
        ("{{c1::}}", 1, "`{{c1::` hides nothing"),
        ("{{c1:: ::hint}}", 1, "`{{c1::` hides nothing"),
        ("{{c1::x[::-1]}}", 1, "the last `::` makes `-1]` the hint of a cloze"),
    ],
)
def test_a_bad_cloze_is_reported_on_its_line(text: str, line: int, what: str) -> None:
    note = parse_note(f"C: {text}\n\n^x\n\nC: {{{{c1::good}}}}\n", path="t.md")

    assert [(problem.line, problem.what) for problem in note.problems] == [(line, what)]
    assert [card.back for card in note.cards] == ["⟦good⟧"]
