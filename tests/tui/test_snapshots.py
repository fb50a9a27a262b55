"""Few pictures, at a fixed size and on a fixed day: how the daily screens look."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from studyapp.tui.app import StudyApp
from tests.conftest import FakeClock
from tests.tui.conftest import opened

Make = Callable[[], StudyApp]
Compare = Callable[..., bool]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(day=20_500)


def test_today(make_app: Make, snap_compare: Compare):
    assert snap_compare(make_app(), terminal_size=(80, 24), run_before=opened)


def test_an_answered_card(make_app: Make, snap_compare: Compare):
    async def answer(pilot: Pilot[int]) -> None:
        await opened(pilot)
        await pilot.press("space", "space")

    assert snap_compare(make_app(), terminal_size=(80, 24), run_before=answer)


def test_today_on_a_small_terminal(make_app: Make, snap_compare: Compare):
    assert snap_compare(make_app(), terminal_size=(40, 14), run_before=opened)
