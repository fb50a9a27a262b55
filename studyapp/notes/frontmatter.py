"""The YAML front matter of a note.

Scalars are read as text whatever they look like: `title: 2024` is the text 2024, `title: No` the text No.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from studyapp.notes.blocks import Flaw
from studyapp.notes.model import NoteMeta
from studyapp.notes.regions import CARD_START
from studyapp.notes.slugs import topic_slug

if TYPE_CHECKING:
    from yaml import MappingNode

_FIELDS = {field.name: field.type for field in msgspec.structs.fields(NoteMeta)}
_SHAPES = {
    str: "write one text, like `{key}: some text`",
    tuple[
        str, ...
    ]: 'write a list of texts, like `{key}: [one, two]`; quote a text that contains `: `, `"so: it"`',
    dict[str, str]: "write pairs of texts, like `{key}: {{old: new}}`",
}
_TOPIC_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_ID_LINE = re.compile(r"id:[ \t]*([\"']?)([a-z0-9][a-z0-9_-]*)\1[ \t]*")
_MAX_DEPTH = 16


class FrontMatter(NamedTuple):
    """The fields that could be read, what was wrong with the others, and the line after the front matter."""

    fields: dict[str, Any]
    flaws: list[Flaw]
    end: int


class _YamlError(Exception):
    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def read_front_matter(lines: Sequence[str]) -> FrontMatter:
    """Read the front matter between `---` lines at the start of a note, if there is any."""
    if not lines or lines[0].rstrip(" \t") != "---":
        return FrontMatter({}, [], 0)
    end = next((i for i, line in enumerate(lines[1:], 1) if _ends_front_matter(line)), None)
    if end is None or CARD_START.match(lines[end]):
        return _unclosed(lines)
    try:
        node = _compose("\n".join(lines[1:end]))
    except _YamlError as error:
        hint = "write `name: value` lines; quote a value that contains `: ` or starts with a sign"
        flaw = Flaw(error.line + 1, f"the front matter is not YAML ({error.reason})", hint)
        return FrontMatter(_salvage_id(lines[1:end]), [flaw], end + 1)
    fields, flaws = _read_fields(node) if node is not None else ({}, [])
    return FrontMatter(fields, flaws, end + 1)


def complete_meta(fields: dict[str, Any], *, path: str, heading: str) -> NoteMeta:
    """Fill in what a learner's own note may leave out: its id and its title."""
    stem = PurePath(path).name.removesuffix(".md").removesuffix(".zh")
    return NoteMeta(**{"id": topic_slug(stem), "title": heading or stem, **fields})


def _ends_front_matter(line: str) -> bool:
    """A card ends it too, or an unclosed one would take in every card above the next thematic break."""
    return line.rstrip(" \t") == "---" or CARD_START.match(line) is not None


def _unclosed(lines: Sequence[str]) -> FrontMatter:
    if len(lines) < 2 or not re.match(r"[a-z_]+:", lines[1]):
        return FrontMatter({}, [], 0)  # a thematic break
    flaw = Flaw(0, "the front matter is not closed", "end it with a line `---`")
    return FrontMatter(_salvage_id(lines[1:]), [flaw], 1)


def _salvage_id(lines: Iterable[str]) -> dict[str, Any]:
    """The id alone, so that a slip elsewhere in the front matter does not rename every card."""
    found = next((match for line in lines if (match := _ID_LINE.fullmatch(line))), None)
    return {"id": found[2]} if found else {}


def _compose(text: str) -> "MappingNode | None":
    import yaml  # 60 ms, and many notes have no front matter

    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        depth = 0
        for event in yaml.parse(text, Loader=loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _MAX_DEPTH:  # the C parser recurses without a limit and would crash the process
                raise _YamlError(0, "nested too deeply")
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        raise _YamlError(line, error.problem or "unreadable") from None
    except yaml.reader.ReaderError as error:
        before = text.encode("utf-8", "surrogatepass")[: error.position]
        raise _YamlError(before.count(b"\n"), "a character that YAML forbids") from None
    except UnicodeEncodeError as error:
        raise _YamlError(text.count("\n", 0, error.start), "half a surrogate pair") from None
    if node is not None and not isinstance(node, yaml.MappingNode):
        raise _YamlError(0, "not a list of names and values")
    return node


def _read_fields(node: "MappingNode") -> tuple[dict[str, Any], list[Flaw]]:
    fields: dict[str, Any] = {}
    flaws: list[Flaw] = []
    for key_node, value_node in node.value:
        key = key_node.value if isinstance(key_node.value, str) else "?"
        line = key_node.start_mark.line + 1
        if key not in _FIELDS:
            flaws.append(
                Flaw(line, f"`{key}` is not a field of a note", f"the fields are {', '.join(_FIELDS)}")
            )
            continue
        if key in fields:
            flaws.append(Flaw(line, f"`{key}` is given twice", "keep one of the two"))
            continue
        value = _plain(value_node)
        if value == "":
            continue
        try:
            fields[key] = msgspec.convert(value, _FIELDS[key])
        except msgspec.ValidationError:
            flaws.append(Flaw(line, f"`{key}` has the wrong form", _SHAPES[_FIELDS[key]].format(key=key)))
    if not _TOPIC_ID.fullmatch(fields.get("id", "none")):
        flaws.append(
            Flaw(
                1,
                f"`{fields.pop('id')}` is not a topic id",
                "use a-z, 0-9, `-` and `_`, like `id: flow_matching`",
            )
        )
    return fields, flaws


def _plain(node: Any) -> Any:
    """The value of a YAML node one level deep; deeper ones stay nodes, which no field accepts."""
    match node.id:
        case "sequence":
            return [item.value for item in node.value]
        case "mapping":
            return {
                key.value if isinstance(key.value, str) else "?": value.value for key, value in node.value
            }
        case _:
            return node.value
