"""What an author is told about a formula that cannot be drawn."""

import pytest

from studyapp.tex import problems, render, unknown_commands


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (r"\frac{a}{b", "a `{` is never closed"),
        (r"a}", "a `}` has no `{`"),
        (r"\left( x", "`\\left` is never closed"),
        (r"x \right)", "`\\right` has no `\\left`"),
        (r"\left x", "`\\left` needs a delimiter"),
        (r"\begin{cases} a", "`\\begin{cases}` is never closed"),
        (r"\begin{cases} a \end{matrix}", "`\\begin{cases}` is closed by `\\end{matrix}`"),
        (r"a \end{cases}", "`\\end` has no `\\begin`"),
        (r"\begin{tikzpicture} \end{tikzpicture}", "unknown environment `tikzpicture`"),
        (r"x^a^b", "two `^` on one symbol"),
        (r"x_", "`_` lacks an argument"),
        (r"\frac{a}", "`\\frac` lacks an argument"),
        (r"{a & b}", "a `&` stands outside"),
        (r"\text{a", "`\\text{` is never closed"),
        (r"\sqrt[3{x}", "a `]` is missing"),
        (r"x \not\frac12", "`\\not` needs a relation"),
        ("x \\", "a `\\` stands alone"),
        ("{" * 200 + "}" * 200, "nested more than"),
    ],
)
def test_broken_structure_is_named_and_shown_as_source(source: str, words: str) -> None:
    (problem,) = problems(source)
    assert words in problem
    assert render(source).lines == (source,)


def test_source_with_several_lines_keeps_them() -> None:
    assert render("a\n  {bc\nd").lines == ("a    ", "  {bc", "d    ")


def test_unknown_commands_are_listed_once_in_order() -> None:
    assert unknown_commands(r"\foo x + \color{red} + \text{a \bar b} + \foo") == ("\\foo", "\\color", "\\bar")
    assert problems(r"\foo{x}") == ()


def test_unknown_commands_before_a_structural_error_are_still_listed() -> None:
    assert unknown_commands(r"\foo \frac{a}{b") == ("\\foo",)


def test_supported_formula_has_neither() -> None:
    source = r"\hat{x} = \operatorname*{arg\,max}_{x \in X} \log p_\theta(x)"
    assert unknown_commands(source) == problems(source) == ()
