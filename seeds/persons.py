"""Names of persons by their form alone: a given name and a family name, in the order of their language."""

import re
from collections.abc import Sequence

from seeds.lexicon import (
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


def is_chinese_name(words: Sequence[str]) -> bool:
    """Tell whether two words are a family name in pinyin and a given one."""
    if len(words) != 2 or words[0] not in lexicon().surnames or words[1] in lexicon().heads:
        return False
    return frequencies().get(words[1], 0) < COMMON_WORD and bool(CHINESE_GIVEN.fullmatch(words[1]))
