"""Stretches of lines in which nothing counts as card syntax: fenced code, display math, HTML comments.

A fence inside a list item ends where the item does, as in CommonMark: at the first line that starts at
column 0. An opener without an end is plain text, so that one slip cannot swallow the cards below it. Openers
and closers look alike, so a forgotten end would often be found in a later card; these signs give it away:

- a fence or comment in which a card starts and then the same fence or comment opens again;
- display math in which a card starts after a blank line or a block id.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

FORGOTTEN = 0
"""What `region_end` returns for a region whose end was evidently forgotten."""

CARD_START = re.compile(r"Q:|C:(?![\\/])")  # "C:\data" and "C:/data" are paths

_BLOCK_OPENER = re.compile(
    r"(?:[QAC]:[ \t]*+)?(?P<indent>[ \t]*)(?P<item>(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)*)"
    r"(?P<mark>`{3,}+(?=[^`]*$)|~{3,}+|\$\$(?!.*\$\$))"
)
_MATH_END = re.compile(r"\$\$[ \t]*(?:\([^)$]+\)[ \t]*)?$")  # with an equation label, as dollarmath reads it
_CODE_SPAN = re.compile(r"(?<!`)(`++)(?!`).*?(?<!`)\1(?!`)")


class Opener(NamedTuple):
    """`mark` is the fence itself, `$$` or `<!--`; an `indented` fence cannot hold text at column 0."""

    mark: str
    indented: bool


def find_opener(line: str) -> Opener | None:
    """The opener of a region that `line` starts and does not end itself."""
    if not ("```" in line or "~~~" in line or "$$" in line or "<!--" in line):
        return None
    if match := _BLOCK_OPENER.match(line):
        return Opener(match["mark"], bool(match["item"]) or len(match["indent"].expandtabs(4)) > 3)
    prose = _CODE_SPAN.sub("", line)
    return Opener("<!--", False) if prose.rfind("<!--") > prose.rfind("-->") else None


def region_end(lines: Sequence[str], start: int, opener: Opener) -> int | None:
    """Index of the first line after the region opened on line `start`; None if no line ends it."""
    if opener.mark == "$$":
        return _math_end(lines, start)
    if opener.mark == "<!--":
        return _comment_end(lines, start)
    return _fence_end(lines, start, opener)


def _fence_end(lines: Sequence[str], start: int, opener: Opener) -> int | None:
    holds_card = False
    for index in range(start + 1, len(lines)):
        line = lines[index]
        if opener.mark in line:
            if _closes_fence(line, opener):
                return index + 1
            other = find_opener(line)
            if holds_card and other and not other.indented and other.mark.startswith(opener.mark):
                return FORGOTTEN
        if opener.indented and line and line[0] not in " \t":
            return index
        holds_card = holds_card or CARD_START.match(line) is not None
    return len(lines) if opener.indented else None


def _closes_fence(line: str, opener: Opener) -> bool:
    indent = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip(" "))
    return not line.strip(" \t").strip(opener.mark[0]) and (opener.indented or indent < 4)


def _math_end(lines: Sequence[str], start: int) -> int | None:
    for index in range(start + 1, len(lines)):
        line = lines[index]
        if "$$" in line and _MATH_END.search(line):
            return index + 1
        if CARD_START.match(line) and (not lines[index - 1].strip() or lines[index - 1].startswith("^")):
            return FORGOTTEN
    return None


def _comment_end(lines: Sequence[str], start: int) -> int | None:
    holds_card = False
    for index in range(start + 1, len(lines)):
        line = lines[index]
        if holds_card and "<!--" in line:
            return FORGOTTEN
        if "-->" in line:
            return index + 1
        holds_card = holds_card or CARD_START.match(line) is not None
    return None
