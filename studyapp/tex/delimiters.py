"""Delimiters that grow with what they enclose."""

from studyapp.tex.box import EMPTY, Box, text_box

# top, middle (repeated), bottom
_PIECES = {
    "(": "⎛⎜⎝",
    ")": "⎞⎟⎠",
    "[": "⎡⎢⎣",
    "]": "⎤⎥⎦",
    "⟦": "⟦⟦⟦",
    "⟧": "⟧⟧⟧",
    "⌊": "⎢⎢⎣",
    "⌋": "⎥⎥⎦",
    "⌈": "⎡⎢⎢",
    "⌉": "⎤⎥⎥",
    "|": "│││",
    "‖": "║║║",
    "↑": "↑││",
    "↓": "││↓",
    "↕": "↑│↓",
    "⇑": "⇑║║",
    "⇓": "║║⇓",
}
_BRACES = {"{": "⎧⎨⎩", "}": "⎫⎬⎭"}
_SLANTS = {"⟨": "╱╲", "⟩": "╲╱"}


def grown(glyph: str, above: int, below: int) -> Box:
    """The delimiter `above` rows over and `below` rows under the baseline, or more if it needs a middle."""
    if not glyph:
        return EMPTY
    if above <= 0 and below <= 0:
        return text_box(glyph)
    if glyph in _BRACES:
        return _brace(_BRACES[glyph], max(1, above), max(1, below))
    if glyph in _SLANTS:
        return _angle(glyph, max(1, above, below))
    if glyph not in _PIECES:
        return text_box(glyph)
    top, middle, bottom = tuple(_PIECES[glyph])
    return Box((top, *(middle,) * (above + below - 1), bottom), above, 1)


def _brace(pieces: str, above: int, below: int) -> Box:
    top, middle, bottom = tuple(pieces)
    return Box((top, *("⎪",) * (above - 1), middle, *("⎪",) * (below - 1), bottom), above, 1)


def _angle(glyph: str, reach: int) -> Box:
    upper, lower = tuple(_SLANTS[glyph])
    columns = range(reach, 0, -1) if glyph == "⟨" else range(reach)
    slant = [" " * column + upper + " " * (reach - column) for column in columns]
    mirrored = [line.replace(upper, lower) for line in reversed(slant)]
    tip = glyph + " " * reach if glyph == "⟨" else " " * reach + glyph
    return Box((*slant, tip, *mirrored), reach, reach + 1)
