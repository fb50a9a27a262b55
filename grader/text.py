"""Text from a submission made fit for a terminal, and values shortened for a message."""

import inspect
import math
import sys
import unicodedata
from itertools import islice
from typing import Any

_LIMIT = 160
_FEW = 16
_WIDE = 1000


def neutralise(text: str) -> str:
    """Make control and other invisible characters visible, so that text cannot act on a terminal."""
    return "".join(_visible(character) for character in text.replace("\r\n", "\n"))


def shorten(text: str, limit: int = _LIMIT) -> str:
    """At most `limit` characters, cut in the middle."""
    if len(text) <= limit:
        return text
    half = (limit - 3) // 2
    return f"{text[:half]} … {text[-half:]}"


def describe(value: Any, limit: int = _LIMIT) -> str:
    """A value in a few words: short ones in full, tensors with shape and dtype."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch is not None and isinstance(value, torch.Tensor):
        return _describe_array("tensor", value.detach(), str(value.dtype).removeprefix("torch."), limit)
    if torch is not None and isinstance(value, torch.Generator):
        return "generator"
    if numpy is not None and isinstance(value, numpy.ndarray):
        return _describe_array("array", value, str(value.dtype), limit)
    if type(value) in (list, tuple, dict):
        return shorten(_describe_items(value, limit), limit)
    if inspect.isroutine(value):
        return "function"
    if type(value) is int and value.bit_length() > _WIDE:
        return f"an integer of {value.bit_length()} bits"
    return shorten(repr(value[:limit] if isinstance(value, str | bytes) else value), limit)


def describe_call(function: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> str:
    """`softmax(tensor 2×3 float32, axis=1)`: a call in a few words."""
    parts = [describe(value) for value in arguments]
    parts += [f"{name}={describe(value)}" for name, value in named.items()]
    return shorten(f"{function}({', '.join(parts)})", 400)


def _visible(character: str) -> str:
    if character.isprintable() or character in "\n\t" or unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode()


def _describe_array(kind: str, value: Any, dtype: str, limit: int) -> str:
    shape = "×".join(map(str, value.shape)) or "scalar"
    numbers = repr(_rounded(value.tolist())) if 0 < math.prod(value.shape) <= _FEW else ""
    return f"{kind} {shape} {dtype} {shorten(numbers, limit)}".rstrip()


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _describe_items(value: Any, limit: int) -> str:
    inner = limit // 2
    if inner < _LIMIT // 8:
        return "…"
    if type(value) is dict:
        shown = [
            f"{describe(key, inner)}: {describe(each, inner)}" for key, each in islice(value.items(), _FEW)
        ]
    else:
        shown = [describe(each, inner) for each in value[:_FEW]]
    if len(value) > _FEW:
        shown.append(f"… {len(value)} in all")
    inside = ", ".join(shown)
    if type(value) is dict:
        return f"{{{inside}}}"
    if type(value) is list:
        return f"[{inside}]"
    return f"({inside},)" if len(value) == 1 else f"({inside})"
