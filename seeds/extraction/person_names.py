"""Names of persons by their form alone: a given name and a family name, in the order of their language."""

import re
from collections.abc import Sequence

from seeds.extraction.lexicon import (
    COMMON_WORD,
    RARE_WORD,
    family_names,
    frequencies,
    given_names,
    is_place,
    lexicon,
    perhaps_given_names,
)

# A syllable of pinyin, roughly.
SYLLABLE = r"(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?(?:[aeiouü]{1,3}(?:ng?|r)?)"
CHINESE_GIVEN = re.compile(rf"{SYLLABLE}(?:['’-]?{SYLLABLE})?", re.IGNORECASE)

# The same exactly, and two of them.
PINYIN = (
    r"(?:[bpmfwy]o|(?![gkh]i)(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])"
    r"(?:i?ang|i?ong|i?ao|i?an|ia|ie|iu|ing?|i|ua?ng|uai|uan|ua|ui|uo|un|u|eng?|ei|e|ai|a|ou))"
)
FIRM = re.compile(rf"{PINYIN}{PINYIN} {PINYIN}{PINYIN}")


def is_western_name(words: Sequence[str]) -> bool:
    """Tell whether words are a given name and a family name after it."""
    first, last = words[0].partition("-")[0], words[-1].rpartition("-")[2]
    if last in lexicon().head_types:
        return False
    if first not in given_names():
        return first in perhaps_given_names() and (last in family_names() or last in given_names())
    return last in family_names() or last not in frequencies() or frequencies().get(first, 0) < RARE_WORD


def begins_as_person(words: Sequence[str]) -> bool:
    """Tell whether the first of two words or more is a given name that is no place, and the last no head."""
    is_given = words[0] in given_names() and not is_place(words[0])
    return is_given and words[-1] not in lexicon().head_types


def is_chinese_firm(words: Sequence[str]) -> bool:
    """Tell whether two words in pinyin of two syllables each can be no person's, who has a family name."""
    if len(words) != 2 or not FIRM.fullmatch(" ".join(words)):
        return False
    first, last = words
    return not (first in lexicon().surnames or first in perhaps_given_names() or last in family_names())


def is_small_surname(first: str, second: str) -> bool:
    """Tell whether a small word of English is a family name before a given one: He Yumei, So Ka-wai."""
    if first in ("he", "you"):
        return is_chinese_name((first, second.lower()))
    if "-" in second:
        return first in lexicon().hyphened_surnames and second.rpartition("-")[2].islower()
    # An Ansteel executive, an MRI, but An Jianguo.
    is_article = second[0].lower() in "aeiou" or second.isupper()
    return first == "an" and not is_article and is_chinese_name((first, second.lower()))


def is_chinese_name(words: Sequence[str]) -> bool:
    """Tell whether two words are a family name in pinyin and a given one."""
    if len(words) != 2 or words[0] not in lexicon().surnames or words[1] in lexicon().heads:
        return False
    # As a word Jun is common only for being a month, and Dan for being a name.
    is_name = words[1] == "jun" or words[1] in given_names()
    is_common = not is_name and frequencies().get(words[1], 0) >= COMMON_WORD
    return not is_common and bool(CHINESE_GIVEN.fullmatch(words[1]))
