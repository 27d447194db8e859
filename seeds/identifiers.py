"""Stable identifiers: ids and slugs derived from documents, the same in every database."""

import hashlib
import re
import unicodedata
from functools import lru_cache
from uuid import UUID, uuid5

from slugify import slugify

from api.resources.lookup import SLUG_PATTERN, UUID_PATTERN
from api.text_folding import fold_characters

# All ids are UUIDs of version 5 (RFC 9562, section 5.5) in this name space.
NAMESPACE = UUID("b1f5a9c2-5e0d-4c7a-9d53-7f2d8a6c4e10")
MAX_SLUG_LENGTH = 120
# The rule of `is_slug`, for messages.
SLUG_RULE = f"words of a-z and 0-9 joined by -, at most {MAX_SLUG_LENGTH} characters, and not a UUID"
TITLE_HASH_BYTES = 8
# A title whose slug needs no transliteration, and one word of such a slug.
ASCII_TITLE, SLUG_WORD = re.compile(r"[A-Za-z0-9 '.-]+"), re.compile(r"[a-z0-9]+")


def article_id(key: str) -> UUID:
    """Return the id of an article, which is the same in every database.

    `key` identifies the document of the article: it is a URL, or a file name without extension.
    """
    return uuid5(NAMESPACE, f"article:{key}")


def story_id(key: str) -> UUID:
    """Return the id of a story. `key` is the key of its founder, the article that the story is named after.

    The key identifies the document of this article: it is a URL, or a file name without extension.
    """
    return uuid5(NAMESPACE, f"story:{key}")


def takeaway_id(article: UUID, position: int) -> UUID:
    """Return the id of a takeaway, that is, a key point of an article. It stays the same if the text changes.

    `article` is the id of the article, and `position` is the number of the takeaway, from 1.
    """
    return uuid5(article, f"takeaway:{position}")


def related_link_id(article: UUID, position: int) -> UUID:
    """Return the id of an entry in the list of related articles on a page.

    `article` is the id of the article on this page, and `position` is the number of the entry, from 1.
    """
    return uuid5(article, f"related:{position}")


def computed_link_id(article: UUID, target: UUID) -> UUID:
    """Return the id of the link from an article to a similar article, from the ids of both articles."""
    return uuid5(article, f"computed:{target}")


@lru_cache(maxsize=16_384)
def entity_id(slug: str) -> UUID:
    """Return the id of an entity. The id stays the same if the slug of the entity changes later.

    Args:
        slug: For an entity of the catalogue (the file of known entities), its first slug, such as
            `bank-of-bern`. For an entity found in a text, `GROUP:SLUG`, such as `person:hope`. GROUP is
            `person`, `place`, or `thing` for all other types.
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
    """Return the slug of a title: `Green Harbours in 2026 -> green-harbours-in-2026`.

    Return `fallback`, a valid slug, if the title contains no usable characters.
    """
    plain = fold_characters(title)
    if len(plain) <= MAX_SLUG_LENGTH and ASCII_TITLE.fullmatch(plain):
        # The result is the same as that of slugify, but thirty times faster to compute.
        slug = "-".join(SLUG_WORD.findall(plain.lower()))
    else:
        slug = slugify(plain, max_length=MAX_SLUG_LENGTH, word_boundary=True)
    return slug if is_slug(slug) else fallback


def title_hash(title: str) -> int:
    """Return the hash of a title, a signed integer of 64 bits, to compare titles.

    The hash ignores case, white space, invisible characters, and the kind of apostrophes, quotation marks and
    hyphens.
    """
    plain = fold_characters(unicodedata.normalize("NFKC", fold_characters(title)).casefold())
    digest = hashlib.blake2b(plain.encode(), digest_size=TITLE_HASH_BYTES).digest()
    return int.from_bytes(digest, "big", signed=True)
