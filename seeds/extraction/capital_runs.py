"""Runs: capitalised words that may belong to one name, with what joins them."""

import re
from collections.abc import Iterator, Sequence

from seeds.extraction.lexicon import frequencies, given_names, lexicon
from seeds.extraction.tokens import YEAR, Token, head_of, is_plain, tokens

# No two words of a name are further apart; the longest of what stands between them is ` for the `.
FURTHEST = 10
OF, ON = (" of ", " of the ", " for ", " for the "), (" on ", " on the ")
CONNECTED = re.compile(r" (?:of|on|for) ")
# What stands before a month that is no person: in January, last June.
TIME_BEFORE = re.compile(
    r"\b(?:after|before|by|during|early|from|in|last|late|mid|next|of|on|since|this|through|to|until) $", re.I
)
LONGEST_TIME = 10
# What follows a month.
COUNT = re.compile(r"\.?,? \d")
# A number after a name that counts what follows it.
COUNTED = re.compile(
    r"\s*(?:percent|per cent|%|million|billion|trillion|yuan|dollars|euros|nautical|miles?|kilomet\w+"
    r"|met(?:re|er)s?|km|tons?|tonnes?|points?|people|years?|months?|weeks?|days?|hours?|minutes?|times)\b"
)


def runs(text: str) -> Iterator[list[Token]]:
    """Yield the runs of `text` in order."""
    found = tokens(text)
    run: list[Token] = []
    for number, token in enumerate(found, 1):
        is_near = run and token.start - run[-1].end <= FURTHEST
        if is_near and _joins(text, run, token, found[number : number + 3]):
            run.append(token)
            continue
        if run:
            yield run
        run = [] if token.is_number and not _begins_name(text, token, found[number : number + 1]) else [token]
    if run:
        yield run


def _begins_name(text: str, token: Token, following: Sequence[Token]) -> bool:
    """Tell whether a year begins the name of an event, as in `2026 Asian Games`."""
    is_year = bool(YEAR.fullmatch(token.text))
    return is_year and bool(following) and text[token.end : following[0].start] == " "


def _joins(text: str, run: Sequence[Token], token: Token, following: Sequence[Token]) -> bool:
    last, calendar = run[-1], lexicon().calendar
    gap = text[last.end : token.start]
    if last.lower in calendar or token.lower in calendar:
        is_name = gap == " " and _is_called_as_time(text, run, token)
        return is_name or (gap == " " and _is_seasonal(text, last, token, following))
    if token.is_number:
        return gap == " " and not last.is_number and not COUNTED.match(text, token.end)
    if gap in (" ", " & ") or (gap == ", " and token.lower.rstrip(".") in lexicon().legal_forms):
        return True
    return _is_mark(last, gap) or _is_particle(gap) or _connects(text, gap, run, token, following)


def _is_seasonal(text: str, last: Token, token: Token, following: Sequence[Token]) -> bool:
    """Tell whether a season is a part of a name: Spring Festival, Brevik Winter Games."""
    heads, seasons = lexicon().heads, lexicon().seasons
    if last.lower in seasons:
        return token.lower in heads or token.lower in lexicon().heads_of_two
    if token.lower not in seasons or not following or last.lower in lexicon().calendar:
        return False
    is_before = text[token.end : following[0].start] == " "
    return is_before and not last.is_number and _is_seasonal(text, token, following[0], ())


def _is_called_as_time(text: str, run: Sequence[Token], token: Token) -> bool:
    """Tell whether a word of the calendar is a part of a name: Jan Novak, Long March 5."""
    last = run[-1]
    if token.lower in lexicon().calendar:
        is_june = COUNT.match(text, token.end)
        is_given = token.text == "Jun" and last.lower in lexicon().surnames and not is_june
        return is_given or (last.lower, token.lower) == ("long", "march")
    if token.is_number:
        return len(run) > 1 and not COUNTED.match(text, token.end)
    is_person = len(run) == 1 and last.lower in given_names() and token.lower not in frequencies()
    return is_person and not TIME_BEFORE.search(text, max(0, last.start - LONGEST_TIME), last.start)


def _is_mark(last: Token, gap: str) -> bool:
    """Tell whether a mark stands inside a name: St. Gallen, J. Smith, People's Bank, Workers' Party."""
    if gap == ". ":
        return last.lower in lexicon().abbreviated or (len(last.text) == 1 and not last.is_number)
    if gap in ("'s ", "’s "):
        return last.lower in lexicon().of_all or last.lower.endswith("men")
    return gap in ("' ", "’ ") and last.text.endswith("s") and last.lower in frequencies()


def _is_particle(gap: str) -> bool:
    """Tell whether a gap is one or two small words: Ludwig van Beethoven, Amis pour le Livre."""
    words, known = gap.split(), lexicon()
    is_apart = gap[:1] == gap[-1:] == " "
    return (
        is_apart
        and 0 < len(words) < 3
        and all(word in known.particles or word in known.joints for word in words)
    )


def _connects(text: str, gap: str, run: Sequence[Token], token: Token, following: Sequence[Token]) -> bool:
    """Tell whether `of`, `for`, `and` and the like join two capitalised words to one name."""
    known, last = lexicon(), run[-1].lower
    if token.lower in known.ranks:
        return False
    if gap in OF:
        return _takes_of(text, gap, run)
    if gap in ON:
        return last in known.take_on
    return gap in (" and ", ", ") and _lists(text, gap, run, token, following)


def _takes_of(text: str, gap: str, run: Sequence[Token]) -> bool:
    """Tell whether an `of` is inside a name: Ministry of …, and the second of Bureau of Roads of Bern."""
    is_second = CONNECTED.search(text, run[0].start, run[-1].end)
    if gap == " of " and is_second and head_of(text, run) == "organization":
        return True
    is_office = len(run) == 1 and run[0].lower in lexicon().ranks
    return run[-1].lower in lexicon().take_of and not is_office


def _lists(text: str, gap: str, run: Sequence[Token], token: Token, following: Sequence[Token]) -> bool:
    """Tell whether a comma or `and` is inside a name: Ministry of A, B and C; Fish and Game Office."""
    before, of, _ = text[run[0].start : run[-1].end].partition(" of ")
    if of and lexicon().head_types.get(before.split()[-1].lower()) == "organization":
        after = text[token.end : following[0].start] if following else ""
        return is_plain(token) and (gap == " and " or after in (" and ", ", and ", ", "))
    return gap == " and " and _pairs(text, run, token, following)


def _pairs(text: str, run: Sequence[Token], token: Token, following: Sequence[Token]) -> bool:
    """Tell whether words before and after an `and` share the head that follows."""
    heads, tail = lexicon().heads, token
    for one in following:
        if text[tail.end : one.start] != " ":
            break
        tail = one
    is_shared = tail is not token and heads.get(tail.lower) in ("organization", "policy")
    if not is_shared or len(run) > 3 or not is_plain(run[-1]):
        return False
    return len(run) == 1 or run[0].lower in lexicon().of_states or run[-1].lower not in heads
