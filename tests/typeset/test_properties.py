"""Whatever the text is, it fits into the view; and no character of plain prose is lost."""

import re
import string

from hypothesis import given
from hypothesis import strategies as st

from studyapp.typeset import typeset

_WIDTHS = st.sampled_from([10, 13, 40, 80])
_CHARACTERS = "ab c\n*_`$|-#>[]().\t⟦⟧中。（é😀\\{}^&<!~=1\u0302\u200d\ufe0f\x00\u00a0"
_STARTS = ["\n\n", "$$", "```", "\n- ", "\n1. ", "\n> ", "\n    ", "<br>", "<!--", r"$\frac{a}{b}$"]
_TABLE = "|a|b|\n|-|-|\n|c|d|\n"
_MARKUP = st.lists(st.sampled_from([*_CHARACTERS, *_STARTS, _TABLE]), max_size=40).map("".join)
_WORDS = st.lists(
    st.text(alphabet=string.ascii_letters + "äß中文字。，（）…é", min_size=1, max_size=30), max_size=40
)


def _assert_fits(markdown: str, width: int, *, raw_math: bool) -> None:
    for line in typeset(markdown, width, raw_math=raw_math):
        assert line.scrollable or line.width <= width
        assert "\n" not in line.text


@given(st.text(), _WIDTHS, st.booleans())
def test_any_text_fits(markdown: str, width: int, raw_math: bool) -> None:
    _assert_fits(markdown, width, raw_math=raw_math)


@given(_MARKUP, _WIDTHS, st.booleans())
def test_any_markup_fits(markdown: str, width: int, raw_math: bool) -> None:
    _assert_fits(markdown, width, raw_math=raw_math)


@given(_WORDS, _WIDTHS)
def test_plain_prose_is_kept(words: list[str], width: int) -> None:
    lines = typeset(" ".join(words), width)
    assert "".join(line.text for line in lines).replace(" ", "") == "".join(words)


@given(st.lists(st.sampled_from("中文字x，。（）"), max_size=60).map("".join), _WIDTHS)
def test_closing_punctuation_never_starts_a_line(prose: str, width: int) -> None:
    for line in typeset("字" + re.sub("[，。（）]+", lambda run: run.group()[0], prose), width):
        assert not line.text.startswith(("，", "。", "）"))
