"""Stable identifiers: ids and slugs derived from documents, the same in every database."""

import hashlib
import re
import unicodedata
from functools import lru_cache
from uuid import UUID, uuid5

from slugify import slugify

from api.resources.lookup import SLUG_PATTERN, UUID_PATTERN

# All ids are UUIDs of version 5 (RFC 9562, section 5.5) in this name space.
NAMESPACE = UUID("b1f5a9c2-5e0d-4c7a-9d53-7f2d8a6c4e10")
MAX_SLUG_LENGTH = 120
# A title whose slug needs no transliteration, and one word of such a slug.
ASCII_TITLE, SLUG_WORD = re.compile(r"[A-Za-z0-9 '.-]+"), re.compile(r"[a-z0-9]+")
CURLY_QUOTES = str.maketrans("‘’“”", "''\"\"")


def article_id(key: str) -> UUID:
    """Return the id of an article. `key`, a URL or a file name without extension, identifies its document."""
    return uuid5(NAMESPACE, f"article:{key}")


def takeaway_id(article: UUID, position: int) -> UUID:
    """Return the id of a takeaway (a key point of an article), derived from its position, not from its text.

    If the text is corrected, the id stays the same. `article` is the id of the article, and `position` counts
    from 1.
    """
    return uuid5(article, f"takeaway:{position}")


def related_link_id(article: UUID, position: int) -> UUID:
    """Return the id of a listed link.

    The link is the entry at `position`, from 1, in the list of related articles of the article with the id
    `article`.
    """
    return uuid5(article, f"related:{position}")


def computed_link_id(article: UUID, target: UUID) -> UUID:
    """Return the id of a computed link: `article` links to `target` because the two are similar."""
    return uuid5(article, f"computed:{target}")


@lru_cache(maxsize=65_536)
def entity_id(slug: str) -> UUID:
    """Return the id of an entity. It is derived from its first slug, and stays the same if the slug changes.

    `slug` is the first slug. If the entity is not in the catalogue, put `person:`, `place:` or `thing:`, the
    group of its type, before the slug.
    """
    return uuid5(NAMESPACE, f"entity:{slug}")


def is_slug(text: str) -> bool:
    """Return True if `text` is a valid slug.

    A slug consists of words of a-z and 0-9 joined by `-`, has at most 120 characters, and is not a UUID.
    """
    return (
        bool(SLUG_PATTERN.fullmatch(text))
        and len(text) <= MAX_SLUG_LENGTH
        and not UUID_PATTERN.fullmatch(text)
    )


def make_slug(title: str, fallback: str) -> str:
    """Return the slug of `title`, or `fallback` (a valid slug) if the title contains no usable characters."""
    if len(title) <= MAX_SLUG_LENGTH and ASCII_TITLE.fullmatch(title):
        # The result is the same as that of slugify, but thirty times faster to compute.
        slug = "-".join(SLUG_WORD.findall(title.lower()))
    else:
        slug = slugify(title, max_length=MAX_SLUG_LENGTH, word_boundary=True)
    return slug if is_slug(slug) else fallback


def title_digest(title: str) -> str:
    """Return a digest by which two titles are compared.

    It is the SHA-256 of the title after differences of case, white space and quotation marks are removed.
    """
    plain = unicodedata.normalize("NFKC", title.translate(CURLY_QUOTES)).casefold()
    return hashlib.sha256(" ".join(plain.split()).encode()).hexdigest()
