"""What a text looks like, whatever its words: sentence, paragraph, heading, line of a signature."""

from itertools import pairwise

CLOSERS = "\"'”’»›)]）】」』"
OPENERS = "\"'“‘«‹([（【「『"
STOPS = (".", "。")
ENDS = (*STOPS, "!", "?", "…", "！", "？")
CLAUSES = (":", ";", ",", "：", "；", "，", "、")
ABBREVIATED = """
    dr mr mrs ms mx prof st jr sr hon rev gov gen sen rep capt col lt sgt maj
    inc ltd co corp llc plc bros dept univ vs v etc al approx est fig vol ave mt ft
    jan feb mar apr jun jul aug sep sept oct nov dec
"""
ABBREVIATIONS = frozenset(ABBREVIATED.split())


def ends_as_sentence(text: str) -> bool:
    """Whether `text` ends in a full stop, question or exclamation mark, perhaps inside a closing quote."""
    return text.rstrip(CLOSERS).endswith(ENDS)


def opens_lower(text: str) -> bool:
    """Whether `text`, after any opening quote, starts with a lower-case letter."""
    return text[:4].lstrip(OPENERS)[:1].islower()


def count_sentences(text: str) -> int:
    """How many sentences `text` has; `Dr.`, `U.S.`, `No. 5` and initials end none."""
    words = text.split()
    breaks = sum(_ends_before(word, following) for word, following in pairwise(words))
    return 1 + breaks + sum(text.rstrip(CLOSERS)[:-1].count(end) for end in "。！？")


def reads_as_paragraph(text: str) -> bool:
    """Whether `text` is too long or too much of running text to be a title."""
    if len(text) > 300:
        return True
    if not ends_as_sentence(text) or _is_title_cased(text):
        return False
    bare, long = text.rstrip(CLOSERS), len(text) >= 100
    stop = bare.endswith(STOPS)
    if count_sentences(text) > 1:
        return stop or long
    return stop and long and not _is_abbreviation(bare)


def _is_title_cased(text: str) -> bool:
    """Whether nearly every longer word of a short text starts with a capital, as in a headline."""
    words = [word.lstrip(OPENERS) for word in text.split()]
    long = [word for word in words if len(word) > 3 and word[0].isalpha()]
    capitals = sum(word[0].isupper() for word in long)
    return len(text) <= 160 and len(long) > 2 and capitals >= 0.8 * len(long)


def reads_as_text(text: str) -> bool:
    """Whether `text` is a paragraph and more than one sentence, so that it cannot be a listed title."""
    return reads_as_paragraph(text) and (len(text) > 300 or count_sentences(text) > 1)


def reads_as_caption(text: str) -> bool:
    """Whether `text` is one short sentence."""
    return len(text) <= 120 and ends_as_sentence(text) and count_sentences(text) == 1


def reads_as_heading(text: str) -> bool:
    """Whether `text` is short and ends as no sentence and no clause."""
    return len(text) <= 80 and not _ends_as_clause(text)


def asks_or_exclaims(text: str) -> bool:
    """Whether `text` is one short question or exclamation, as a heading may be."""
    return len(text) <= 80 and text.endswith(("?", "!", "？", "！")) and count_sentences(text) == 1


def reads_as_signature(text: str) -> bool:
    """Whether `text` may be a line of the signature: a name, a role, a publication."""
    return len(text) <= 60 and not _ends_as_clause(text) and _starts_with_word(text)


def fills(line: str, following: str, width: int) -> bool:
    """Whether the first word of `following` had no room left on `line`, of at most `width` characters."""
    return len(line) + 1 + len(following.partition(" ")[0]) > width


def _ends_as_clause(text: str) -> bool:
    bare = text.rstrip(CLOSERS)
    if bare.endswith("."):
        return count_sentences(text) > 1 or not _is_abbreviation(bare)
    return bare.endswith(ENDS + CLAUSES)


def _ends_before(word: str, following: str) -> bool:
    bare = word.rstrip(CLOSERS)
    if not bare.endswith(("!", "?", ".", "…")) or opens_lower(following):
        return False
    if bare.endswith("No.") and following[0].isdigit():
        return False
    return not (bare.endswith(".") and _is_abbreviation(bare))


def _is_abbreviation(text: str) -> bool:
    """Whether `text`, which ends in a full stop, ends in `Inc.`, `U.S.`, an initial or the like."""
    word = text[-24:].rpartition(" ")[2].lstrip(OPENERS).removesuffix(".")
    parts = word.split(".")
    initial = len(word) == 1 and word.isupper()
    dotted = len(parts) > 1 and all(part.isalpha() and len(part) <= 2 for part in parts)
    return initial or dotted or word.casefold() in ABBREVIATIONS


def _starts_with_word(text: str) -> bool:
    """Whether the first character that shows is a letter or a digit."""
    return text[:1].isalnum() or next((each for each in text if each.isprintable()), "").isalnum()
