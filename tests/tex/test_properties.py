"""Whatever the source is, the result is a rectangle; and well-formed formulas are drawn without loss."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from studyapp.tex import Box, problems, render, unknown_commands

_PIECES = [
    *(
        rf"\{name}"
        for name in ("frac", "sqrt", "hat", "bar", "overline", "underbrace", "boxed", "text", "mathbb")
    ),
    *(
        rf"\{name}"
        for name in ("sum", "int", "max", "limits", "alpha", "quad", "displaystyle", "not", "substack")
    ),
    *(
        rf"\{name}"
        for name in ("left(", "right)", "left.", "right|", "middle|", "big(", "Big|", "tag", "foo", "\\", ",")
    ),
    *(rf"\{edge}{{{name}}}" for name in ("cases", "aligned") for edge in ("begin", "end")),
    *"&_^{}[]()|'+-=,x1$%é中😀\\",
]
_SOUP = st.lists(st.sampled_from([*_PIECES, " ", "\n", "\x1b", "\u0302", "\u200d", "\ufe0f"]), max_size=25)

_LEAVES = st.sampled_from(["x", "y_i", r"\alpha", "12", r"\text{词}", r"\mathbb{E}", r"\infty"])
_SHAPES = [
    r"\frac{%s}{%s}",
    r"\left(%s + %s\right)",
    r"{%s}_{%s}",
    r"{%s}^{%s}",
    r"\sqrt{%s - %s}",
    r"\sum_{%s} %s",
    r"\boxed{%s} = %s",
    r"\begin{pmatrix} %s \\ %s \end{pmatrix}",
    r"\underbrace{%s}_{%s}",
    r"\overset{%s}{%s}",
]


def _grow(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda shape, first, second: shape % (first, second), st.sampled_from(_SHAPES), children, children
    )


_FORMULAS = st.recursive(_LEAVES, _grow, max_leaves=12)


def _assert_rectangle(box: Box) -> None:
    assert 0 <= box.baseline < box.height == len(box.lines)
    assert {cell_len(line) for line in box.lines} == {box.width}


@given(st.text(), st.booleans())
def test_any_text_renders_as_a_rectangle(source: str, display: bool) -> None:
    _assert_rectangle(render(source, display=display))


@given(_SOUP, st.sampled_from(["", " "]), st.booleans())
def test_any_mixture_of_commands_renders_as_a_rectangle(pieces: list[str], glue: str, display: bool) -> None:
    source = glue.join(pieces)
    _assert_rectangle(render(source, display=display))
    unknown_commands(source)
    problems(source)


@given(_FORMULAS, st.booleans())
def test_nested_formulas_are_understood(source: str, display: bool) -> None:
    assert problems(source) == unknown_commands(source) == ()
    box = render(source, display=display)
    _assert_rectangle(box)
    assert "\\" not in "".join(box.lines).replace("╲", "")


@given(_FORMULAS)
def test_boxed_part_shows_both_brackets(source: str) -> None:
    shown = "".join(render(rf"\boxed{{{source}}}", display=True).lines)
    assert ("[" in shown and "]" in shown) or ("⎡" in shown and "⎦" in shown)
