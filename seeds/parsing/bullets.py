"""Recognize the marks at the beginning of list items: bullets, or signs before numbers.

`list_mark` finds the mark that all items of a list share. The other functions examine a single line.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from unicodedata import category

PUNCTUATION_BULLETS = frozenset("•‣·*-※・･⁃⁕⁎⁌⁍")
# Symbols, and characters of private use, such as U+F0B7 in texts from Word. Symbols such as ©, ± and ℃ are
# not bullets.
BULLET_CATEGORIES = frozenset(("So", "Sm", "Sk", "Co"))
# Any sign that can be the mark of a numbered item.
MARK = re.compile(r"(?:[^\w\s]|_){1,8}")
# Some programs write the bullets of a symbol font as letters, such as `o`, `§` or `Ø`.
LETTER_MARK = re.compile(r"[^\W\d_](?=\s*1)")
BULLET_SPACE = re.compile(r"\s*")


def has_bullet(text: str) -> bool:
    """Return True if `text` begins with a bullet, a mark of a list item such as `•`.

    `text` is folded: it has no invisible characters.
    """
    return _is_bullet(text[:1])


def bullet_length(text: str) -> int:
    """Return the length of the bullet at the beginning of `text`, with the white space after the bullet.

    Return 0 if `text` does not begin with a bullet. `text` is folded: it has no invisible characters.
    """
    end = 0
    # Several signs can be one bullet, such as `->`, `--`, or an emoji with a skin tone.
    while _is_bullet(text[end : end + 1]) or (end and text.startswith(">", end)):
        end += 1
    return _after_space(text, end) if end else 0


def list_mark(lines: Sequence[str]) -> str | None:
    """Return the mark at the beginning of each item of a list, or None if `lines` are not a list.

    The mark is a bullet, or the sign before the numbers: `#` for `#1 Trams` and `#2 Buses`. It is empty for
    plain numbers. Lines are a numbered list if the first has 1 and a later one has 2. `lines` must not have
    invisible characters.
    """
    first = lines[0] if lines else ""
    if has_bullet(first):
        return first[0]
    sign = MARK.match(first) or LETTER_MARK.match(first)
    mark = sign.group() if sign else ""
    is_list = begins_item(first, mark, 1) and any(begins_item(line, mark, 2) for line in lines[1:])
    return mark if is_list else None


def mark_length(text: str, mark: str) -> int:
    """Return the length of the mark at the beginning of a list item, with the white space after the mark.

    The mark is any bullet, or else `mark`. Return 0 if the item begins with neither.

    Args:
        text: The item, without invisible characters.
        mark: The mark that `list_mark` returned for the list. It can be empty.
    """
    return bullet_length(text) or (_after_space(text, len(mark)) if text.startswith(mark) else 0)


def begins_item(text: str, mark: str, number: int) -> bool:
    """Return True if `text` begins with `mark` and `number`, with or without white space between them."""
    return text.startswith(str(number), mark_length(text, mark)) and text.startswith(mark)


def _after_space(text: str, start: int) -> int:
    space = BULLET_SPACE.match(text, start)
    return space.end() if space else start


@lru_cache(maxsize=1_024)
def _is_bullet(character: str) -> bool:
    if character in PUNCTUATION_BULLETS:
        return True
    is_wide = character >= "\u2010" and not "\u2100" <= character < "\u2190"
    return is_wide and category(character) in BULLET_CATEGORIES
