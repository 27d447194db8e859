"""Mark the entities in a text at the exact places of their mentions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from api.v1.json_values import Values

ELLIPSIS = "…"


class Segment(NamedTuple):
    """A piece of a text. `entity` is a JSON reference to the entity that the piece names, or None."""

    text: str
    entity: Values | None


class Mark(NamedTuple):
    """The place of a mention in a text: code points `start` to `end`, and the entity that is mentioned."""

    start: int
    end: int
    entity: Values


# A text of an article: the part, and the number of the takeaway or paragraph, or None.
Place = tuple[str, int | None]


class MarkedText(NamedTuple):
    """The beginning of a text with its entities marked. `is_cut` is True if the text continues."""

    segments: Sequence[Segment]
    is_cut: bool


def marks_by_place(
    entities: Iterable[Values], mentions: Iterable[Iterable[Sequence[Any]]]
) -> Mapping[Place, list[Mark]]:
    """Return the marks (ranges of mentions) in the texts of an article, by the place of the text.

    A place is a pair: the part of the article, such as `body`, and the number of the paragraph or takeaway.
    The number is None for other texts.

    Args:
        entities: References to the entities of the article.
        mentions: The mentions of each entity, as `[part, number, start, end, text]`.
    """
    marks: defaultdict[Place, list[Mark]] = defaultdict(list)
    for entity, places in zip(entities, mentions, strict=True):
        for part, index, start, end, _ in places:
            marks[part, index].append(Mark(start, end, entity))
    return marks


def mark_text(text: str, marks: Iterable[Mark], max_length: int) -> MarkedText:
    """Return the first `max_length` code points of `text`, split into segments at `marks`.

    Of overlapping marks, the first is kept. Of marks with the same start, the longest is kept. Marks that
    reach beyond the shown text are left out. If the text is cut, an ellipsis follows.
    """
    shown = text[:max_length]
    segments: list[Segment] = []
    position = 0
    # The sort is stable, so that marks with the same place stay in their order.
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if not position <= mark.start < mark.end <= len(shown):
            continue
        if mark.start > position:
            segments.append(Segment(shown[position : mark.start], None))
        segments.append(Segment(shown[mark.start : mark.end], mark.entity))
        position = mark.end
    is_cut = len(shown) < len(text)
    rest = shown[position:] + (ELLIPSIS if is_cut else "")
    if rest:
        segments.append(Segment(rest, None))
    return MarkedText(segments, is_cut)
