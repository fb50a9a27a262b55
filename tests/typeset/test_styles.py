"""Roles of spans, cloze marks, raw formulas, and lines that scroll."""

import subprocess
import sys

import pytest

from studyapp.typeset import Line, Span, Style, typeset


def styles(markdown: str, *, raw_math: bool = False) -> list[tuple[str, Style]]:
    lines = typeset(markdown, 60, raw_math=raw_math)
    return [(span.text, span.style) for line in lines for span in line.spans]


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("plain", [("plain", ("text",))]),
        ("a **b**", [("a ", ("text",)), ("b", ("text", "strong"))]),
        ("***x***", [("x", ("text", "emphasis", "strong"))]),
        ("`x[0]`", [("x[0]", ("text", "code"))]),
        ("$x^2$", [("x²", ("text", "math"))]),
        ("# A *b*", [("A ", ("heading",)), ("b", ("heading", "emphasis"))]),
        ("> q", [("│ q", ("quote",))]),
        ("- item", [("• ", ("bullet",)), ("item", ("text",))]),
        ("```\ncode\n```", [("  code", ("code-block",))]),
        ("[paper](https://x.org)", [("paper", ("text", "link")), (" https://x.org", ("text", "dim"))]),
        ("<https://x.org>", [("https://x.org", ("text", "link"))]),
        ("[note](ddim.md)", [("note", ("text", "link"))]),
        ("![alt](x.png)", [("▣ alt", ("text", "dim"))]),
    ],
)
def test_roles(markdown: str, expected: list[tuple[str, Style]]) -> None:
    merged: list[tuple[str, Style]] = []
    for text, style in styles(markdown):
        if merged and merged[-1][1] == style:
            merged[-1] = (merged[-1][0] + text, style)
        else:
            merged.append((text, style))
    assert merged == expected


def test_cloze_covers_its_brackets_and_all_inline_markup() -> None:
    spans = styles("DDIM is ⟦a **sampler** with `eta` and $x_t$⟧ indeed")
    inside = [text for text, style in spans if "cloze" in style]
    assert "".join(inside) == "⟦a sampler with eta and xₜ⟧"
    assert ("xₜ", ("text", "math", "cloze")) in spans
    assert ("sampler", ("text", "strong", "cloze")) in spans
    assert spans[-1] == (" indeed", ("text",))


def test_hidden_cloze_and_code_that_looks_like_one() -> None:
    assert ("⟦…⟧", ("text", "cloze")) in styles("x is ⟦…⟧.")
    assert styles("`⟦x⟧` y")[0] == ("⟦x⟧", ("text", "code"))


def test_cloze_stays_in_its_paragraph() -> None:
    assert styles("a ⟦b\n\nc")[-1] == ("c", ("text",))


def test_raw_math_shows_the_source() -> None:
    assert typeset(r"so $\frac{a}{b}$.", 60, raw_math=True)[0].text == r"so $\frac{a}{b}$."
    lines = typeset("$$\n\\frac{a}{b}\n$$", 60, raw_math=True)
    assert [line.text for line in lines] == ["$$", r"\frac{a}{b}", "$$"]


def test_prices_are_not_math() -> None:
    assert typeset("It costs $5 or $6.", 60)[0].text == "It costs $5 or $6."


@pytest.mark.parametrize(
    "markdown",
    [
        "$$\n" + r"\underbrace{" + " + ".join("abcdefghijklmno") + "}_{x}\n$$",
        "```\nshort\n" + "x" * 50 + "\n```",
        "| " + " | ".join("abcdefghijkl") + " |\n" + "|-" * 12 + "|\n| " + " | ".join("abcdefghijkl") + " |",
    ],
)
def test_all_lines_of_a_block_that_is_too_wide_scroll_together(markdown: str) -> None:
    lines = typeset(markdown, 40)
    assert max(line.width for line in lines) > 40
    assert all(line.scrollable for line in lines)


def test_only_the_wide_formula_scrolls_in_a_paragraph() -> None:
    lines = typeset("before $" + "+".join("abcdefghijklmnopqrstuvwxyz") + "$ after", 40)
    assert [line.scrollable for line in lines] == [False, True, False]


def test_formula_in_a_table_cell_keeps_the_row_aligned() -> None:
    lines = typeset("| a | b |\n|-|-|\n| x | $\\dfrac{1}{2}$ |", 40)
    assert [line.text for line in lines[3:6]] == ["│   │  1  │", "│ x │ ─── │", "│   │  2  │"]


def test_ideographs_break_anywhere_but_not_before_closing_punctuation() -> None:
    lines = typeset("一二三四五。六七八九（十）", 10)
    assert [line.text for line in lines] == ["一二三四", "五。六七八", "九（十）"]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("走一步，\n$v$ 更新", "走一步，v 更新"),
        ("权重\n（见下）", "权重（见下）"),
        ("一行\n两行", "一行两行"),
        ("用 DDP\n训练", "用 DDP 训练"),
        ("see\nbelow", "see below"),
    ],
)
def test_a_line_end_is_a_space_only_where_a_reader_wants_one(source: str, shown: str) -> None:
    assert typeset(source, 40)[0].text == shown


@pytest.mark.parametrize("end", ["5", "x", "$5", ""])
def test_a_paragraph_may_begin_with_a_formula_and_end_with_anything(end: str) -> None:
    assert typeset(f"$\\alpha$ is {end}".strip(), 40)[0].text == f"α is {end}".strip()


def test_long_word_is_cut_and_nothing_is_lost() -> None:
    lines = typeset("x" * 25, 10)
    assert [line.text for line in lines] == ["x" * 10, "x" * 10, "x" * 5]


def test_html_comment_is_hidden_and_other_html_is_shown() -> None:
    assert typeset("<!-- secret -->", 40) == []
    assert typeset("a <b>c</b>", 40)[0].text == "a <b>c</b>"


def test_empty_text_has_no_lines() -> None:
    assert typeset("", 40) == []


def test_line_measures_cells() -> None:
    assert Line((Span("中x"),)).width == 3


def test_import_loads_neither_markdown_nor_textual() -> None:
    code = "import sys, studyapp.typeset; print(sorted({'markdown_it', 'textual'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
