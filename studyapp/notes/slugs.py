"""Short names from free text, and from its content where it has no ASCII words."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

MAX_LENGTH = 40


def fold(text: str) -> str:
    """`text` in lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).lower()


def content_hash(text: str) -> str:
    """Eight hexadecimal digits that depend on `text` alone."""
    return hashlib.blake2s(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def topic_slug(stem: str) -> str:
    """The topic id of a file without one: `Flow Matching` gives `flow-matching`.

    Letters that ASCII lacks are replaced by a hash of the name, so that two Chinese names stay apart.
    """
    folded = fold(stem)
    slug = re.sub(r"[^a-z0-9_]+", "-", folded).strip("-_")
    if slug and not any(char.isalnum() and not char.isascii() for char in folded):
        return slug
    digest = content_hash(
        unicodedata.normalize("NFC", stem)
    )  # one file system stores é as é, another as e + ´
    return f"{slug}-{digest}" if slug else digest


class SlugMaker:
    """Makes block ids that differ from `used` and from each other."""

    def __init__(self, used: Iterable[str]) -> None:
        self._used = set(used)
        self._counts: dict[str, int] = {}

    def make(self, question: str) -> str:
        """A block id from the first words of `question`, at most 40 characters long."""
        base = _first_words(question)
        slug, count = base, self._counts.get(base, 1)
        while slug in self._used:
            count += 1
            slug = f"{base[: MAX_LENGTH - 1 - len(str(count))].rstrip('-')}-{count}"
        self._counts[base] = count
        self._used.add(slug)
        return slug


def _first_words(question: str) -> str:
    words: list[str] = re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", fold(question)))
    if not words:
        return content_hash(question)
    slug = words[0][:MAX_LENGTH]
    for word in words[1:]:
        if len(slug) + 1 + len(word) > MAX_LENGTH:
            break
        slug += f"-{word}"
    return slug
