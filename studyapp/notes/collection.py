"""Problems that no single note shows."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from studyapp.notes.model import Note, Problem


def check_collection(notes: Iterable[Note], elsewhere: Collection[str] = ()) -> tuple[Problem, ...]:
    """Topic ids and card ids that two files share, requirements that no note meets, and circular ones.

    elsewhere: topics of other notes, which count as met.
    """
    notes = tuple(notes)
    by_topic: dict[str, Note] = {}
    for note in notes:
        by_topic.setdefault(note.meta.id, note)
    return (
        *_shared_topics(notes, by_topic),
        *_shared_cards(notes),
        *_unknown_requirements(notes, {*by_topic, *elsewhere}),
        *_cycles(by_topic),
    )


def _shared_topics(notes: Sequence[Note], by_topic: dict[str, Note]) -> Iterator[Problem]:
    for note in notes:
        first = by_topic[note.meta.id]
        if first is not note:
            what = f"topic id `{note.meta.id}` already belongs to {first.path}"
            yield Problem(note.path, 1, what, "give each note its own `id:` in the front matter")


def _shared_cards(notes: Sequence[Note]) -> Iterator[Problem]:
    first_use: dict[str, Note] = {}
    for note in notes:
        for card in note.cards:
            if card.id is not None and (first := first_use.setdefault(card.id, note)) is not note:
                what = f"card id `{card.id}` already belongs to a card of {first.path}"
                yield Problem(note.path, card.line, what, "give the card or its note another id")


def _unknown_requirements(notes: Sequence[Note], known: Collection[str]) -> Iterator[Problem]:
    for note in notes:
        for topic in note.meta.requires:
            if topic not in known:
                hint = "`requires` lists the ids of other notes"
                yield Problem(note.path, 1, f"requires the unknown topic `{topic}`", hint)


def _cycles(by_topic: dict[str, Note]) -> Iterator[Problem]:
    """Each cycle is reported once and cut, so that the next can be found."""
    graph = {topic: set(note.meta.requires) for topic, note in by_topic.items()}
    while cycle := _find_cycle(graph):
        path = " → ".join(reversed(cycle))
        hint = "remove one of these requirements"
        yield Problem(by_topic[cycle[-1]].path, 1, f"the requirements go round in a circle ({path})", hint)
        graph[cycle[-1]].discard(cycle[-2])


def _find_cycle(graph: dict[str, set[str]]) -> list[str]:
    """A cycle as graphlib gives it: each topic is required by the next, the last is the first again."""
    try:
        TopologicalSorter({topic: sorted(graph[topic]) for topic in sorted(graph)}).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []
