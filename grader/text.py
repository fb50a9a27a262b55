"""Text from a submission made fit for a terminal, and values shortened for a message."""

import sys
import unicodedata
from typing import Any

_LIMIT = 160


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
    if type(value) in (list, tuple):
        return _describe_items(value, limit)
    if type(value) is dict:
        return shorten(
            "{" + ", ".join(f"{key!r}: {describe(each, 60)}" for key, each in value.items()) + "}", limit
        )
    return shorten(repr(value), limit)


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
    numbers = shorten(repr(value.tolist()), limit) if 0 < _length(value) <= 16 else ""
    return f"{kind} {shape} {dtype} {numbers}".rstrip()


def _length(value: Any) -> int:
    return int(value.numel() if hasattr(value, "numel") else value.size)


def _describe_items(value: Any, limit: int) -> str:
    shown = [describe(each, 60) for each in value[:12]]
    if len(value) > 12:
        shown.append(f"… {len(value)} in all")
    inside = ", ".join(shown)
    if type(value) is list:
        return shorten(f"[{inside}]", limit)
    return shorten(f"({inside},)" if len(value) == 1 else f"({inside})", limit)
