"""How much a value may be, read off its msgpack form before anything is built from it.

One byte can stand for an empty list, which takes eighty in memory, and three for a call back into Python: a
header within the limit of its frame could keep the judge busy for half a minute. What lists and dicts declare
tells how much there is; the rest is passed over by a regular expression.

The walk is flat: it goes on inside of a tuple and never looks for its end. Where such an end is forged the
walk and the decoder disagree, but both go from left to right, and the decoder stops at that very place.
"""

import re

from grader.wire import Malformed

MAX_ELEMENTS = 2_000_000
MAX_PARTS = 200_000
MAX_ARRAYS = 10_000
# The extensions of `values.py`.
TUPLE, INTEGER, TEXT, TENSOR, ARRAY, SCALAR, GENERATOR, CALLBACK = range(1, 9)

# What needs no look (msgpack's specification, "Formats"): numbers, None, bool, text of up to 31 bytes, and
# then what makes a tuple of the list that must follow. The repeats are possessive, since others would
# remember every place to come back to.
_SHORT_TEXTS = b"|".join(b"%c.{%d}" % (0xA0 + length, length) for length in range(32))
_SKIPPED = re.compile(
    rb"(?s:[\x00-\x7f\xc0\xc2\xc3\xe0-\xff]++|(?:[\xcb\xcf\xd3].{8})++|[\xca\xce\xd2].{4}|[\xcd\xd1].{2}|"
    rb"[\xcc\xd0].|" + _SHORT_TEXTS + rb")*+(?s:(?:[\xd4-\xd8]|\xc7.|\xc8.{2}|\xc9.{4})\x01)?+"
)
# By their first byte, those that tell their length in it and those that tell it in so many bytes behind it.
_SHORT = {byte: byte & 15 for byte in range(0x80, 0xA0)} | {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}
_LONG = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xC7: 1, 0xC8: 2, 0xC9: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
_LONG |= {0xDC: 2, 0xDD: 4, 0xDE: 2, 0xDF: 4}
_LISTS = {*range(0x90, 0xA0), 0xDC, 0xDD}
_DICTS = {*range(0x80, 0x90), 0xDE, 0xDF}
_TEXTS = {0xC4, 0xC5, 0xC6, 0xD9, 0xDA, 0xDB}


class TooLarge(Exception):
    """A value of more than can be sent; the text tells of what."""


def check_extent(header: bytes) -> None:
    """Raises `TooLarge` when the value has too many elements, parts or arrays.

    Raises `Malformed` for what `values.encode` never writes: extensions of others (msgpack's own timestamp
    among them) and bytes without a meaning.
    """
    position = elements = parts = arrays = 0
    while (position := _SKIPPED.match(header, position).end()) < len(header):  # type: ignore[union-attr]
        position, inside, code = _part(header, position)
        elements += inside
        parts += 1
        arrays += code >= TENSOR
        if elements > MAX_ELEMENTS or parts > MAX_PARTS or arrays > MAX_ARRAYS:
            raise _too_large(elements, parts)


def _part(header: bytes, position: int) -> tuple[int, int, int]:
    """Where to go on after one part of a value, how many elements it declares, its extension code or 0."""
    first, start = header[position], position + 1
    if first in _SHORT:
        length = _SHORT[first]
    elif first in _LONG:
        start += _LONG[first]
        length = int.from_bytes(header[position + 1 : start])
    else:
        raise Malformed(f"the byte {first:#x} where a value begins, or one that is cut off")
    if first in _LISTS:
        return start, length, 0
    if first in _DICTS:
        return start, 2 * length, 0
    if first in _TEXTS:
        return start + length, 0, 0
    code = int.from_bytes(header[start : start + 1])
    if not TUPLE < code <= CALLBACK:
        raise Malformed(f"an extension {code} at this place")
    return start + 1 + length, 0, code


def _too_large(elements: int, parts: int) -> TooLarge:
    if elements > MAX_ELEMENTS:
        return TooLarge(f"more than {MAX_ELEMENTS:,} elements")
    if parts > MAX_PARTS:
        return TooLarge(f"more than {MAX_PARTS:,} lists, tuples, dicts and long texts")
    return TooLarge(f"more than {MAX_ARRAYS:,} tensors, arrays and numpy numbers")
