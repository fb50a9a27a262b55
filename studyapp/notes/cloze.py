"""Cloze deletions: `{{c1::answer}}` and `{{c1::answer::hint}}`, in text and inside formulas.

A cloze ends at the first `}}` at balanced brace depth. Its hint starts after the last `::` that stands in no
braces, code or formula of its own; `\\::` is a literal `::`. A backslash takes the meaning from the brace
after it, as in TeX.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from studyapp.notes.inline import Span

MAX_NUMBER = 999

_TOKEN = re.compile(r"\\(?:::|[\s\S])|(?P<open>\{\{c(?P<number>[0-9]+)::)|(?P<brace>[{}])|(?P<split>::)")
_ESCAPE = re.compile(r"\\(?:(::)|[\s\S])")
_WANTS_ARGUMENT = re.compile(r"(?:\\[A-Za-z]+|[\^_])\s*\Z")
_ENDS_IN_COMMAND = re.compile(r"\\[A-Za-z]+\Z")


class ClozeError(Exception):
    """A cloze that cannot be read; `offset` is its place in the text of the card."""

    def __init__(self, offset: int, what: str, hint: str) -> None:
        super().__init__(what)
        self.offset = offset
        self.what = what
        self.hint = hint


class Cloze(NamedTuple):
    """`text[start:end]` is one `{{…}}`; `in_math` says whether it stands inside a formula."""

    number: int
    start: int
    end: int
    answer: str
    hint: str
    in_math: bool


def find_clozes(text: str, spans: Sequence[Span]) -> list[Cloze]:
    """The clozes of `text`, whose code and formulas are `spans`, in order. Raises ClozeError."""
    masked = _blank_code(text, spans)
    math = [span for span in spans if span.kind == "math"]
    clozes: list[Cloze] = []
    position = 0
    while token := _TOKEN.search(masked, position):
        position = token.end()
        if token["open"]:
            clozes.append(_read_cloze(text, masked, token, math))
            position = clozes[-1].end
    if not clozes:
        raise ClozeError(0, "`C:` hides nothing", "mark what to hide as `{{c1::text}}`")
    return clozes


def render(text: str, clozes: Sequence[Cloze], number: int | None = None, *, reveal: bool = False) -> str:
    """`text` with the clozes of `number` (of each, without one) hidden, or revealed, and the others plain."""
    out = ""
    position = 0
    for cloze in clozes:
        out += text[position : cloze.start]
        position = cloze.end
        shown = _show(cloze, asked=number in (None, cloze.number), reveal=reveal)
        if cloze.in_math and _needs_braces(out, shown, text[position : position + 1]):
            shown = f"{{{shown}}}"
        out += shown
    return out + text[position:]


def _blank_code(text: str, spans: Sequence[Span]) -> str:
    """`text` of the same length in which code cannot be taken for cloze syntax."""
    parts = []
    position = 0
    for span in spans:
        if span.kind == "code":
            parts += [text[position : span.start], " " * (span.end - span.start)]
            position = span.end
    return "".join([*parts, text[position:]])


def _read_cloze(text: str, masked: str, opening: re.Match[str], math: Sequence[Span]) -> Cloze:
    start, inside = opening.start(), opening.end()
    split, close = _find_parts(masked, opening, math)
    end = close + 2
    touched = [span for span in math if span.start < end and start < span.end]
    in_math = any(span.start <= start and end <= span.end for span in touched)
    if not in_math and any(span.start < start or end < span.end for span in touched):
        raise ClozeError(
            start,
            f"`{opening[0]}` takes in only a part of a formula and text beside it",
            "hide the whole `$…$` or something inside it; write a literal dollar as `\\$`",
        )
    answer = _unescape(text[inside : close if split is None else split])
    hint = "" if split is None else _unescape(text[split + 2 : close])
    _check_parts(opening, answer, hint)
    return Cloze(int(opening["number"]), start, end, answer, hint.strip(), in_math)


def _find_parts(masked: str, opening: re.Match[str], math: Sequence[Span]) -> tuple[int | None, int]:
    """Offsets of the `::` before the hint, if any, and of the closing `}}`."""
    depth = 0
    split = None
    position = opening.end()
    while token := _TOKEN.search(masked, position):
        position = token.end()
        if token["open"]:
            raise ClozeError(
                token.start(),
                f"`{token[0]}` stands inside another cloze",
                "close the first with `}}` before it, or start a second card",
            )
        if token["split"] and depth == 0 and not _in_own_formula(token.start(), opening.start(), math):
            split = token.start()
        elif token["brace"] == "{":
            depth += 1
        elif token["brace"] == "}" and depth > 0:
            depth -= 1
        elif token["brace"] == "}" and masked.startswith("}}", token.start()):
            return split, token.start()
    raise ClozeError(
        opening.start(),
        f"`{opening[0]}` is not closed",
        "end it with `}}`; write a lone brace in it as `\\{`",
    )


def _in_own_formula(offset: int, cloze_start: int, math: Sequence[Span]) -> bool:
    return any(cloze_start < span.start < offset < span.end for span in math)


def _check_parts(opening: re.Match[str], answer: str, hint: str) -> None:
    number = opening["number"].lstrip("0")
    if not number or len(number) > len(str(MAX_NUMBER)):
        raise ClozeError(
            opening.start(), f"`{opening[0]}` has no usable number", f"count from c1 up to c{MAX_NUMBER}"
        )
    if not answer.strip():
        raise ClozeError(opening.start(), f"`{opening[0]}` hides nothing", "write `{{c1::text::hint}}`")
    if hint.find("]") >= 0 and not 0 <= hint.find("[") < hint.find("]"):
        raise ClozeError(
            opening.start(),
            f"the last `::` makes `{hint}` the hint of a cloze",
            "write a `::` that belongs to the answer as `\\::`",
        )


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda match: match[1] or match[0], text) if "\\::" in text else text


def _show(cloze: Cloze, *, asked: bool, reveal: bool) -> str:
    if not asked:
        return cloze.answer
    if not cloze.in_math:
        return f"⟦{cloze.answer if reveal else cloze.hint or '…'}⟧"
    if reveal:
        return f"\\boxed{{{cloze.answer}}}"
    return f"\\boxed{{\\text{{{cloze.hint}}}}}" if cloze.hint else "\\boxed{\\ldots}"


def _needs_braces(before: str, shown: str, after: str) -> bool:
    """Whether TeX would read `shown` otherwise than the author: `\\frac{{c1::a}}{b}` is not `\\fraca{b}`."""
    if _WANTS_ARGUMENT.search(before, max(0, len(before) - 40)):
        return True
    return after.isalpha() and _ENDS_IN_COMMAND.search(shown) is not None
