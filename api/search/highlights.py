"""Highlights: the pieces of an article in which a search found what it was looking for."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from api.search.analyzer import MAX_TERMS, Term, analyze
from api.search.query_language import Phrase, Query

# Pieces an article, and characters a piece; a range is never cut, so that a piece may be longer.
MAX_PIECES, MAX_PIECE = 5, 240
SPACE = re.compile(r"\s")


def highlight(query: Query, parts: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Find `query` in the texts of `parts`: at most one piece a text and five in all, in their order.

    Each is `{part, text, ranges}`; `ranges` are `[start, end]` in code points of `text`, without overlap. No
    more words are looked at than are searched, MAX_TERMS.
    """
    room = iter(range(MAX_TERMS))
    found = (
        {"part": name} | _piece(text, ranges)
        for name, texts in parts.items()
        for text in texts
        if (ranges := find_ranges(query.wanted, text, room))
    )
    return list(islice(found, MAX_PIECES))


def find_ranges(phrases: Sequence[Phrase], text: str, room: Iterable[int]) -> list[tuple[int, int]]:
    """Give where `text` has any of `phrases`: code points from start to end, in order and without overlap.

    Each word looked at takes one of `room`, and none beyond that is.
    """
    terms = [term for term, _ in zip(analyze(text), room, strict=False)]
    ranges: list[tuple[int, int]] = []
    for start, end in _matches(phrases, terms):
        if ranges and start < ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(end, ranges[-1][1]))
        else:
            ranges.append((start, end))
    return ranges


def _matches(phrases: Sequence[Phrase], terms: list[Term]) -> Iterator[tuple[int, int]]:
    beginning: dict[str, list[Phrase]] = {}
    for phrase in dict.fromkeys(phrases):
        beginning.setdefault(phrase[0], []).append(phrase)
    for place, first in enumerate(terms):
        for phrase in beginning.get(first.text, ()):
            found = terms[place : place + len(phrase)]
            if tuple(term.text for term in found) == phrase:
                yield first.start, found[-1].end


def _piece(text: str, ranges: list[tuple[int, int]]) -> dict[str, Any]:
    """Cut a piece of `text` around its first range, between words."""
    first_start, first_end = ranges[0]
    room = max(0, MAX_PIECE - (first_end - first_start))
    start = _word_start(text, max(0, min(first_start - room // 2, len(text) - MAX_PIECE)), first_start)
    end = _word_end(text, min(len(text), max(start + MAX_PIECE, first_end)), first_end)
    within = [[begin - start, stop - start] for begin, stop in ranges if begin >= start and stop <= end]
    return {"text": text[start:end], "ranges": within}


def _word_start(text: str, place: int, latest: int) -> int:
    """Give the first beginning of a word from `place` to `latest`; `place` where no space is between."""
    if place == 0 or text[place - 1].isspace():
        return place
    space = SPACE.search(text, place, latest)
    return space.end() if space else place


def _word_end(text: str, place: int, earliest: int) -> int:
    """Give the last end of a word from `earliest` to `place`; `place` where no space is between."""
    if place == len(text) or text[place].isspace():
        return place
    space = max((text.rfind(c, earliest, place) for c in " \u00a0\u3000"), default=-1)
    return space if space >= 0 else place
