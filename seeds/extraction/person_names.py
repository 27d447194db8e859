"""Recognize names of persons: a given name and a family name, in the order of their language."""

import re
from collections.abc import Sequence

from seeds.extraction.lexicon import COMMON_WORD, RARE_WORD, Lexicon

# Approximately a syllable of pinyin.
SYLLABLE = r"(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?(?:[aeiouü]{1,3}(?:ng?|r)?)"
CHINESE_GIVEN_NAME = re.compile(rf"{SYLLABLE}(?:['-]?{SYLLABLE})?", re.IGNORECASE)
# Exactly a syllable of pinyin, and two words of two such syllables each.
PINYIN = (
    r"(?:[bpmfwy]o|(?![gkh]i)(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])"
    r"(?:i?ang|i?ong|i?ao|i?an|ia|ie|iu|ing?|i|ua?ng|uai|uan|ua|ui|uo|un|u|eng?|ei|e|ai|a|ou))"
)
CHINESE_FIRM = re.compile(rf"{PINYIN}{PINYIN} {PINYIN}{PINYIN}")
# Words after the name of a person that tell the generations of a family apart: Erik Lund Jr., Erik Lund III.
# The words in DOTTED_GENERATIONS can have a full stop.
DOTTED_GENERATIONS = frozenset(("Jr", "Sr"))
GENERATIONS = DOTTED_GENERATIONS | {"II", "III", "IV"}
LOWERCASE_GENERATIONS = frozenset(map(str.lower, GENERATIONS))


def without_generation(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a name without a last word such as `jr` or `iii`.

    If at most one word precedes it, return all words.
    """
    return words[:-1] if len(words) > 2 and words[-1] in LOWERCASE_GENERATIONS else words


def is_western_name(lexicon: Lexicon, words: Sequence[str]) -> bool:
    """Return True if `words`, a name in lower case, are a given name followed by a family name."""
    first, last = words[0].partition("-")[0], words[-1].rpartition("-")[2]
    family_names = lexicon.family_names
    if last in lexicon.head_types:
        return False
    if first not in lexicon.given_names:
        return first in lexicon.possible_given_names and (last in family_names or last in lexicon.given_names)
    frequencies = lexicon.frequencies
    return last in family_names or last not in frequencies or frequencies.get(first, 0) < RARE_WORD


def begins_with_given_name(lexicon: Lexicon, words: Sequence[str]) -> bool:
    """Return True if a name begins with a given name and does not end in a noun such as `bank`.

    `words` are in lower case. A given name that is also a place does not count.
    """
    is_given_name = words[0] in lexicon.given_names and not lexicon.is_place(words[0])
    return is_given_name and words[-1] not in lexicon.head_types


def is_chinese_firm(lexicon: Lexicon, words: Sequence[str]) -> bool:
    """Return True if `words` can be the name of a Chinese company, such as Zhongtai Lanhai.

    Such a name has two words of two pinyin syllables each, and cannot be the name of a person.
    """
    if len(words) != 2 or not CHINESE_FIRM.fullmatch(" ".join(words)):
        return False
    first, last = words
    is_first_name = first in lexicon.chinese_surnames or first in lexicon.possible_given_names
    return not (is_first_name or last in lexicon.family_names)


def is_function_word_surname(lexicon: Lexicon, first: str, second: str) -> bool:
    """Return True if a capitalised function word is a family name: `he` in He Yumei, `so` in So Ka-wai.

    `first` is the function word in lower case, and `second` is the word after it.
    """
    if first in ("he", "you"):
        return is_chinese_name(lexicon, (first, second.lower()))
    if "-" in second:
        return first in lexicon.east_asian_surnames and second.rpartition("-")[2].islower()
    # `An` is an article in An Ansteel executive and An MRI, and a family name in An Jianguo.
    is_article = second[0].lower() in "aeiou" or second.isupper()
    return first == "an" and not is_article and is_chinese_name(lexicon, (first, second.lower()))


def is_chinese_name(lexicon: Lexicon, words: Sequence[str]) -> bool:
    """Return True if `words` are a Chinese family name and a given name in pinyin: `("zhang", "yumei")`."""
    if len(words) != 2 or words[0] not in lexicon.chinese_surnames or words[1] in lexicon.head_nouns:
        return False
    # Ignore the frequency of Jun, which is also a month, and of given names such as Dan.
    is_name = words[1] == "jun" or words[1] in lexicon.given_names
    is_common = not is_name and lexicon.frequencies.get(words[1], 0) >= COMMON_WORD
    return not is_common and bool(CHINESE_GIVEN_NAME.fullmatch(words[1]))
