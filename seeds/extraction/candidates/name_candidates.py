"""Find name candidates: sequences of capitalised words that can be the name of an entity.

Titles, demonyms (French), and words that are capitalised only because they begin a sentence are left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seeds.extraction.candidates.capital_runs import find_runs
from seeds.extraction.candidates.person_titles import (
    is_title_word,
    split_before_title,
    split_title,
    strip_portfolio,
)
from seeds.extraction.candidates.tokens import YEAR, Token, head_type_of, is_english_word, words_of
from seeds.extraction.lexicon import Lexicon
from seeds.extraction.person_names import is_function_word_surname, is_western_name

# The number of characters before a name that are searched for the end of the previous sentence.
SENTENCE_END_LENGTH = 4
SENTENCE_END = re.compile(r"(?:^|[.!?:;…][\"')\]]*\s| -\s|\"|\n|•)\s*[\"'(]*$")
QUOTATION = re.compile(r"(?:'(?<!\w')([^'\n]{2,60})'|\"(?<!\w\")([^\"\n]{2,60})\")(?!\w)")
# A longer quotation is speech, and not a name.
MAX_QUOTED_WORDS = 6
# Function words that never begin a name, even in mid-sentence.
PRONOUNS = frozenset(("a", "an", "he", "i", "i'd", "i'll", "i'm", "i've", "it", "she", "they", "we", "you"))
# Function words that can end a name.
LAST_WORDS = frozenset(("one", "two", "three", "four", "five", "zero", "first", "may", "next", "now"))
# The ends of nouns for companies, such as contractor and shipbuilder.
ROLE_ENDS = ("er", "or")
# The text between two names of a list.
LIST_SEPARATORS = (" and ", " or ", ", and ", ", or ")


@dataclass(slots=True)
class NameCandidate:
    """A part of a text that can be a name.

    Attributes:
        text: The name as it is in the text.
        start: The offset of its first character.
        end: The offset after its last character.
        words: The words of the name in lower case.
        title: The office or form of address before the name, such as Dr.
        begins_sentence: True if the name begins a sentence, where a capital letter does not show a name.
        is_quoted: True if the name is in quotation marks.
        previous: The candidate before this one, if only `and` or `or` is between them.
    """

    text: str
    start: int
    end: int
    words: tuple[str, ...]
    title: str | None = None
    begins_sentence: bool = False
    is_quoted: bool = False
    previous: "NameCandidate | None" = None


def find_candidates(lexicon: Lexicon, text: str) -> Iterator[NameCandidate]:
    """Yield the parts of `text` that can be names.

    Capitalised words come first, in the order of the text. Names in quotation marks come last.
    """
    non_names = lexicon.non_names
    last: NameCandidate | None = None
    for run in find_runs(lexicon, text):
        # Most runs are one word that begins a sentence.
        if len(run) == 1 and run[0].lower in non_names:
            continue
        found = _from_run(lexicon, text, run) if len(run) > 1 else _from_token(lexicon, text, run)
        for candidate in found:
            if last and text[last.end : candidate.start] in LIST_SEPARATORS:
                candidate.previous = last
            yield candidate
            last = candidate
    yield from find_quoted(lexicon, text)


def _from_token(lexicon: Lexicon, text: str, run: list[Token]) -> Iterator[NameCandidate]:
    """Yield the name candidate for a single capitalised word, or nothing if the word cannot be a name.

    `run` contains one token: the word with its offsets in `text`.
    """
    token = run[0]
    if not (token.is_number or _is_not_name(lexicon, run) or not strip_portfolio(lexicon, text, run)):
        words = (token.lower.strip(",'").replace(".", ""),)
        begins_sentence = _begins_sentence(text, token.start)
        yield NameCandidate(token.text, token.start, token.end, words, None, begins_sentence)


def _from_run(lexicon: Lexicon, text: str, run: list[Token]) -> Iterator[NameCandidate]:
    """Yield the name candidates in `run`, several successive capitalised words of `text`.

    A title, such as Chief Executive, separates two names: `Apple Chief Executive Tim Cook` has the candidates
    Apple and Tim Cook.
    """
    first = run[0].start
    begins_sentence = _begins_sentence(text, first)
    run = strip_portfolio(lexicon, text, _strip_start(lexicon, text, run, begins_sentence))
    for part in split_before_title(lexicon, text, run):
        title, tokens = split_title(
            lexicon, text, _strip_role(lexicon, text, _strip_year(lexicon, text, part))
        )
        tokens = _trim(lexicon, text, tokens)
        if tokens and not _is_not_name(lexicon, tokens):
            start, end = tokens[0].start, tokens[-1].end
            words = words_of(text, tokens)
            yield NameCandidate(text[start:end], start, end, words, title, begins_sentence and start == first)


def _strip_year(lexicon: Lexicon, text: str, run: list[Token]) -> list[Token]:
    """Return `run` without a year before a name: `1974 Ekkelund` becomes `Ekkelund`.

    `run` contains capitalised words and numbers of `text`. The year is kept in the name of an event, and
    after `the`.
    """
    if len(run) < 2 or not YEAR.fullmatch(run[0].text) or text.endswith("the ", 0, run[0].start):
        return run
    return run if head_type_of(lexicon, text, run) == "event" else run[1:]


def _strip_role(lexicon: Lexicon, text: str, run: list[Token]) -> list[Token]:
    """Return `run` without a role before a name: `Contractor Haldane Thermal` becomes `Haldane Thermal`.

    `run` contains capitalised words. The role is the first word, a noun for a person or a company.
    """
    if len(run) < 2 or run[0].end + 1 != run[1].start or run[0].lower in lexicon.head_types:
        return run
    kind, rest = lexicon.noun_type(run[0].lower), run[1:]
    words = words_of(text, rest)
    if kind == "person" and run[0].lower not in lexicon.title_words:
        return rest if len(rest) > 1 and is_western_name(lexicon, words) else run
    is_role = kind == "organization" and run[0].lower.endswith(ROLE_ENDS)
    # One English word alone is not a name, as in `Contractor Bridge`.
    is_name = len(rest) > 1 or not is_english_word(lexicon, rest[0])
    return rest if is_role and is_name and not rest[0].is_number else run


def _begins_sentence(text: str, start: int) -> bool:
    # Nearly all names follow a word and a space.
    if start > 1 and text[start - 1] == " " and text[start - 2].isalnum():
        return False
    return start == 0 or bool(SENTENCE_END.search(text, max(0, start - SENTENCE_END_LENGTH), start))


def _strip_start(lexicon: Lexicon, text: str, run: list[Token], begins_sentence: bool) -> list[Token]:
    """Return `run`, capitalised words of `text`, without leading words that are not part of a name.

    These words are function words (`Although Mr Tan`) and numbers other than years. At the beginning of a
    sentence, a common noun (`Drugmaker Biontis`) or direction (`Northern Norway`) is removed too.
    """
    while run and (
        _is_function_word(lexicon, text, run, begins_sentence)
        or (run[0].is_number and not YEAR.fullmatch(run[0].text))
    ):
        run, begins_sentence = run[1:], False
    if not begins_sentence or len(run) < 2 or run[0].lower in lexicon.name_particles:
        return run
    # A head noun, such as Bank, or a title can be part of the name.
    if run[0].lower in lexicon.common_nouns:
        return run if run[0].lower in lexicon.head_types or is_title_word(lexicon, run[0]) else run[1:]
    return run[1:] if _begins_with_direction(lexicon, text, run) else run


def _is_function_word(lexicon: Lexicon, text: str, run: Sequence[Token], begins_sentence: bool) -> bool:
    """Return True if `run` begins with a function word outside the name: `Although` in `Although Mr Tan`.

    Return False if the word is a family name (`He` in `He Yumei`). In the middle of a sentence, also return
    False for most capitalised words (`Can` in `Can Tho`).
    """
    if run[0].lower not in lexicon.function_words:
        return False
    if len(run) == 2 and is_function_word_surname(lexicon, run[0].lower, run[1].text):
        return False
    if begins_sentence or len(run) == 1 or run[1].is_number:
        return not text.endswith("The ", 0, run[0].start) or len(run) == 1
    return run[0].lower in PRONOUNS or run[0].text.isupper()


def _begins_with_direction(lexicon: Lexicon, text: str, run: Sequence[Token]) -> bool:
    """Return True if `run`, words of `text`, begins with a direction before a place: Northern Norway.

    Return False if the direction and the place together are the name of a place: Northern Ireland.
    """
    if not run[0].text.endswith("ern"):
        return False
    name, rest = text[run[0].start : run[-1].end], text[run[1].start : run[-1].end]
    return lexicon.is_place(rest) and not lexicon.is_place(name)


def _trim(lexicon: Lexicon, text: str, run: list[Token]) -> list[Token]:
    """Return `run` without a leading demonym (French), and without function words and a number at the end.

    Words that can be part of a name are kept, as in Nordic Lantern and Formula One.
    """
    if not run or lexicon.is_place(text[run[0].start : run[-1].end]):
        return run
    is_demonym = run[0].lower in lexicon.demonyms and head_type_of(lexicon, text, run) is None
    if is_demonym and not _includes_demonym(lexicon, run):
        run = run[1:]
    if run and run[-1].is_number and _is_separate_number(lexicon, run):
        run = run[:-1]
    while run and run[-1].lower in lexicon.function_words and not _is_last_word(lexicon, run):
        run = run[:-1]
    return run


def _includes_demonym(lexicon: Lexicon, run: Sequence[Token]) -> bool:
    """Return True if a demonym and the word after it form a name: Nordic Lantern, but not Thai Internet.

    A demonym is an adjective of a country or region. `run` begins with one.
    """
    word = run[-1].lower
    if len(run) != 2 or not is_english_word(lexicon, run[-1]) or word.endswith("s"):
        return False
    return not (
        word in lexicon.non_names or word in lexicon.common_nouns or word in lexicon.plural_possessors
    )


def _is_last_word(lexicon: Lexicon, run: Sequence[Token]) -> bool:
    """Return True if the function word that ends `run` is part of the name: Formula One, Anna May.

    Return False if `run` has no other word.
    """
    last = run[-1]
    is_legal_form = last.lower in lexicon.legal_forms and last.text.isupper()
    return len(run) > 1 and (is_legal_form or last.lower in LAST_WORDS)


def _is_separate_number(lexicon: Lexicon, run: Sequence[Token]) -> bool:
    """Return True if the number at the end of `run` is not part of the name, as in Berlin 3.

    A year is part of the name only for a programme, as in Safe Quays 2030.
    """
    if len(run) == 1 or (len(run) == 2 and lexicon.is_place(run[0].text)):
        return True
    return bool(YEAR.fullmatch(run[-1].text)) and not _is_programme(lexicon, run)


def _is_programme(lexicon: Lexicon, run: Sequence[Token]) -> bool:
    """Return True if `run`, which ends in a year, is the name of a programme such as `Safe Quays 2030`.

    The year must be a multiple of 5, and at least two English words must precede it.
    """
    is_round = run[-1].text[-1] in "05"
    return len(run) > 2 and is_round and all(is_english_word(lexicon, token) for token in run[:-1])


def _is_not_name(lexicon: Lexicon, run: Sequence[Token]) -> bool:
    last = run[-1].lower
    if len(run) == 1:
        return last in lexicon.non_names or len(last) < 2 or last.replace("-", "") in lexicon.abbreviations
    # South Korean is a people, Telefon Nordic is a name.
    if last in lexicon.demonyms and (_is_known(lexicon, run[0]) or run[0].lower in lexicon.demonyms):
        return True
    return all(token.lower in lexicon.non_names for token in run)


def _is_known(lexicon: Lexicon, token: Token) -> bool:
    return token.lower in lexicon.frequencies or lexicon.is_place(token.text)


def find_quoted(lexicon: Lexicon, text: str) -> Iterator[NameCandidate]:
    """Yield the quotations in `text` that can be names, because they are capitalised like a title.

    For example, 'Green AI' is yielded, and 'an agent' is not.
    """
    for match in QUOTATION.finditer(text):
        number = match.lastindex or 1
        inside = match.group(number)
        if _is_title_case(lexicon, inside):
            words = tuple(word.lower() for word in inside.split())
            yield NameCandidate(inside, *match.span(number), words, is_quoted=True)


def _is_title_case(lexicon: Lexicon, text: str) -> bool:
    words = text.split()
    if not text[0].isupper() or len(words) > MAX_QUOTED_WORDS or text[-1] in ",.?! ":
        return False
    if len(words) == 1 and text.isalpha() and text.lower() in lexicon.frequencies:
        return False
    return all(
        word[0].isupper() or word[0].isdigit() or word.lower() in lexicon.lowercase_title_words
        for word in words
    )
