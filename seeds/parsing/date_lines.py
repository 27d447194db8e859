"""Recognize lines in the list of related articles that are not titles: dates, icons, "No articles found"."""

import re

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? "
DAY = r"[0-3]?[0-9](?:st|nd|rd|th)?"
YEAR = r"[12][0-9]{3}"
ZONE = r"(?: ?(?:[a-z]{1,4}|[+-][0-9]{2}:?[0-9]{2}))?"
TIME = rf"[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?:\.[0-9]+)?(?: ?[ap]\.?m\.?)?{ZONE}"
DAY_OR_MONTH = "|".join(
    [
        rf"{MONTH} {DAY}(?:,? {YEAR})?",
        rf"{DAY} (?:of )?{MONTH}(?:,? {YEAR})?",
        rf"{MONTH},? {YEAR}",
        rf"{YEAR}([-/.])[01]?[0-9]\1[0-3]?[0-9]",
        rf"[0-3]?[0-9]([-/.])[0-3]?[0-9]\2{YEAR}",
        rf"{YEAR} ?年 ?[01]?[0-9] ?月 ?[0-3]?[0-9] ?日",
    ]
)
COUNT = r"(?:[0-9]+ ?|(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|a few|several|a couple of) )"
UNIT = r"(?:s|m|h|d|w|y|mo|sec(?:ond)?s?|min(?:ute)?s?|hrs?|hours?|days?|wks?|weeks?|months?|yrs?|years?)"
AGE = "|".join(
    [
        rf"(?:about |over |almost |nearly |less than |more than )?{COUNT}{UNIT} ago",
        r"just now|(?:last|this) (?:week|month|year)",
        r"[0-9]+ ?(?:秒|分钟|小时|天|周|个月|月|年)前|昨天|今天|刚刚",
    ]
)
DATE = re.compile(
    rf"(?:(?:published|posted|updated)(?: on)?:? )?"
    rf"(?:(?:{AGE})|(?:(?:{WEEKDAY})?(?:{DAY_OR_MONTH})|yesterday|today)(?:(?:,| at|,? ·|T)? ?{TIME})?)",
    re.IGNORECASE,
)
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
    """Return True if `line` is only a date or an age, such as `Apr 21, 2026` or `3 weeks ago`."""
    return len(line) <= MAX_LINE_LENGTH and DATE.fullmatch(line) is not None


def is_symbol(line: str) -> bool:
    """Return True if `line` has no letter and no digit, such as an icon."""
    return not (line[:1].isalnum() or any(character.isalnum() for character in line))


def says_none_found(line: str) -> bool:
    """Return True if `line` says that there are no related articles, such as `No related articles found`."""
    return len(line) <= MAX_LINE_LENGTH and NONE_FOUND.fullmatch(line.strip(" .!()[]*-–—")) is not None
