"""Create API keys, check their form, hash them, and find the key in a request.

A key is `briefs_`, 43 random characters and a checksum of 6 characters.
"""

import hashlib
import re
import secrets
import string
import zlib
from wsgiref.types import WSGIEnvironment

# The prefix lets programs find keys that were published by mistake.
PREFIX = "briefs_"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
# The least number of characters of the alphabet that can hold 256 bits.
SECRET_CHARACTERS = 43
# The least number of characters of the alphabet that can hold a CRC-32. The checksum reveals mistyped
# keys without a query to the database.
CHECKSUM_CHARACTERS = 6
KEY_CHARACTERS = len(PREFIX) + SECRET_CHARACTERS + CHECKSUM_CHARACTERS
# The number of first characters by which an operator recognizes a key in the list of keys.
SHOWN_CHARACTERS = len(PREFIX) + 6

# A complete or incomplete key in a text.
KEY_IN_TEXT = re.compile(rf"{PREFIX}[0-9A-Za-z]+")
HIDDEN_KEY = f"{PREFIX}..."

BEARER = "bearer "
# The names of query parameters that other services use for API keys.
KEY_PARAMETERS = frozenset({"api_key", "apikey", "key", "token", "access_token"})


def make_key() -> str:
    """Return a new random API key."""
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_CHARACTERS))
    return PREFIX + secret + _checksum(secret)


def is_well_formed(key: str) -> bool:
    """Return True if `key` has the form of an API key and a correct checksum."""
    if len(key) != KEY_CHARACTERS or not key.startswith(PREFIX) or not key.isascii():
        return False
    secret = key[len(PREFIX) : -CHECKSUM_CHARACTERS]
    return key.endswith(_checksum(secret))


def digest_of(key: str) -> bytes:
    """Return the SHA-256 hash of `key`, which the database stores instead of the key."""
    return hashlib.sha256(key.encode()).digest()


def requested_key(environ: WSGIEnvironment) -> str | None:
    """Return the API key of a request, from the header `Authorization: Bearer` or `X-API-Key`.

    Return None if the request has no key. If the two headers contain different keys, return an empty text,
    which is not a valid key.
    """
    authorization: str = environ.get("HTTP_AUTHORIZATION", "")
    key: str | None = environ.get("HTTP_X_API_KEY")
    if authorization[: len(BEARER)].lower() != BEARER and authorization.lower() != BEARER.strip():
        return None if key is None else key.strip()
    token = authorization[len(BEARER) :].strip()
    return token if key is None or key.strip() == token else ""


def hide_keys(text: str) -> str:
    """Return `text` with each API key replaced by `briefs_...`, so that the result can be logged."""
    return KEY_IN_TEXT.sub(HIDDEN_KEY, text) if PREFIX in text else text


def _checksum(secret: str) -> str:
    number, digits = zlib.crc32(secret.encode()), ""
    for _ in range(CHECKSUM_CHARACTERS):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
