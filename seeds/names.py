"""Names in text: runs of capitalised words, trimmed of titles, peoples and the beginnings of sentences."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.terms import fold
from seeds.lexicon import frequencies, lexicon, places
from seeds.runs import runs
from seeds.tokens import YEAR, Token, head_of, words_of

# Up to so many characters before a name tell whether a sentence begins with it.
BEFORE = 4
ENDS_SENTENCE = re.compile(r"(?:^|[.!?:;…—][\"'”’)\]]*\s|[“\"]|\n|•)\s*[\"'“‘(]*$")
QUOTED = re.compile(
    r"(?<!\w)(?:'([^'’\n]{2,60})'|‘([^’‘\n]{2,60})’|\"([^\"\n]{2,60})\"|“([^”“\n]{2,60})”)(?!\w)"
)
# A longer quotation is what somebody said.
MOST_QUOTED = 6


@dataclass(slots=True)
class Name:
    """One place that looks like a name; `title` where an office or form of address stood before it."""

    text: str
    start: int
    end: int
    words: tuple[str, ...]
    title: str | None = None
    is_start: bool = False
    is_quoted: bool = False


def names(text: str) -> Iterator[Name]:
    """Yield what looks like a name in `text`: first what is not in quotes, in order."""
    nameless = lexicon().nameless
    for run in runs(text):
        # Most runs are one word that begins a sentence.
        if len(run) > 1 or run[0].lower not in nameless:
            yield from _refined(text, run)
    yield from _quoted(text)


def _refined(text: str, run: list[Token]) -> Iterator[Name]:
    """Make of a run the names in it."""
    first = run[0].start
    is_start = _begins_sentence(text, first)
    for part in _parted(text, _begun(run, is_start)):
        title, rest = _untitled(text, part)
        rest = _trimmed(text, rest)
        if rest and not _is_nothing(rest):
            start, end = rest[0].start, rest[-1].end
            yield Name(text[start:end], start, end, words_of(text, rest), title, is_start and start == first)


def _begins_sentence(text: str, start: int) -> bool:
    # Nearly all stand after a word and a space.
    if start > 1 and text[start - 1] == " " and text[start - 2].isalnum():
        return False
    return start == 0 or bool(ENDS_SENTENCE.search(text, max(0, start - BEFORE), start))


def _begun(run: list[Token], is_start: bool) -> list[Token]:
    """Take from a run the words that only begin a sentence, as in `Although Mr Tan`, `Drugmaker Biontis`."""
    known = lexicon()
    while run and (_is_small(run, is_start) or (run[0].is_number and not YEAR.fullmatch(run[0].text))):
        run, is_start = run[1:], False
    if is_start and len(run) > 1 and run[0].lower in known.nouns:
        return run if run[0].lower in known.heads or _is_title(run[0]) else run[1:]
    return run


def _is_small(run: Sequence[Token], is_start: bool) -> bool:
    """Tell whether a run begins with a word that is no part of a name; The Hague is so in mid-sentence."""
    is_article = run[0].text == "The" and not is_start and len(run) > 1
    return run[0].lower in lexicon().function and not is_article


def _is_title(token: Token) -> bool:
    return all(part in lexicon().titles for part in token.lower.split("-"))


def _is_rank(token: Token) -> bool:
    return _is_title(token) and token.lower.rpartition("-")[2] in lexicon().ranks


def _parted(text: str, run: list[Token]) -> list[list[Token]]:
    """Split a run before an office in its middle: Apple | Chief Executive Tim Cook."""
    place = _place_of_office(run) if len(run) > 2 and head_of(text, run) is None else 0
    return [run[:place], run[place:]] if place else [run]


def _place_of_office(run: Sequence[Token]) -> int:
    """Give the place of the first title before a name, 0 where there is none after something else."""
    for place, token in enumerate(run[1:-1], 1):
        following = run[place + 1]
        if _is_rank(token) and not _is_title(following) and following.lower not in lexicon().heads:
            return next((first + 1 for first in range(place - 1, -1, -1) if not _is_title(run[first])), 0)
    return 0


def _untitled(text: str, run: list[Token]) -> tuple[str | None, list[Token]]:
    """Take the offices and peoples before a person's name from a run; gives them and the rest."""
    length = _length_of_title(text, run)
    rest = run[length:]
    # General Administration of Sport, Premier League: no office, though it begins like one.
    if length and rest and run[0].lower not in lexicon().honorifics and head_of(text, run):
        return None, run
    return (text[run[0].start : run[length - 1].end] if length and rest else None), rest


def _length_of_title(text: str, run: Sequence[Token]) -> int:
    length = 0
    while length < len(run) and (_is_title(run[length]) or run[length].lower in lexicon().demonyms):
        length += 1
    while length and not _is_rank(run[length - 1]):
        length -= 1
    # The rest of an office whose first half is in small letters: prime minister of Ruritania Jan Novak.
    if not length and len(run) > 1 and text.endswith("inister of ", 0, run[0].start):
        return 1
    return length


def _trimmed(text: str, run: list[Token]) -> list[Token]:
    """Take from a name what belongs to none: a people before it, a number that counts after it."""
    known = lexicon()
    if not run or fold(text[run[0].start : run[-1].end]) in places():
        return run
    if run[0].lower in known.demonyms and head_of(text, run) is None:
        run = run[1:]
    if run and run[-1].is_number and _is_apart(run):
        run = run[:-1]
    while run and run[-1].lower in known.function:
        run = run[:-1]
    return run


def _is_apart(run: Sequence[Token]) -> bool:
    """Tell whether the number at the end of a run is a year, or no model's: Berlin 3."""
    is_place = len(run) == 2 and fold(run[0].text) in places()
    return len(run) == 1 or is_place or bool(YEAR.fullmatch(run[-1].text))


def _is_nothing(run: Sequence[Token]) -> bool:
    known, last = lexicon(), run[-1].lower
    if len(run) == 1:
        return last in known.nameless or len(last) < 2 or last.replace("-", "") in known.terms
    return last in known.demonyms or all(token.lower in known.nameless for token in run)


def _quoted(text: str) -> Iterator[Name]:
    """Yield what stands in quotes and is written as a title is: 'Green AI', not 'an agent'."""
    for match in QUOTED.finditer(text):
        number = match.lastindex or 1
        inside = match.group(number)
        if _is_written_as_title(inside):
            words = tuple(word.lower() for word in inside.split())
            yield Name(inside, *match.span(number), words, is_quoted=True)


def _is_written_as_title(text: str) -> bool:
    words = text.split()
    if not text[0].isupper() or len(words) > MOST_QUOTED or text[-1] in ",.?! ":
        return False
    if len(words) == 1 and text.isalpha() and text.lower() in frequencies():
        return False
    return all(word[0].isupper() or word[0].isdigit() or word.lower() in lexicon().small for word in words)
