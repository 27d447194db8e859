"""The query language of `q`: words, `"a phrase"`, `-not`, `OR`.

All words are required. `OR` between two of them requires either, and binds closer: `a b OR c` is `a` and one
of `b`, `c`. `-` before a word or phrase excludes the articles that have it, wherever it stands. A word of
several terms (`state-of-the-art`, `凌通`) is a phrase. Nothing is an error but a query that wants nothing or
too much: a quote that is not closed runs to the end, an `OR` that is not between two of them means nothing.
"""

import re
from dataclasses import dataclass

from api.search.analyzer import analyze

Phrase = tuple[str, ...]
"""Terms that stand side by side; one term is a phrase too."""

ITEM = re.compile(r'(?P<minus>-?)"(?P<phrase>[^"]*)(?:"|$)|(?P<word>[^\s"]+)')
QUOTES = str.maketrans("“”„‟«»", '""""""')
MAX_WORDS = 50


@dataclass(frozen=True, slots=True)
class Query:
    """What a text must have: one of each of `required`, and none of `excluded`."""

    required: tuple[tuple[Phrase, ...], ...]
    excluded: tuple[Phrase, ...]

    @property
    def wanted(self) -> list[Phrase]:
        """Every phrase that may have made a text a hit."""
        return [phrase for choice in self.required for phrase in choice]


def parse_query(text: str) -> Query:
    """Read `text`; raises ValueError, saying why, where it wants nothing or has more than MAX_WORDS."""
    required: list[tuple[Phrase, ...]] = []
    excluded: list[Phrase] = []
    before = ""
    items = _items(text)
    for kind, phrase in items:
        if kind == "not":
            excluded.append(phrase)
        elif kind == "word" and before == "word OR":
            required[-1] += (phrase,)
        elif kind == "word":
            required.append((phrase,))
        before = "word OR" if (before, kind) == ("word", "OR") else kind
    if not required:
        raise ValueError("There is no word in it to look for.")
    if sum(len(phrase) for kind, phrase in items if kind != "OR") > MAX_WORDS:
        raise ValueError(f"It has more than {MAX_WORDS} words, those of phrases counted.")
    return Query(tuple(required), tuple(excluded))


def _items(text: str) -> list[tuple[str, Phrase]]:
    """Give each item as `word`, `not` or `OR`, with its terms; what has none, such as `&`, is left out."""
    found = []
    for item in ITEM.finditer(text.translate(QUOTES)):
        word = item["word"] or ""
        is_excluded = bool(item["minus"]) or word.startswith("-")
        kind = "not" if is_excluded else "OR" if word == "OR" else "word"
        phrase = tuple(term.text for term in analyze(item["phrase"] or word))
        found += [(kind, phrase)] if phrase else []
    return found
