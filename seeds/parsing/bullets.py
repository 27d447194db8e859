"""Recognize bullets, the characters that mark the items of a list."""

import re

# A bullet and the white space after it.
BULLET = re.compile(r"[•*–—·‣▪◦●■□▶►➤➢✓✔-]\s*")


def has_bullet(text: str) -> bool:
    """Return True if `text` begins with a bullet, a mark of a list item such as `•`."""
    return BULLET.match(text) is not None


def split_bullet(text: str) -> tuple[str, str]:
    """Split a list item into its bullet and its text: `"• Sea levels" -> ("• ", "Sea levels")`.

    The first part is empty if `text` does not begin with a bullet.
    """
    bullet = BULLET.match(text)
    return (bullet[0], text[bullet.end() :]) if bullet else ("", text)
