"""Make untrusted text, such as file names and lines of documents, safe for one-line messages."""

import re

# Control characters, line and paragraph separators, Bidi_Control characters, lone surrogates.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """Return `text` with each unprintable character replaced by an escape such as `\\x07` or `\\u202e`."""
    return UNPRINTABLE.sub(_escape, text)


def quoted(text: str, max_length: int = 40) -> str:
    """Return `text` in quotation marks for a message, shortened as `shortened` does."""
    return f'"{shortened(text, max_length)}"'


def shortened(text: str, max_length: int = 40) -> str:
    """Return `text` for a message. If it has more than `max_length` characters, replace its end by `…`.

    Unprintable characters are replaced by escapes.
    """
    return printable(text if len(text) <= max_length else f"{text[: max_length - 1]}…")


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
