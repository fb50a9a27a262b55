"""Switching the language: the text changes at once, the card, its answer and its schedule stay."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from studyapp.paths import Places
from studyapp.study import opening
from studyapp.tui.app import StudyApp
from studyapp.tui.screens.review import ReviewScreen
from tests.tui.conftest import opened, text, until

Make = Callable[[], StudyApp]

ZH = """\
---
id: attention
title: 注意力
---

Q: 缩放点积注意力的分数要除以什么？

A: $\\sqrt{d_k}$，这样方差不会随 $d_k$ 增大。

^scale

C: 注意力先算分数的{{c1::softmax}}，再算值的{{c2::加权和::什么？}}。

^softmax
"""


@pytest.fixture
def content(content: Path) -> Path:
    """The content folder with a translation of two of its three blocks."""
    (content / "attention.zh.md").write_text(ZH, encoding="utf-8")
    return content


async def test_a_key_switches_question_and_answer_and_grades_the_same_card(make_app: Make):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("space")
        assert "What divides the scores" in text(pilot, "#card")
        assert app.screen.active_bindings["c"].binding.description == "中文"
        await pilot.press("c")
        assert app.screen.active_bindings["c"].binding.description == "EN"
        assert "分数要除以什么" in text(pilot, "#card")
        assert "方差" not in text(pilot, "#card")  # the answer stays hidden
        await pilot.press("space")
        assert "方差不会随" in text(pilot, "#card")
        await pilot.press("c")
        assert "What divides the scores" in text(pilot, "#card")
        assert "variance" in text(pilot, "#card")  # the answer stays shown
        assert "10 min" in text(pilot, "#grade-3")
        await pilot.press("c", "3")
        assert "注意力先算分数的⟦…⟧" in text(pilot, "#card")  # the next card, in the chosen language
        assert app.study is not None
        assert [event.item for event in app.study.deck.history("attention/scale")] == ["attention/scale"]
        await pilot.press("u")
        assert "分数要除以什么" in text(pilot, "#card")


async def test_a_card_without_translation_is_shown_in_english(make_app: Make):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("space", "space", "4", "space", "4")
        assert "causal mask" in text(pilot, "#card")
        await pilot.press("c")
        assert "causal mask" in text(pilot, "#card")
        assert [note.message for note in app._notifications] == [
            "This card is not translated yet: it is shown in English."
        ]
        await pilot.press("space")
        assert "Every key" in text(pilot, "#card")


async def test_the_place_on_a_long_card_stays(make_app: Make, content: Path):
    for name, line in (("attention.md", "Every key"), ("attention.zh.md", "每个键")):
        path = content / name
        lines = "\n\n".join([line] * 40)
        path.write_text(path.read_text("utf-8").replace("A: $\\sqrt", f"A: {lines}\n\n$\\sqrt"), "utf-8")
    async with make_app().run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("space", "space", "j", "j")
        page = pilot.app.screen.query_one("#page")
        place = page.scroll_y
        assert place > 0
        await pilot.press("c")
        await pilot.pause()
        assert "每个键" in text(pilot, "#card")
        assert page.scroll_y == place


async def test_the_configuration_chooses_the_first_language(
    make_app: Make, places: Places, monkeypatch: pytest.MonkeyPatch
):
    places.config.write_text('language = "zh"\n', encoding="utf-8")
    async with make_app().run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("space")
        assert "分数要除以什么" in text(pilot, "#card")

    def never(*_: Any) -> Any:
        raise opening.StudyError("The deck stays closed.", "", "")

    monkeypatch.setattr(opening, "open_study", never)  # what is shown comes from the first look
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.found is not None)
        app.push_screen(ReviewScreen())
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen))
        assert "分数要除以什么" in text(pilot, "#card")
        await pilot.press("c")
        assert "What divides the scores" in text(pilot, "#card")


async def test_an_unknown_language_is_explained_and_english_shown(make_app: Make, places: Places):
    places.config.write_text('language = "cn"\n', encoding="utf-8")
    async with make_app().run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        assert "language" in text(pilot, "#notices")
        await pilot.press("space")
        assert "What divides the scores" in text(pilot, "#card")


async def test_the_language_goes_along_to_the_exercise(make_app: Make):
    async with make_app().run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("space", "c", "q")
        await pilot.press("x")
        await pilot.pause()
        assert "滑动窗口" in text(pilot, "#text")


async def test_the_editor_opens_the_file_that_is_shown(
    make_app: Make, content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    editor = tmp_path / "vi"
    editor.write_text('#!/bin/sh\necho "$@" >> "$0.log"\nsed -i \'s/要除以什么/该除以什么/\' "$2"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    app = make_app()
    monkeypatch.setattr(app, "suspend", nullcontext)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("space", "e")
        await pilot.pause()
        await pilot.press("c", "e")
        await pilot.pause()
        assert "分数该除以什么" in text(pilot, "#card")
    log = (tmp_path / "vi.log").read_text().splitlines()
    assert log == [f"+7 {content / 'attention.md'}", f"+6 {content / 'attention.zh.md'}"]
