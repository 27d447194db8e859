"""Find runs: sequences of capitalised words and numbers that can be one name, such as `Bank of Bern`.

Lowercase words and punctuation inside the name are not items of the run.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from seeds.extraction.candidates.event_names import (
    EVENT_NOUN,
    add_event_noun,
    has_event_noun,
    is_place_of_event,
)
from seeds.extraction.candidates.tokens import (
    YEAR,
    Token,
    head_type_of,
    is_english_word,
    tokenize,
)
from seeds.extraction.lexicon import Lexicon
from seeds.extraction.person_names import GENERATIONS

# The most characters between two words of a name, as in ` for the `.
MAX_GAP = 10
# The same limit in a text with an election, as in ` presidential election in the `.
MAX_EVENT_GAP = 50
OF_GAPS, ON_GAPS = (" of ", " of the ", " for ", " for the "), (" on ", " on the ")
SUBJECT_LINK = re.compile(r" (?:of|for) ")
# Heads before `of` and a place. The words after the place are a different name: University of Bern, Velmora.
HEADS_OF_PLACES = frozenset(("university", "college", "kingdom", "republic"))
# The ends of words for subjects: Board of Cardiology and Geriatrics.
SCIENCES = ("logy", "ics", "graphy", "istry", "ture", "nomy", "metry")
LINK = re.compile(r" (?:of|on|for) ")
# Words which show that the next word is a month and not a person: in January, last June.
TIME_BEFORE = re.compile(
    r"\b(?:after|before|by|during|early|from|in|last|late|mid|next|of|on|since|this|through|to|until) $", re.I
)
MAX_TIME_LENGTH = 10
# A number which shows that the word before is a month.
DATE_NUMBER = re.compile(r"\.?,? \d")
# Units. A number before a unit is not part of a name.
UNIT = re.compile(
    r"\s*(?:percent|per cent|%|million|billion|trillion|yuan|dollars|euros|nautical|miles?|kilomet\w+"
    r"|met(?:re|er)s?|km|tons?|tonnes?|points?|people|years?|months?|weeks?|days?|hours?|minutes?|times)\b"
)


def find_runs(lexicon: Lexicon, text: str) -> Iterator[list[Token]]:
    """Yield the runs of `text`: lists of capitalised words and numbers that can be one name.

    Lowercase words of a name are left out: `the Bank of Bern` has one run, with the tokens Bank and Bern.
    """
    tokens = tokenize(lexicon, text)
    can_have_event = has_event_noun(text)
    run: list[Token] = []
    for index, token in enumerate(tokens, 1):
        is_near = run and token.start - run[-1].end <= (MAX_EVENT_GAP if can_have_event else MAX_GAP)
        if is_near and _continues_run(lexicon, text, run, token, tokens[index : index + 3]):
            run.append(token)
            continue
        if run:
            yield add_event_noun(lexicon, text, run) if can_have_event else run
        begins_run = not token.is_number or _begins_event(text, token, tokens[index : index + 1])
        run = [token] if begins_run else []
    if run:
        yield add_event_noun(lexicon, text, run) if can_have_event else run


def _begins_event(text: str, token: Token, following: Sequence[Token]) -> bool:
    """Return True if the number `token` is a year that begins the name of an event: `2026 Asian Games`.

    `following` contains at most the next capitalised word or number. A lowercase noun can follow instead, as
    in `2026 general election`.
    """
    if not YEAR.fullmatch(token.text):
        return False
    is_before_name = bool(following) and text[token.end : following[0].start] == " "
    return is_before_name or EVENT_NOUN.match(text, token.end) is not None


def _continues_run(
    lexicon: Lexicon, text: str, run: Sequence[Token], token: Token, following: Sequence[Token]
) -> bool:
    last, calendar_words = run[-1], lexicon.calendar_words
    gap = text[last.end : token.start]
    if gap.endswith((" in ", " in the ")):
        return is_place_of_event(lexicon, text, run, token, following)
    if last.lower in calendar_words or token.lower in calendar_words:
        if gap != " ":
            return False
        return _is_calendar_name(lexicon, text, run, token) or _is_seasonal(
            lexicon, text, last, token, following
        )
    if token.is_number:
        return gap == " " and not last.is_number and not UNIT.match(text, token.end)
    if gap in (" ", " & "):
        return True
    return (
        (gap == ", " and _follows_comma(lexicon, last, token))
        or _is_inner_mark(lexicon, last, gap)
        or _is_lowercase_gap(lexicon, gap)
        or _connects(lexicon, text, gap, run, token, following)
    )


def _follows_comma(lexicon: Lexicon, last: Token, token: Token) -> bool:
    """Return True if a comma between two words is inside a name: Velmora, Inc. or Erik Lund, Jr.

    `last` is the word before the comma, and `token` is the word after it.
    """
    word = token.text.rstrip(".")
    is_generation = word in GENERATIONS
    is_capital = word == "D.C" and last.text == "Washington"
    return is_generation or is_capital or token.lower.rstrip(".") in lexicon.legal_forms


def _is_seasonal(lexicon: Lexicon, text: str, last: Token, token: Token, following: Sequence[Token]) -> bool:
    """Return True if `last` or `token` is a season in a name, as in `Brevik Winter Games`.

    Without a following noun such as Games, the season is only a date. `last`, `token` and `following` are
    successive capitalised words and numbers.
    """
    seasons = lexicon.seasons
    if last.lower in seasons:
        return token.lower in lexicon.head_nouns or token.lower in lexicon.ambiguous_head_nouns
    if token.lower not in seasons or not following or last.lower in lexicon.calendar_words:
        return False
    is_adjacent = text[token.end : following[0].start] == " "
    is_number = last.is_number and not YEAR.fullmatch(last.text)
    return is_adjacent and not is_number and _is_seasonal(lexicon, text, token, following[0], ())


def _is_calendar_name(lexicon: Lexicon, text: str, run: Sequence[Token], token: Token) -> bool:
    """Return True if a word such as a month is part of a name: Jan Novak, Long March 5.

    `run` contains the words of the name so far, and `token` is the next. `token` or the last of `run` must be
    a calendar word.
    """
    last = run[-1]
    if token.lower in lexicon.calendar_words:
        is_date = DATE_NUMBER.match(text, token.end)
        is_given_name = token.text == "Jun" and last.lower in lexicon.chinese_surnames and not is_date
        return is_given_name or (last.lower, token.lower) == ("long", "march")
    if token.is_number:
        return len(run) > 1 and not UNIT.match(text, token.end)
    is_person = len(run) == 1 and last.lower in lexicon.given_names and token.lower not in lexicon.frequencies
    return is_person and not TIME_BEFORE.search(text, max(0, last.start - MAX_TIME_LENGTH), last.start)


def _is_inner_mark(lexicon: Lexicon, last: Token, gap: str) -> bool:
    """Return True if a full stop or an apostrophe is inside a name: St. Gallen, J. Smith, People's Bank.

    `last` is the word before the mark. `gap` is the text between the two words, such as `'s `.
    """
    if gap == ". ":
        return last.lower in lexicon.dotted_abbreviations or (len(last.text) == 1 and not last.is_number)
    if gap == "'s ":
        return last.lower in lexicon.plural_possessors or last.lower.endswith("men")
    return gap == "' " and last.text.endswith("s") and last.lower in lexicon.frequencies


def _is_lowercase_gap(lexicon: Lexicon, gap: str) -> bool:
    """Return True if the words in `gap` can be inside a name: Ludwig van Beethoven, Amis pour le Livre.

    `gap` is the text between two capitalised words.
    """
    words = gap.split()
    return (
        gap[:1] == gap[-1:] == " "
        and 0 < len(words) < 3
        and all(word in lexicon.name_particles or word in lexicon.foreign_linking_words for word in words)
    )


def _connects(
    lexicon: Lexicon,
    text: str,
    gap: str,
    run: Sequence[Token],
    token: Token,
    following: Sequence[Token],
) -> bool:
    """Return True if `of`, `for`, `on`, `and` or a comma between two words is inside a name: Bank of Bern.

    Args:
        gap: The text between `run` and `token`, such as ` of the `.
        run: The capitalised words before the gap.
        token: The capitalised word after the gap.
        following: The next capitalised words and numbers after `token`.
    """
    if token.lower in lexicon.ranks:
        return False
    if gap in OF_GAPS:
        return _allows_of(lexicon, text, gap, run, token, following)
    if gap in ON_GAPS:
        return run[-1].lower in lexicon.heads_before_on
    return gap in (" and ", ", ") and _is_inner_list(lexicon, text, gap, run, token, following)


def _allows_of(
    lexicon: Lexicon,
    text: str,
    gap: str,
    run: Sequence[Token],
    token: Token,
    following: Sequence[Token],
) -> bool:
    """Return True if `of` or `for` continues a name: Ministry of Ports, but not Minister of Ports.

    Args:
        gap: The text between `run` and `token`, such as ` of the `.
        run: The capitalised words before the gap.
        token: The capitalised word after the gap.
        following: The next capitalised words and numbers after `token`.
    """
    # A second `of` continues an organization after any word (Bureau of Roads of Bern), `of the` only before a
    # place.
    is_second = LINK.search(text, run[0].start, run[-1].end)
    is_of = gap == " of " or (gap == " of the " and _is_place_at(lexicon, text, token, following))
    if is_of and is_second and head_type_of(lexicon, text, run) == "organization":
        return True
    # A rank alone, such as Minister, does not continue.
    is_rank = len(run) == 1 and run[0].lower in lexicon.ranks
    if gap == " for the " and _is_name_of_its_own(lexicon, text, token, following):
        return False
    return run[-1].lower in lexicon.heads_before_of and not is_rank


def _is_place_at(lexicon: Lexicon, text: str, token: Token, following: Sequence[Token]) -> bool:
    return any(lexicon.is_place(text[token.start : each.end]) for each in (token, *following[:2]))


def _is_name_of_its_own(lexicon: Lexicon, text: str, token: Token, following: Sequence[Token]) -> bool:
    """Return True if the words after `for the` are a different name: `Refinery for the Velmora Council`.

    They are not a different name in `Ministry for the Environment`. `token` is the first of the words, and
    `following` contains the next capitalised words.
    """
    return not is_english_word(lexicon, token) or _begins_organization(lexicon, text, token, following)


def _is_inner_list(
    lexicon: Lexicon,
    text: str,
    gap: str,
    run: Sequence[Token],
    token: Token,
    following: Sequence[Token],
) -> bool:
    """Return True if a comma or `and` is inside a name, as in `Ministry of Roads and Ports`.

    It joins topics of an organization, or two words that share a noun: `Fish and Game Office`.

    Args:
        gap: The comma or `and`, with its spaces.
        run: The capitalised words before the gap.
        token: The capitalised word after the gap.
        following: The next capitalised words and numbers after `token`.
    """
    link = SUBJECT_LINK.search(text, run[0].start, run[-1].end)
    head = text[run[0].start : link.start()].rsplit(maxsplit=1)[-1].lower() if link else ""
    if link and _begins_organization(lexicon, text, token, following):
        return False
    if lexicon.head_types.get(head) == "organization" and head not in HEADS_OF_PLACES:
        # After a comma, another comma or `and` must follow the topic.
        after = text[token.end : following[0].start] if following else ""
        is_subject = is_english_word(lexicon, token) or token.lower.endswith(SCIENCES)
        return is_subject and (gap == " and " or after in (" and ", ", and ", ", "))
    return gap == " and " and _shares_head(lexicon, text, run, token, following)


def _begins_organization(lexicon: Lexicon, text: str, token: Token, following: Sequence[Token]) -> bool:
    """Return True if the complete name of an organization begins at `token`: Velmora Radical Party.

    A complete name has a noun for an organization, such as Party. `following` contains the next capitalised
    words.
    """
    tail = _last_adjacent(text, token, following)
    is_before_of = text[tail.end : tail.end + 4] == " of "
    is_head = tail.lower in lexicon.heads_before_of if is_before_of else tail is not token
    return is_head and lexicon.head_nouns.get(tail.lower) == "organization"


def _last_adjacent(text: str, token: Token, following: Iterable[Token]) -> Token:
    """Return the last of the tokens that follow `token` with only a space between, or `token` itself."""
    for each in following:
        if text[token.end : each.start] != " ":
            break
        token = each
    return token


def _shares_head(
    lexicon: Lexicon, text: str, run: Sequence[Token], token: Token, following: Sequence[Token]
) -> bool:
    """Return True if the words before and after `and` share the next noun: Fish and Game Office.

    The noun must indicate an organization or a policy.

    Args:
        run: The words before `and`, here Fish.
        token: The word after `and`, here Game.
        following: The next capitalised words, here Office.
    """
    heads, tail = lexicon.head_nouns, _last_adjacent(text, token, following)
    is_shared = tail is not token and heads.get(tail.lower) in ("organization", "policy")
    if not is_shared or len(run) > 3 or not is_english_word(lexicon, run[-1]):
        return False
    return len(run) == 1 or run[0].lower in lexicon.government_adjectives or run[-1].lower not in heads
