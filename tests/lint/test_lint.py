"""What `studyapp notes lint` finds, and what it leaves alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from studyapp.lint import lint
from studyapp.notes import discover

SHIPPED = Path(__file__).parents[2] / "content"

HEAD = """\
---
id: softmax
title: Softmax
area: foundations
sources:
  - "Bridle. Probabilistic interpretation of feedforward networks. doi:10.1007/978-3-642-76153-9_28"
---

# Softmax

"""
CARD = """\
Q: Why is the maximum of the logits subtracted before a softmax?

A: $e^{z}$ would overflow; the ratio stays the same.

^subtract-max

"""
CLOZE = """\
C: The softmax of $z$ is $\\frac{ {{c1::e^{z_i}}} }{\\sum_j {{c2::e^{z_j}::all classes}}}$.

^formula

"""
ZH_HEAD = "---\nid: softmax\ntitle: 归一化指数\n---\n\n# 归一化指数\n\n"
ZH_CARD = """\
Q: softmax 之前为什么要减去 logits 的最大值？

A: $e^{z}$ 会溢出；比值不变。

^subtract-max

"""
ZH_CLOZE = """\
C: $z$ 的 softmax 是 $\\frac{ {{c1::e^{z_i}}} }{\\sum_j {{c2::e^{z_j}::所有类别}}}$。

^formula

