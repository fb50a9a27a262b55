"""Running text as words, spaces and breaks: where a line may end, also between ideographs."""

import re
import unicodedata
from dataclasses import dataclass
from typing import TypeAlias

from rich.cells import cell_len

from studyapp.tex import Box
from studyapp.typeset.spans import Style

# Kinsoku: characters that may not start, and that may not end, a line.
_NOT_FIRST = frozenset("。，、；：？！）」』】》〉”’…—·々ー,.!?;:)]}%‰⟧")
_NOT_LAST = frozenset("（「『【《〈“‘([{⟦")
_PIECES = re.compile(r"[ \t\n\r\f\v]+|[^ \t\n\r\f\v]+")
_CLOZE_EDGES = re.compile("(?=⟦)|(?<=⟧)")
_LETTER = "x"
_UNSHOWABLE = {"Cc", "Cs", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Fragment:
    """Part of a word in one style: a row of text, or a formula of any height."""

    box: Box
    style: Style
    is_math: bool = False

    @property
    def width(self) -> int:
        """Width in cells."""
        return self.box.width


@dataclass(frozen=True, slots=True)
class Word:
    """Fragments that stay together on one line."""

    fragments: tuple[Fragment, ...]

    @property
    def width(self) -> int:
        """Width in cells."""
        return sum(fragment.width for fragment in self.fragments)


@dataclass(frozen=True, slots=True)
class Gap:
    """Blanks, dropped where a line ends."""

    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a line that the author asked for."""


Token: TypeAlias = Word | Gap | Break


def printable(text: str) -> str:
    """Drop control characters, line separators and lone surrogates, which a terminal cannot show in a row."""
    if text.isprintable():
        return text
    return "".join(char for char in text if char in "\t\n" or unicodedata.category(char) not in _UNSHOWABLE)


def text_fragment(text: str, style: Style) -> Fragment:
    """One row of text as a fragment; its width is measured as a whole."""
    return Fragment(Box((text,), 0, cell_len(text)), style)


def may_start_line(char: str) -> bool:
    """Whether a line may begin with a character: neither closing punctuation nor a combining mark."""
    return char not in _NOT_FIRST and cell_len(char) > 0


def may_break(before: str, after: str) -> bool:
    """Whether a line may end between two characters that no space separates."""
    if before in _NOT_LAST or not may_start_line(after):
        return False
    return cell_len(before) > 1 or cell_len(after) > 1


def _touch(before: str, after: str) -> bool:
    """Whether nothing goes between two characters that a line end separates; punctuation has room inside."""
    wide = [char for char in (before, after) if cell_len(char) > 1]
    return len(wide) == 2 or any(unicodedata.category(char).startswith("P") for char in wide)


class Flow:
    """Collects styled text and formulas; a cloze mark ⟦…⟧ adds its role to all that stands inside."""

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self._word: list[Fragment] = []
        self._last = ""
        self._soft = False
        self._in_cloze = False

    def finish(self) -> list[Token]:
        """All tokens, the last word included."""
        self._end_word()
        return self.tokens

    def text(self, text: str, style: Style, *, verbatim: bool = False) -> None:
        """Add text; `verbatim` keeps its spaces and takes ⟦ for an ordinary character."""
        shown = printable(text)
        for part in [shown] if verbatim else _CLOZE_EDGES.split(shown):
            opens = part.startswith("⟦") and not verbatim
            self._in_cloze = self._in_cloze or opens
            for piece in _PIECES.findall(part):
                if piece.isspace():
                    self._gap(" " * len(piece) if verbatim else " ", style)
                else:
                    self._run(piece, self._styled(style))
            if part.endswith("⟧") and not verbatim:
                self._in_cloze = False

    def box(self, box: Box, style: Style) -> None:
        """Add a formula, which behaves like a letter."""
        self._before(_LETTER)
        self._word.append(Fragment(box, self._styled(style), is_math=True))
        self._last = _LETTER

    def soft_break(self) -> None:
        """A line end in the source: a space, but nothing between ideographs or beside their punctuation."""
        self._soft = True

    def hard_break(self) -> None:
        """A line end that the author asked for."""
        self._end_word()
        self.tokens.append(Break())
        self._last = ""

    def _styled(self, style: Style) -> Style:
        return (*style, "cloze") if self._in_cloze else style

    def _gap(self, text: str, style: Style) -> None:
        self._end_word()
        self.tokens.append(Gap(text, self._styled(style)))
        self._last = ""
        self._soft = False

    def _before(self, char: str) -> None:
        if self._soft and self._last and not _touch(self._last, char):
            self._gap(" ", self._word[-1].style if self._word else ("text",))
        elif self._last and may_break(self._last, char):
            self._end_word()
        self._soft = False

    def _run(self, text: str, style: Style) -> None:
        start = 0
        self._before(text[0])
        for index in range(1, len(text)):
            if may_break(text[index - 1], text[index]):
                self._append(text[start:index], style)
                self._end_word()
                start = index
        self._append(text[start:], style)
        self._last = text[-1]

    def _append(self, text: str, style: Style) -> None:
        self._word.append(text_fragment(text.replace("\u00a0", " "), style))

    def _end_word(self) -> None:
        if self._word:
            self.tokens.append(Word(tuple(self._word)))
            self._word = []
