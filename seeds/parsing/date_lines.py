"""Recognize lines in the list of related articles that are not titles: dates, icons, "No articles found".

All lines are folded: invisible characters are removed, and every hyphen or dash is `-`.
"""

import re

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? "
DAY = r"[0-3]?[0-9](?:st|nd|rd|th)?"
YEAR = r"[12][0-9]{3}"
ZONE = r"(?: ?(?:[a-z]{1,4}|[+-][0-9]{2}:?[0-9]{2}))?"
CLOCK = r"[0-2]?[0-9][:.][0-5][0-9](?::[0-5][0-9])?(?:\.[0-9]+)?(?: ?[ap]\.?m\.?)?"
TIME = rf"(?:{CLOCK}|[01]?[0-9] ?[ap]\.?m\.?){ZONE}"
DAY_OR_MONTH = "|".join(
    [
        rf"{MONTH} {DAY}(?:,? {YEAR})?",
        rf"{DAY} (?:of )?{MONTH}(?:,? {YEAR})?",
        rf"{MONTH},? {YEAR}",
        rf"{YEAR}(?P<first>[-/.])[01]?[0-9](?P=first)[0-3]?[0-9]",
        rf"[0-3]?[0-9](?P<second>[-/.])[0-3]?[0-9](?P=second){YEAR}",
        rf"{YEAR} ?年 ?[01]?[0-9] ?月 ?[0-3]?[0-9] ?日",
    ]
)
ROUNDING = r"(?P<rounding>about |over |almost |nearly |less than |more than )"
COUNT_WORD = r"(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|a few|several|a couple of) "
UNIT = (
    r"(?P<unit>s|m|h|d|w|y|mo|sec(?:ond)?s?|min(?:ute)?s?|hrs?|hours?|days?|wks?|weeks?|months?|yrs?|years?)"
)
# `seeds.linking.date_matching` computes an age from the groups.
AGE = "|".join(
    [
        rf"{ROUNDING}?(?P<count>[0-9]+ ?|{COUNT_WORD}){UNIT} ago",
        r"just now|(?:last|this) (?:week|month|year)",
        r"(?P<chinese_count>[0-9]+) ?(?P<chinese_unit>秒|分钟|小时|天|周|个月|月|年)前|昨天|今天|刚刚",
    ]
)
LABEL = r"(?:(?:first |last )?(?:published|posted|updated|modified|edited|created|date|on)(?: on| at)?:? )"
DAY_WITH_TIME = rf"(?:{WEEKDAY})?(?:{DAY_OR_MONTH})(?:T{TIME})?|yesterday|today"
MINUTES = r"[0-9]{1,3}(?: ?- ?[0-9]{1,3})?[ -]?(?:m|min(?:ute)?s?|hrs?|hours?)\.?"
READING_TIME = (
    rf"(?:read(?:ing)?(?: time)?:? )?(?:about |approx\.? )?{MINUTES}(?: (?:read(?:ing)?(?: time)?|to read))?"
    r"|(?:阅读(?:时间)?:? ?)?(?:约 ?)?[0-9]{1,3} ?分钟(?:阅读)?"
)
COUNTER = r"[0-9]+ (?:comments?|views?|shares?|likes?|replies)"
# A part of a date line, and anything between two parts, such as `·`, `|`, a comma or a calendar sign.
PART = re.compile(
    rf"{LABEL}?(?:(?P<date>{AGE}|{DAY_WITH_TIME})|(?P<time>{TIME})|{READING_TIME}|{COUNTER})(?![^\W_])",
    re.IGNORECASE,
)
SEPARATOR = re.compile(r"[\W_]*(?:at\b[\W_]*)?", re.IGNORECASE)
WORD_START = re.compile(r"\b\w")
# A bare duration such as `24 Hours` can be a title.
DETAIL_WORD = re.compile("read|阅读|comment|view|share|like|repl|^[\\W_]", re.IGNORECASE)
# What separates a date from words beside it.
BESIDE_DATE = re.compile(r"[|·•/]|\bby\b", re.IGNORECASE)
# A line with a date is probably no title if it has at most this many other words.
MAX_WORDS_BESIDE_DATE = 2
SUBJECT = r"(?:articles?|stor(?:y|ies)|posts?|items?|news|content|links?|results?)"
HERE = r"at (?:this|the) (?:time|moment)|for this (?:article|story|topic)"
FOUND_WORDS = rf"(?:(?:was |were |are |have been )?(?:found|available|listed|to show|here|yet|{HERE}))"
NONE_FOUND = re.compile(
    rf"(?:sorry,? )?(?:there (?:are|were) )?(?:currently )?no (?:other |further )?(?:"
    rf"(?:related|similar|relevant|matching) {SUBJECT}(?: {FOUND_WORDS})*|{SUBJECT}(?: {FOUND_WORDS})+)"
    rf"|none(?: {FOUND_WORDS})?",
    re.IGNORECASE,
)
MAX_LINE_LENGTH = 80


def is_date(line: str) -> bool:
    """Return True if `line` is only a date, an age or a time, such as `Apr 21, 2026` or `3 weeks ago`.

    The line can also have a reading time, a count of comments, punctuation and symbols.
    """
    parts = _parts(line)
    return any(part["date"] or part["time"] for part in parts)


def is_detail(line: str) -> bool:
    """Return True if `line` is only a reading time or a counter, such as `5 min read` or `12 comments`."""
    return bool(_parts(line)) and DETAIL_WORD.search(line) is not None


def resembles_date(line: str) -> bool:
    """Return True if `line` is a date with a few other words, such as `World | 3 May 2026`.

    Return False for a line that is only a date; see `is_date`.
    """
    if len(line) > MAX_LINE_LENGTH or _parts(line):
        return False
    for start in WORD_START.finditer(line):
        part = PART.match(line, start.start())
        if part and part["date"]:
            rest = line[: part.start()] + " " + line[part.end() :]
            is_short = len(re.findall(r"\w+", rest)) <= MAX_WORDS_BESIDE_DATE
            return is_short or BESIDE_DATE.search(rest) is not None
    return False


def find_date(line: str) -> str:
    """Return the date or the age in `line`, such as `Apr 21, 2026` or `3 weeks ago`.

    A label or a time beside the date is left out. Return `line` unchanged if it has other words, or neither
    date nor age.
    """
    return next((part["date"] for part in _parts(line) if part["date"]), line)


def _parts(line: str) -> list[re.Match[str]]:
    """Return the matches of all parts of a date line, such as a date and a time, in order.

    Return an empty list if `line` has other words or more than `MAX_LINE_LENGTH` characters.
    """
    parts: list[re.Match[str]] = []
    if len(line) > MAX_LINE_LENGTH:
        return parts
    end = _after_separator(line, 0)
    while end < len(line):
        part = PART.match(line, end)
        if part is None:
            return []
        parts.append(part)
        end = _after_separator(line, part.end())
    return parts


def _after_separator(line: str, start: int) -> int:
    separator = SEPARATOR.match(line, start)
    return separator.end() if separator else start


def is_symbol(line: str) -> bool:
    """Return True if `line` has no letter and no digit. For example, it can be an icon."""
    return not any(map(str.isalnum, line))


def says_none_found(line: str) -> bool:
    """Return True if `line` says that there are no related articles, such as `No related articles found`."""
    return len(line) <= MAX_LINE_LENGTH and NONE_FOUND.fullmatch(line.strip(" .!()[]*-")) is not None
