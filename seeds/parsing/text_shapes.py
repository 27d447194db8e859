"""Guess from length, punctuation and case if a text is a paragraph, a heading, a caption or a signature.

All texts are folded: they have no invisible characters, and plain quotation marks and hyphens.
"""

from itertools import pairwise

CLOSING_MARKS = "\"')]）】」』"
OPENING_MARKS = "\"'([（【「『"
FULL_STOPS = (".", "。")
SENTENCE_ENDS = (*FULL_STOPS, "!", "?", "…", "！", "？")
CLAUSE_ENDS = (":", ";", ",", "：", "；", "，", "、")
ABBREVIATION_LIST = """
    dr mr mrs ms mx prof st jr sr hon rev gov gen sen rep capt col lt sgt maj
    inc ltd co corp llc plc bros dept univ vs v etc al approx est fig vol ave mt ft
    jan feb mar apr jun jul aug sep sept oct nov dec
"""
ABBREVIATIONS = frozenset(ABBREVIATION_LIST.split())


def ends_as_sentence(text: str) -> bool:
    """Return True if `text` ends with a full stop, `!`, `?` or an ellipsis.

    Closing quotation marks and brackets at the end of `text` are ignored.
    """
    return text.rstrip(CLOSING_MARKS).endswith(SENTENCE_ENDS)


def starts_lower_case(text: str) -> bool:
    """Return True if the first letter of `text`, after an opening quote, is lower case."""
    return text[:4].lstrip(OPENING_MARKS)[:1].islower()


def count_sentences(text: str) -> int:
    """Return the number of sentences in `text`. `Dr.`, `U.S.`, `No. 5` and initials do not end a sentence."""
    words = text.split()
    breaks = sum(_is_sentence_break(word, following) for word, following in pairwise(words))
    return 1 + breaks + sum(text.rstrip(CLOSING_MARKS)[:-1].count(end) for end in "。！？")


def reads_as_paragraph(text: str) -> bool:
    """Return True if `text` reads as a paragraph, and not as a title.

    A text of more than 300 characters is a paragraph. A shorter text must end like a sentence, and must not
    be capitalized like a headline. A single sentence needs at least 100 characters and a full stop.
    """
    if len(text) > 300:
        return True
    if not ends_as_sentence(text) or _is_title_cased(text):
        return False
    bare, is_long = text.rstrip(CLOSING_MARKS), len(text) >= 100
    has_stop = bare.endswith(FULL_STOPS)
    if count_sentences(text) > 1:
        return has_stop or is_long
    return has_stop and is_long and not _ends_in_abbreviation(bare)


def _is_title_cased(text: str) -> bool:
    """Return True if `text` is capitalized like a headline and has at most 160 characters.

    At least three words must have more than three characters, and 80 percent of these words must start with a
    capital.
    """
    words = [word.lstrip(OPENING_MARKS) for word in text.split()]
    long_words = [word for word in words if len(word) > 3 and word[0].isalpha()]
    capitals = sum(word[0].isupper() for word in long_words)
    return len(text) <= 160 and len(long_words) > 2 and capitals >= 0.8 * len(long_words)


def reads_as_running_text(text: str) -> bool:
    """Return True if `text` is a paragraph of several sentences or more than 300 characters.

    Such a text is not a title in a list of articles.
    """
    return reads_as_paragraph(text) and (len(text) > 300 or count_sentences(text) > 1)


def reads_as_caption(text: str) -> bool:
    """Return True if `text` can be the caption of an image: it is one sentence of at most 120 characters."""
    return len(text) <= 120 and ends_as_sentence(text) and count_sentences(text) == 1


def reads_as_heading(text: str) -> bool:
    """Return True if `text` can be a heading.

    It has at most 80 characters and does not end like a sentence or a clause.
    """
    return len(text) <= 80 and not _ends_as_clause(text)


def reads_as_question(text: str) -> bool:
    """Return True if `text` is one question or exclamation of at most 80 characters.

    Such a text can be a heading, although `reads_as_heading` returns False for the text.
    """
    return len(text) <= 80 and text.endswith(("?", "!", "？", "！")) and count_sentences(text) == 1


def reads_as_signature_line(text: str) -> bool:
    """Return True if `text` can be a line of the signature of an article: a name, a role or a publication.

    It has at most 60 characters, begins with a letter or digit, and does not end like a clause.
    """
    return len(text) <= 60 and not _ends_as_clause(text) and text[:1].isalnum()


def is_full_line(line: str, following: str, width: int) -> bool:
    """Return True if the line break after `line` comes from wrapping at `width` characters.

    This is so if the first word of `following`, the next line, would not have fitted at the end of `line`.
    """
    return len(line) + 1 + len(following.partition(" ")[0]) > width


def _ends_as_clause(text: str) -> bool:
    bare = text.rstrip(CLOSING_MARKS)
    if bare.endswith("."):
        return count_sentences(text) > 1 or not _ends_in_abbreviation(bare)
    return bare.endswith(SENTENCE_ENDS + CLAUSE_ENDS)


def _is_sentence_break(word: str, following: str) -> bool:
    bare = word.rstrip(CLOSING_MARKS)
    if not bare.endswith(("!", "?", ".", "…")) or starts_lower_case(following):
        return False
    if bare.endswith("No.") and following[0].isdigit():
        return False
    return not (bare.endswith(".") and _ends_in_abbreviation(bare))


def _ends_in_abbreviation(text: str) -> bool:
    """Return True if the full stop at the end of `text` belongs to an abbreviation, such as `Inc.`"""
    word = text[-24:].rpartition(" ")[2].lstrip(OPENING_MARKS).removesuffix(".")
    parts = word.split(".")
    is_initial = len(word) == 1 and word.isupper()
    is_dotted = len(parts) > 1 and all(part.isalpha() and len(part) <= 2 for part in parts)
    return is_initial or is_dotted or word.casefold() in ABBREVIATIONS
