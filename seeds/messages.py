"""Text of others inside messages of our own."""

import re

# Control characters, line and paragraph separators, Bidi_Control characters, lone surrogates.
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """`text` on one line: what breaks the line or turns its direction is shown as `\\x07` or `\\u202e`."""
    return UNSEEN.sub(_escape, text)


def quoted(text: str, longest: int = 40) -> str:
    """`text` in quotes, printable, cut to about `longest` characters."""
    cut = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return f'"{printable(cut)}"'


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
