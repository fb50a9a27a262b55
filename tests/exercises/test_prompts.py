"""The task of every exercise in Chinese: it promises what the task in English promises.

That its formulas can be drawn is checked with all that is shipped, in tests/content/test_shipped.py.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from grader import Catalog, Exercise

CATALOG = Catalog.default()
EXERCISES = [CATALOG.get(name) for name in CATALOG.ids()]
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)


class Prompt(NamedTuple):
    """What translating a task leaves as it is; of formulas all but the words in them."""

    headings: list[str]
    code_blocks: list[str]
    displays: list[str]
    formulas: set[str]
    code: set[str]


def tokens(markdown: str) -> list[Token]:
    parser = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, allow_digits=False)

    def walk(several: list[Token]) -> Iterator[Token]:
        for token in several:
            yield token
            yield from walk(token.children or [])

    return list(walk(parser.parse(markdown)))


def read(markdown: str) -> Prompt:
    found = tokens(markdown)

    def contents(kind: str) -> list[str]:
        return [" ".join(token.content.split()) for token in found if token.type == kind]

    def formulas(kind: str) -> list[str]:
        return [re.sub(r"\\text\{[^{}]*\}", "", formula) for formula in contents(kind)]

    return Prompt(
        headings=[token.tag for token in found if token.type == "heading_open"],
        code_blocks=[token.content for token in found if token.type == "fence"],
        displays=formulas("math_block"),
        formulas=set(formulas("math_inline")),
        code=set(contents("code_inline")),
    )


@each_exercise
def test_the_task_is_translated(exercise: Exercise) -> None:
    english, chinese = exercise.prompt("en"), exercise.prompt("zh")
    assert chinese != english, f"{exercise.id} has no README.zh.md"
    assert english.startswith(f"# {exercise.title}\n")
    assert chinese.startswith(f"# {exercise.description.title_zh}\n")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)


@each_exercise
def test_a_translation_keeps_code_and_formulas(exercise: Exercise) -> None:
    english, chinese = read(exercise.prompt("en")), read(exercise.prompt("zh"))
    assert english.code_blocks
    assert chinese == english


@each_exercise
def test_both_languages_state_entry_points_and_limits(exercise: Exercise) -> None:
    limits = exercise.description.limits
    size = limits.memory_mib
    memory = f"{size // 1024} GiB" if size % 1024 == 0 else f"{size} MiB"
    for language, seconds in (("en", "seconds of CPU time"), ("zh", "秒 CPU 时间")):
        text = exercise.prompt(language)
        for phrase in (f"{limits.cpu_seconds:g} {seconds}", memory):
            assert phrase in text, language
        for name in exercise.description.entry_points:
            assert re.search(rf"\b(def|class) {name}\b", "\n".join(read(text).code_blocks)), language
