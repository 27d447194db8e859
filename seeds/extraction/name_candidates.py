"""Names in text: runs of capitalised words, trimmed of titles, peoples and the beginnings of sentences."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seeds.extraction.capital_runs import runs
from seeds.extraction.lexicon import frequencies, is_place, lexicon
from seeds.extraction.person_names import is_small_surname
from seeds.extraction.person_titles import is_title, parted, untitled, without_field
from seeds.extraction.tokens import YEAR, Token, head_of, is_plain, words_of

# Up to so many characters before a name tell whether a sentence begins with it.
BEFORE = 4
ENDS_SENTENCE = re.compile(r"(?:^|[.!?:;…—][\"'”’)\]]*\s|[“\"]|\n|•)\s*[\"'“‘(]*$")
QUOTED = re.compile(
    r"(?:'(?<!\w')([^'’\n]{2,60})'|‘(?<!\w‘)([^’‘\n]{2,60})’|\"(?<!\w\")([^\"\n]{2,60})\""
    r"|“(?<!\w“)([^”“\n]{2,60})”)(?!\w)"
)
# Small words that no name in mid-sentence begins with either.
PRONOUNS = frozenset(("a", "an", "he", "i", "i'd", "i'll", "i'm", "i've", "it", "she", "they", "we", "you"))
# Small words that end names too.
LAST = ("one", "two", "three", "four", "five", "zero", "first", "may", "next", "now")
# Between two names of a list.
LISTED = (" and ", " or ", ", and ", ", or ")
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
    # The name before it in a list.
    after: "Name | None" = None


def names(text: str) -> Iterator[Name]:
    """Yield what looks like a name in `text`: first what is not in quotes, in order."""
    nameless, last = lexicon().nameless, None
    for run in runs(text):
        # Most runs are one word that begins a sentence.
        if len(run) == 1 and run[0].lower in nameless:
            continue
        for name in _refined(text, run) if len(run) > 1 else _alone(text, run):
            if last and text[last.end : name.start] in LISTED:
                name.after = last
            yield name
            last = name
    yield from quoted(text)


def _alone(text: str, run: list[Token]) -> Iterator[Name]:
    """Make of a run of one word the name that it is."""
    token = run[0]
    if not (token.is_number or _is_nothing(run) or not without_field(text, run)):
        words = (token.lower.strip(",'").replace(".", ""),)
        yield Name(token.text, token.start, token.end, words, None, _begins_sentence(text, token.start))


def _refined(text: str, run: list[Token]) -> Iterator[Name]:
    """Make of a run the names in it."""
    first = run[0].start
    is_start = _begins_sentence(text, first)
    for part in parted(text, without_field(text, _begun(text, run, is_start))):
        title, rest = untitled(text, part)
        rest = _trimmed(text, rest)
        if rest and not _is_nothing(rest):
            start, end = rest[0].start, rest[-1].end
            yield Name(text[start:end], start, end, words_of(text, rest), title, is_start and start == first)


def _begins_sentence(text: str, start: int) -> bool:
    # Nearly all stand after a word and a space.
    if start > 1 and text[start - 1] == " " and text[start - 2].isalnum():
        return False
    return start == 0 or bool(ENDS_SENTENCE.search(text, max(0, start - BEFORE), start))


def _begun(text: str, run: list[Token], is_start: bool) -> list[Token]:
    """Take from a run the words that only begin a sentence, as in `Although Mr Tan`, `Drugmaker Biontis`."""
    known = lexicon()
    while run and (_is_small(text, run, is_start) or (run[0].is_number and not YEAR.fullmatch(run[0].text))):
        run, is_start = run[1:], False
    if not is_start or len(run) < 2 or run[0].lower in known.particles:
        return run
    if run[0].lower in known.nouns:
        return run if run[0].lower in known.head_types or is_title(run[0]) else run[1:]
    return run[1:] if _is_direction(text, run) else run


def _is_small(text: str, run: Sequence[Token], is_start: bool) -> bool:
    """Tell whether a run begins with a word that is no part of a name.

    In mid-sentence it is one in The Hague, Can Tho, and the First World War.
    """
    if run[0].lower not in lexicon().function:
        return False
    if len(run) == 2 and is_small_surname(run[0].lower, run[1].text):
        return False
    if is_start or len(run) == 1 or run[1].is_number:
        return not text.endswith("The ", 0, run[0].start) or len(run) == 1
    return run[0].lower in PRONOUNS or run[0].text.isupper()


def _is_direction(text: str, run: Sequence[Token]) -> bool:
    """Tell whether a run is a part of a country, Northern Norway, and not a country, Northern Ireland."""
    if not run[0].text.endswith("ern"):
        return False
    whole, rest = text[run[0].start : run[-1].end], text[run[1].start : run[-1].end]
    return is_place(rest) and not is_place(whole)


def _trimmed(text: str, run: list[Token]) -> list[Token]:
    """Take from a name what belongs to none: a people before it, a number that counts after it."""
    known = lexicon()
    if not run or is_place(text[run[0].start : run[-1].end]):
        return run
    if run[0].lower in known.demonyms and head_of(text, run) is None and not _is_called_after_people(run):
        run = run[1:]
    if run and run[-1].is_number and _is_apart(run):
        run = run[:-1]
    while run and run[-1].lower in known.function and not _is_last(run):
        run = run[:-1]
    return run


def _is_called_after_people(run: Sequence[Token]) -> bool:
    """Tell whether a people and a word of English are one name: Nordic Lantern, but not Thai Internet."""
    word, known = run[-1].lower, lexicon()
    if len(run) != 2 or not is_plain(run[-1]) or word.endswith("s"):
        return False
    return not (word in known.nameless or word in known.nouns or word in known.of_all)


def _is_last(run: Sequence[Token]) -> bool:
    """Tell whether a small word ends a name: Formula One, Anna May, Brevik Shipping AS."""
    last = run[-1]
    is_form = last.lower in lexicon().legal_forms and last.text.isupper()
    return len(run) > 1 and (is_form or last.lower in LAST)


def _is_apart(run: Sequence[Token]) -> bool:
    """Tell whether the number at the end of a run is a year, or no model's: Berlin 3."""
    if len(run) == 1 or (len(run) == 2 and is_place(run[0].text)):
        return True
    return bool(YEAR.fullmatch(run[-1].text)) and not _is_programme(run)


def _is_programme(run: Sequence[Token]) -> bool:
    """Tell whether a round year ends the name of a programme: Safe Quays 2030."""
    return len(run) > 2 and run[-1].text[-1] in "05" and all(is_plain(token) for token in run[:-1])


def _is_nothing(run: Sequence[Token]) -> bool:
    known, last = lexicon(), run[-1].lower
    if len(run) == 1:
        return last in known.nameless or len(last) < 2 or last.replace("-", "") in known.terms
    # South Korean is a people, Telefon Nordic is none.
    if last in known.demonyms and (_is_known(run[0]) or run[0].lower in known.demonyms):
        return True
    return all(token.lower in known.nameless for token in run)


def _is_known(token: Token) -> bool:
    return token.lower in frequencies() or is_place(token.text)


def quoted(text: str) -> Iterator[Name]:
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