"""

Look = Callable[..., list[str]]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """look(name=text, name_zh=text, …) writes notes and translations, and gives the problems."""

    def look(topics: tuple[str, ...] = (), **files: str) -> list[str]:
        for name, text in files.items():
            path = tmp_path / f"{name.replace('_zh', '.zh')}.md"
            path.write_text(text, encoding="utf-8")
        return [str(problem).removeprefix(f"{tmp_path}/") for problem in lint([tmp_path], topics).problems]

    return look


def only(problems: list[str], place: str, *parts: str) -> None:
    """There is one problem, at this place, and it says all this."""
    (problem,) = problems
    assert problem.startswith(f"{place}: "), problem
    assert all(part in problem for part in parts), problem
    assert " — " in problem


def test_a_sound_note_with_its_translation_has_no_problem(look: Look):
    assert look(softmax=HEAD + CARD + CLOZE, softmax_zh=ZH_HEAD + ZH_CARD + ZH_CLOZE) == []


def test_a_learners_plain_cards_need_no_front_matter_ids_sources_or_translation(look: Look):
    assert look(mine="Q: What is a logit?\n\nA: The input of a softmax.\n") == []


def test_a_card_that_cannot_be_read_is_told_with_its_line(look: Look):
    only(look(mine="# Mine\n\nQ: What is a logit?\n\n^logit\n"), "mine.md:3", "`A:` is missing")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path):
    (tmp_path / "mine.md").write_bytes(b"ok\n\xff\n")
    only(
        [str(problem) for problem in lint([tmp_path]).problems], f"{tmp_path}/mine.md:2", "0xff is not UTF-8"
    )


def test_a_card_without_id_in_a_note_for_others(look: Look):
    only(look(softmax=HEAD + CARD.replace("^subtract-max\n", "")), "softmax.md:11", "no id", "^why")


def test_aliases_lead_from_gone_ids_to_cards(look: Look):
    head = HEAD.replace("area:", "aliases:\n  softmax/old: softmax/gone\narea:")
    only(look(softmax=head + CARD), "softmax.md:5", "`softmax/old`", "no card `softmax/gone`")
    head = HEAD.replace("area:", "aliases:\n  softmax/subtract-max: softmax/subtract-max\narea:")
    only(look(softmax=head + CARD), "softmax.md:5", "an alias and a card")


def test_sources_are_named_and_can_be_looked_up(look: Look):
    bare = HEAD.partition("sources:")[0] + "---\n\n"
    only(look(softmax=bare + CARD), "softmax.md:1", "no sources")
    only(look(softmax=f"{bare[:-5]}sources: [A blog]\n---\n\n{CARD}"), "softmax.md:5", "`A blog`", "doi:10")


@pytest.mark.parametrize(
    ("formula", "line", "what"),
    [
        ("$\\sofmax(z)$", 12, "unknown LaTeX `\\sofmax`"),
        ("$$\na \\sofmax b\n$$", 11, "unknown LaTeX `\\sofmax`"),
        ("$\\frac{1}{2$", 12, "`\\frac{1}{2` is broken"),
        ("2$x_i$", 12, "`$x_i$` is not read as a formula"),
    ],
)
def test_formulas_that_would_not_be_drawn(look: Look, formula: str, line: int, what: str):
    lead = "" if formula.startswith("$$") else "A first line with $x$,\n"
    only(look(softmax=f"{HEAD}{lead}{formula}\n\n{CARD}"), f"softmax.md:{line}", what)


def test_code_and_prices_are_not_formulas(look: Look):
    text = "`$\\sofmax$` costs $5 or $6.\n\n```\n$\\sofmax$ 2$x_i$\n```\n\n"
    assert look(softmax=HEAD + text + CARD) == []


def test_a_cloze_that_breaks_its_formula_is_told_at_the_card(look: Look):
    card = "C: It is $\\left( {{c1::x \\right)}} + y$ here.\n\n^broken\n\n"
    problems = look(softmax=HEAD + card)
    assert problems
    assert all(problem.startswith("softmax.md:11: ") and "broken" in problem for problem in problems)


@pytest.mark.parametrize(("words", "fits"), [(90, True), (91, False)])
def test_the_length_of_an_answer(look: Look, words: int, fits: bool):
    card = f"Q: How long is too long?\n\nA: {' '.join(['word'] * words)}\n\n^long\n"
    problems = look(softmax=HEAD + card)
    assert problems == [] if fits else "91 words" in problems[0]


def test_code_does_not_make_an_answer_long_and_two_chinese_characters_are_a_word(look: Look):
    code = "```python\n" + "x = 1\n" * 90 + "```"
    card = f"Q: What does it print?\n\nA: Nothing.\n\n{code}\n\n^long\n\n"
    assert look(softmax=HEAD + card) == []
    assert look(softmax=f"{HEAD}Q: How long?\n\nA: {'字' * 180}\n\n^long\n") == []
    only(look(softmax=f"{HEAD}Q: How long?\n\nA: {'字' * 181}\n\n^long\n"), "softmax.md:11", "91 words")


def test_links_lead_to_files_and_headings(look: Look):
    other = "# Other\n\n## Why it works: a proof\n"
    sound = "See [one](other.md), [two](other.md#why-it-works-a-proof), [three](#softmax), [four](https://x.org/a).\n\n"
    assert look(other=other, softmax=HEAD + sound + CARD) == []
    only(look(softmax=f"{HEAD}A line.\nSee [it](gone.md).\n\n{CARD}"), "softmax.md:12", "no file: gone.md")
    only(look(softmax=f"{HEAD}See [it](other.md#how).\n\n{CARD}"), "softmax.md:11", "no heading")


def test_pictures_exist_and_have_a_text(look: Look, tmp_path: Path):
    (tmp_path / "a b.svg").write_text("<svg/>")
    assert look(softmax=f"{HEAD}![Softmax of three logits](a%20b.svg)\n\n{CARD}") == []
    only(look(softmax=f"{HEAD}![](a%20b.svg)\n\n{CARD}"), "softmax.md:11", "has no text")
    only(look(softmax=f"{HEAD}![Softmax](gone.svg)\n\n{CARD}"), "softmax.md:11", "no file")


def test_requirements_are_known_here_or_elsewhere_and_go_not_in_circles(look: Look):
    note = HEAD.replace("area:", "requires: [tanh]\narea:") + CARD
    only(look(softmax=note), "softmax.md:1", "unknown topic `tanh`")
    assert look(("tanh",), softmax=note) == []
    problems = look(softmax=note, tanh="---\nid: tanh\nrequires: [softmax]\n---\n")
    assert len(problems) == 1
    assert "circle" in problems[0]


# Near-duplicates

PARAPHRASED = """\
Q: Before a softmax, why does one subtract the maximum of the logits?

