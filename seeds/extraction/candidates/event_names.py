"""Find the names of elections, summits and wars, such as 2014 Velmora general election.

The last words of such a name are in lower case.
"""

import re
from collections.abc import Sequence

from seeds.extraction.candidates.tokens import YEAR, Token
from seeds.extraction.lexicon import Lexicon

# The words after the capitalised words of the name.
KINDS = (
    "assembly|by|civil|constitutional|council|county|direct|federal|general|gubernatorial|independence|indirect"
    "|legislative|leadership|local|mayoral|midterm|municipal|national|parliamentary|presidential|primary"
    "|provincial|regional|senatorial|snap|special|state|territorial"
)
NOUNS = (
    "elections?|by-elections?|byelections?|referendums?|referenda|primary|primaries|caucus(?:es)?|plebiscites?"
    "|summits?|wars?"
)
EVENT_NOUN = re.compile(rf" (?:(?:{KINDS}) ){{0,3}}(?:{NOUNS})\b(?!-)")
EVENT_HINT = re.compile(r"election|referend|primar| caucus|plebiscite| summit| war\b| wars\b")
PLACE_GAP = re.compile(r" in (?:the )?")
MONTH = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December) $"
)
MAX_MONTH_LENGTH = 10


def has_event_noun(text: str) -> bool:
    """Return True if `text` contains a noun such as election or summit."""
    return EVENT_HINT.search(text) is not None


def add_event_noun(lexicon: Lexicon, text: str, run: list[Token]) -> list[Token]:
    """Return `run`, the words of a name, with the event noun that follows it as the last token.

    For example, `2014 Velmora` becomes `2014 Velmora general election`. A month before the year is added too.
    Only a name that begins with a year, or ends in a place or nationality, is changed.
    """
    found = EVENT_NOUN.match(text, run[-1].end)
    if not found or not (YEAR.fullmatch(run[0].text) or _ends_in_place(lexicon, text, run)):
        return run
    start = found.start() + 1
    words = text[start : found.end()]
    run = [*run, Token(words, start, found.end(), False, words.lower())]
    month = MONTH.search(text, max(0, run[0].start - MAX_MONTH_LENGTH), run[0].start)
    if month and run[0].is_number:
        word = month.group().strip()
        run = [Token(word, month.start(), month.end() - 1, False, word.lower()), *run]
    return run


def is_place_of_event(
    lexicon: Lexicon, text: str, run: Sequence[Token], token: Token, following: Sequence[Token]
) -> bool:
    """Return True if `in` and a place belong to an event's name: `2009 Board election in Bern`.

    Args:
        run: The words before the noun of the event: 2009 and Board.
        token: The first capitalised word after `in`.
        following: The next capitalised words after `token`.
    """
    found = EVENT_NOUN.match(text, run[-1].end)
    is_event = found and len(run) > 1 and YEAR.fullmatch(run[0].text) is not None
    if not found or not is_event or PLACE_GAP.fullmatch(text, found.end(), token.start) is None:
        return False
    ends = (each.end for each in (token, *following))
    return any(lexicon.is_place(text[token.start : end]) for end in ends)


def _ends_in_place(lexicon: Lexicon, text: str, run: Sequence[Token]) -> bool:
    last = run[-1]
    is_adjective = last.lower in lexicon.demonyms
    return is_adjective or any(lexicon.is_place(text[each.start : last.end]) for each in run)
