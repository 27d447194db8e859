"""The query language of the parameter `q`, a full-text search: words, `"a phrase"`, `-not`, `OR`.

All words are required. `OR` between two words requires at least one of them. `-` excludes the articles that
contain the next word or phrase. A word of several terms, such as `state-of-the-art`, is a phrase.

A query is invalid only if it has no required word or too many words.
"""

import re
from dataclasses import dataclass

from api.search.analyzer import analyze
from api.text_folding import fold_characters

Phrase = tuple[str, ...]
"""Consecutive terms. A single term is a phrase too."""

ITEM = re.compile(r'(?P<minus>-?)"(?P<phrase>[^"]*)(?:"|$)|(?P<word>[^\s"]+)')
MAX_WORDS = 50


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed full-text query. Its phrases are tuples of search terms.

    A text is a hit if it contains at least one phrase of each tuple in `required`, and no phrase of
    `excluded`.
    """

    required: tuple[tuple[Phrase, ...], ...]
    excluded: tuple[Phrase, ...]

    @property
    def phrases(self) -> list[Phrase]:
        """All phrases of the query except the excluded phrases. Highlights mark these phrases in a hit."""
        return [phrase for choice in self.required for phrase in choice]


def parse_query(text: str) -> Query:
    """Parse `text`, a full-text query in the syntax of the parameter `q`.

    Raises:
        ValueError: The query has no required word (for example, it has only excluded words), or it has more
            than MAX_WORDS words.
    """
    required: list[tuple[Phrase, ...]] = []
    excluded: list[Phrase] = []
    previous = ""
    items = _items(text)
    for kind, phrase in items:
        if kind == "not":
            excluded.append(phrase)
        elif kind == "word" and previous == "word OR":
            required[-1] += (phrase,)
        elif kind == "word":
            required.append((phrase,))
        previous = "word OR" if (previous, kind) == ("word", "OR") else kind
    if not required:
        raise ValueError("The query contains no word to search for.")
    if sum(len(phrase) for kind, phrase in items if kind != "OR") > MAX_WORDS:
        raise ValueError(f"The query contains more than {MAX_WORDS} words, including the words of phrases.")
    return Query(tuple(required), tuple(excluded))


def _items(text: str) -> list[tuple[str, Phrase]]:
    """Split a full-text query into its words and quoted phrases.

    Return pairs of a kind and the search terms. The kind is `not` after a `-`, `OR` for the unquoted word
    `OR`, and otherwise `word`. Items without terms, such as `&`, are skipped.
    """
    items = []
    for item in ITEM.finditer(fold_characters(text)):
        word = item["word"] or ""
        is_excluded = bool(item["minus"]) or word.startswith("-")
        kind = "not" if is_excluded else "OR" if word == "OR" else "word"
        phrase = tuple(term.text for term in analyze(item["phrase"] or word))
        items += [(kind, phrase)] if phrase else []
    return items
