"""Recognize bullets, the characters that mark the items of a list."""

import re

# A bullet and the white space after it.
BULLET = re.compile(r"[•*–—·‣▪◦●■□▶►➤➢✓✔-]\s*")


def has_bullet(text: str) -> bool:
    """Return True if `text` begins with a bullet."""
    return BULLET.match(text) is not None


def split_bullet(text: str) -> tuple[str, str]:
    """Return the bullet that `text` begins with, including the white space after it, and the rest of `text`.

    If `text` does not begin with a bullet, the first part is empty.
    """
    bullet = BULLET.match(text)
    return (bullet[0], text[bullet.end() :]) if bullet else ("", text)