A: $e^{z}$ would overflow; the ratio stays the same.

^again

"""
CONTRASTED = """\
Q: Why is the mean of the logits not subtracted before a softmax?

A: The largest could still overflow; only the maximum bounds $e^{z}$ by 1.

^subtract-mean

"""


@pytest.mark.parametrize(
    "card",
    [
        PARAPHRASED,
        CARD.replace("subtract-max", "again"),
        CARD.replace("overflow", "blow up").replace("subtract-max", "again"),
    ],
)
def test_a_near_duplicate_is_told_at_the_later_card(look: Look, card: str):
    padding = discover(SHIPPED)[0].read_text(encoding="utf-8").replace("title_zh", "title")
    padding = re.sub(r"!\[[^]]*\]\([^)]*\)", "", padding.partition("\n# ")[2])
    only(
        look(softmax=HEAD + CARD + card, padding=f"# {padding}"),
        "softmax.md:17",
        "nearly the same",
        "softmax.md:11",
    )


def test_a_duplicate_in_another_note_is_told_too(look: Look):
    only(look(a=CARD, softmax=HEAD + CARD), "softmax.md:11", "a.md:1")


def test_cards_that_contrast_are_no_duplicates(look: Look):
    assert look(softmax=HEAD + CARD + CONTRASTED) == []
    pair = [
        f"Q: What is the derivative of {name} at 0?\n\nA: {value}\n\n^d-{name}\n\n"
        for name, value in (("sigmoid", "1/4, its largest value."), ("tanh", "1, its largest value."))
    ]
    assert look(softmax=HEAD + "".join(pair)) == []


def test_siblings_of_a_cloze_are_no_duplicates(look: Look):
    assert look(softmax=HEAD + CLOZE) == []


# Translations


def test_a_chinese_title_promises_a_translation(look: Look):
    head = HEAD.replace("area:", "title_zh: 归一化指数\narea:")
    only(look(softmax=head + CARD), "softmax.md:4", "no translation", "softmax.zh.md")
    assert look(softmax=head + CARD, softmax_zh=ZH_HEAD + ZH_CARD) == []


def test_a_translation_without_its_note(look: Look):
    only(look(softmax_zh=ZH_HEAD + ZH_CARD), "softmax.zh.md:1", "without its note softmax.md")


def test_each_card_is_translated_under_its_id(look: Look):
    only(
        look(softmax=HEAD + CARD + CLOZE, softmax_zh=ZH_HEAD + ZH_CARD),
        "softmax.md:17",
        "^formula is missing",
    )
    problems = look(softmax=HEAD + CARD, softmax_zh=ZH_HEAD + ZH_CARD + ZH_CLOZE)
    only(problems, "softmax.zh.md:14", "^formula is not in softmax.md")
    unnamed = ZH_CARD.replace("^subtract-max", "")
    problems = look(softmax=HEAD + CARD + CLOZE, softmax_zh=ZH_HEAD + ZH_CLOZE + unnamed)
    assert any("softmax.zh.md:12: the card has no id" in problem for problem in problems)


def test_a_broken_translated_card_is_told_once(look: Look):
    broken = ZH_CARD.replace("A: ", "")
    only(look(softmax=HEAD + CARD, softmax_zh=ZH_HEAD + broken), "softmax.zh.md:8", "`A:` is missing")


def test_cloze_numbers_agree(look: Look):
    changed = ZH_CLOZE.replace("c2::", "c3::")
    problems = look(softmax=HEAD + CLOZE, softmax_zh=ZH_HEAD + changed)
    only(problems, "softmax.zh.md:8", "has c1, c3", "the note has c1, c2")
    swapped = ZH_CLOZE.replace("c1::", "c9::").replace("c2::", "c1::").replace("c9::", "c2::")
    only(look(softmax=HEAD + CLOZE, softmax_zh=ZH_HEAD + swapped), "softmax.zh.md:8", "^formula")
    question = ZH_CARD.replace("subtract-max", "formula")
    only(look(softmax=HEAD + CLOZE, softmax_zh=ZH_HEAD + question), "softmax.zh.md:8", "has no cloze")


def test_formulas_agree_up_to_words_and_spaces(look: Look):
    note = HEAD + "The loss is\n\n$$\nL = \\text{mean of } \\ell_i\n$$\n\n" + CARD
    zh = ZH_HEAD + "损失为\n\n$$\nL=\\text{平均 $x$ 值 } \\ell_i\n$$\n\n" + ZH_CARD
    assert look(softmax=note, softmax_zh=zh) == []
    problems = look(softmax=note, softmax_zh=zh.replace("$e^{z}$", "$e^{-z}$"))
    only(problems, "softmax.zh.md:14", "back of ^subtract-max", "`e^{z}` is missing", "`e^{-z}` is not in")
    problems = look(softmax=note, softmax_zh=zh.replace("\\ell_i", "\\ell_j"))
    assert [problem.partition(": ")[0] for problem in problems] == ["softmax.md:13", "softmax.zh.md:10"]


def test_code_is_the_same(look: Look):
    code = "```python\nprint(1)\n```\n\n"
    assert look(softmax=HEAD + code + CARD, softmax_zh=ZH_HEAD + code + ZH_CARD) == []
    problems = look(softmax=HEAD + code + CARD, softmax_zh=ZH_HEAD + code.replace("1", "2") + ZH_CARD)
    assert [problem.partition(": ")[0] for problem in problems] == ["softmax.md:11", "softmax.zh.md:8"]


def test_the_head_of_a_translation(look: Look):
    note, cards = HEAD + CARD, ZH_CARD
    wrong = ZH_HEAD.replace("id: softmax", "id: sigmoid")
    only(look(softmax=note, softmax_zh=wrong + cards), "softmax.zh.md:2", "not the id", "`id: softmax`")
    only(look(softmax=note, softmax_zh="---\nid: softmax\n---\n\n" + cards), "softmax.zh.md:1", "no `title`")
    more = ZH_HEAD.replace("title:", "area: x\ntitle:")
    only(look(softmax=note, softmax_zh=more + cards), "softmax.zh.md:3", "a field `area`")


def test_formulas_lengths_and_links_of_a_translation_are_checked(look: Look):
    zh = ZH_HEAD + "见[它](gone.md)。\n\n" + ZH_CARD
    only(look(softmax=HEAD + CARD, softmax_zh=zh), "softmax.zh.md:8", "no file")
    long = ZH_CARD.replace("比值不变", "比值不变" * 50)
    only(look(softmax=HEAD + CARD, softmax_zh=ZH_HEAD + long), "softmax.zh.md:8", "words long")


def test_single_files_are_checked_with_their_translations(tmp_path: Path):
    (tmp_path / "softmax.md").write_text(HEAD + CARD, encoding="utf-8")
    (tmp_path / "softmax.zh.md").write_text(ZH_HEAD, encoding="utf-8")
    (tmp_path / "other.md").write_text("Q: no answer\n", encoding="utf-8")
    for name in ("softmax.md", "softmax.zh.md"):
        found = lint([tmp_path / name])
        assert [problem.line for problem in found.problems] == [11]
        assert (found.notes, found.translations, found.cards) == (1, 1, 1)


def test_the_cards_of_the_shipped_notes_are_no_duplicates_of_each_other():
    assert [str(problem) for problem in lint([SHIPPED]).problems if "nearly the same" in problem.what] == []
