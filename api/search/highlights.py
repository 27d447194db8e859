"""Highlights: the passages of an article that contain the phrases of a search."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from api.search.analyzer import MAX_TERMS, Term, analyze_for_index
from api.search.query_language import Phrase, Query

MAX_PASSAGES = 5
# The maximum number of characters in a passage. Only a passage with a longer match is longer, since matches
# are not cut.
MAX_PASSAGE_LENGTH = 240
SPACE = re.compile(r"\s")


def highlight(query: Query, parts: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Return passages of an article that contain a phrase of `query`, at most MAX_PASSAGES.

    Each passage is a dictionary `{part, text, ranges}`. A text gives at most one passage. Each range is a
    list `[start, end]` in code points of the passage. Only the first MAX_TERMS terms are searched. The end of
    each text counts as a term.

    Args:
        parts: The texts of each part of the article, such as `title`.
    """
    word_budget = iter(range(MAX_TERMS))
    passages = (
        {"part": name} | _passage(text, ranges)
        for name, texts in parts.items()
        for text in texts
        if (ranges := find_ranges(query.phrases, text, word_budget))
    )
    return list(islice(passages, MAX_PASSAGES))


def find_ranges(phrases: Sequence[Phrase], text: str, word_budget: Iterator[int]) -> list[tuple[int, int]]:
    """Return the ranges of `text`, in code points, that match any of `phrases`, in order and without overlap.

    Args:
        phrases: Tuples of consecutive search terms.
        word_budget: An iterator from which each searched term takes an item. Calls can share this limit.
    """
    terms = [term for term, _ in zip(analyze_for_index(text), word_budget, strict=False)]
    # The index has a break after each text.
    next(word_budget, None)
    ranges: list[tuple[int, int]] = []
    for start, end in sorted(_matches(phrases, terms)):
        if ranges and start < ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(end, ranges[-1][1]))
        else:
            ranges.append((start, end))
    return ranges


def _matches(phrases: Sequence[Phrase], terms: list[Term]) -> Iterator[tuple[int, int]]:
    by_first_term: dict[str, list[Phrase]] = {}
    for phrase in dict.fromkeys(phrases):
        by_first_term.setdefault(phrase[0], []).append(phrase)
    for index, first in enumerate(terms):
        for phrase in by_first_term.get(first.text, ()):
            candidate = terms[index : index + len(phrase)]
            if tuple(term.text for term in candidate) == phrase:
                yield first.start, candidate[-1].end


def _passage(text: str, ranges: list[tuple[int, int]]) -> dict[str, Any]:
    """Return a passage of `text` around the first of `ranges`, as `{text, ranges}`.

    The passage has about MAX_PASSAGE_LENGTH characters and is cut between words if there are spaces. It keeps
    the ranges that lie within it, relative to its start.
    """
    first_start, first_end = ranges[0]
    context = max(0, MAX_PASSAGE_LENGTH - (first_end - first_start))
    start = _word_start(
        text, max(0, min(first_start - context // 2, len(text) - MAX_PASSAGE_LENGTH)), first_start
    )
    end = _word_end(text, min(len(text), max(start + MAX_PASSAGE_LENGTH, first_end)), first_end)
    within = [[begin - start, stop - start] for begin, stop in ranges if begin >= start and stop <= end]
    return {"text": text[start:end], "ranges": within}


def _word_start(text: str, offset: int, latest: int) -> int:
    """Return the offset at which to begin a passage of `text`, so that the first word is complete.

    If `offset` is inside a word, return the end of the next space before `latest`. If there is none, return
    `offset`.
    """
    if offset == 0 or text[offset - 1].isspace():
        return offset
    space = SPACE.search(text, offset, latest)
    return space.end() if space else offset


def _word_end(text: str, offset: int, earliest: int) -> int:
    """Return the offset at which to end a passage of `text`, so that the last word is complete.

    If `offset` is inside a word, return the last space between `earliest` and `offset`. If there is none,
    return `offset`.
    """
    if offset == len(text) or text[offset].isspace():
        return offset
    space = max((text.rfind(c, earliest, offset) for c in " \u00a0\u3000"), default=-1)
    return space if space >= 0 else offset
