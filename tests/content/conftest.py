"""Access to the code of the notes: the tests compute with exactly what a reader sees."""

import contextlib
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CONTENT = Path(__file__).resolve().parents[2] / "content"
FENCE = re.compile(r"^(```+)(\w*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)

Namespace = dict[str, Any]


class PythonBlock:
    """One ```python block; `expected` is the ```text block that follows it directly as the next fence."""

    def __init__(self, path: Path, line: int, source: str, expected: str | None) -> None:
        self.path, self.line, self.source, self.expected = path, line, source, expected

    @property
    def label(self) -> str:
        return f"{self.path.relative_to(CONTENT)}:{self.line}"

    def run(self) -> tuple[Namespace, str]:
        """Execute the block in a fresh namespace; return the namespace and what it printed."""
        namespace: Namespace = {"__name__": "note"}
        printed = io.StringIO()
        code = compile(self.source, self.label, "exec")
        with contextlib.redirect_stdout(printed):
            exec(code, namespace)
        return namespace, printed.getvalue()


def python_blocks(path: Path) -> list[PythonBlock]:
    text = path.read_text(encoding="utf-8")
    fences = list(FENCE.finditer(text))
    blocks = []
    for fence, following in zip(fences, [*fences[1:], None], strict=True):
        if fence[2] == "python":
            expected = following[3] if following is not None and following[2] == "text" else None
            blocks.append(PythonBlock(path, text.count("\n", 0, fence.start()) + 1, fence[3], expected))
    return blocks


@pytest.fixture(scope="session")
def note_function() -> Callable[[str, str], Any]:
    """`note_function(note, name)`: the object `name` from the first block of the note that defines it."""

    def find(note: str, name: str) -> Any:
        for block in python_blocks(CONTENT / note):
            if re.search(rf"^def {name}\b", block.source, re.MULTILINE):
                return block.run()[0][name]
        raise LookupError(f"{note} has no block that defines {name}")

    return find


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "python_block" in metafunc.fixturenames:
        blocks = [block for path in sorted(CONTENT.rglob("*.md")) for block in python_blocks(path)]
        first = {block.source: block for block in reversed(blocks)}  # translations repeat the code
        metafunc.parametrize("python_block", first.values(), ids=[block.label for block in first.values()])
