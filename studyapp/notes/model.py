"""What a note is made of. All values are immutable; the texts are Markdown with `\\n` line ends."""

from typing import Literal

import msgspec


class Problem(msgspec.Struct, frozen=True):
    """Something in a note that its author has to fix.

    `line` counts from 1; `what` says what is wrong and `hint` how it should look.
    """

    path: str
    line: int
    what: str
    hint: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what} — {self.hint}"


class NoteMeta(msgspec.Struct, frozen=True):
    """The front matter of a note; `id` is its topic id, `aliases` maps old card ids to new ones."""

    id: str
    title: str
    title_zh: str = ""
    area: str = "own"
    requires: tuple[str, ...] = ()
    exercises: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    aliases: dict[str, str] = {}


class Card(msgspec.Struct, frozen=True, gc=False):
    """One thing to recall.

    `group` is `topic/slug` and shared by the siblings of a cloze, `id` is the group itself for a question
    and `topic/slug#c1` for a cloze; both are None while the note holds no `^id` for the card. `line` is the
    1-based line of its `Q:` or `C:`, `position` its place among the cards of the note, from 0.
    """

    id: str | None
    group: str | None
    kind: Literal["basic", "cloze"]
    front: str
    back: str
    line: int
    position: int


class Note(msgspec.Struct, frozen=True):
    """A parsed note: the cards that are sound, and the problems of those that are not.

    `readable` is False when the file could not be read at all: then nothing follows from its missing cards.
    """

    path: str
    meta: NoteMeta
    cards: tuple[Card, ...]
    problems: tuple[Problem, ...]
    readable: bool = True
