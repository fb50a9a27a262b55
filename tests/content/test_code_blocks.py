"""Every ```python block of every note runs by itself and prints what the ```text block after it shows."""

from typing import Protocol

import pytest


class Block(Protocol):
    label: str
    expected: str | None

    def run(self) -> tuple[dict[str, object], str]: ...


@pytest.fixture(autouse=True)
def _torch_state() -> None:
    """Blocks of one note must not depend on the random numbers that another one drew."""
    import torch

    torch.manual_seed(0)


def test_block_runs_and_prints_what_the_note_shows(python_block: Block) -> None:
    _, printed = python_block.run()
    if python_block.expected is not None:
        assert printed == python_block.expected
