"""Names that last: ids and slugs made from what a document says, the same in every database."""

import hashlib
import re
import unicodedata
from functools import lru_cache
from uuid import UUID, uuid5

from slugify import slugify

from api.resources.lookup import SLUG_PATTERN, UUID_PATTERN

# All ids are UUIDs of version 5 (RFC 9562, 5.5) under this name space.
NAMESPACE = UUID("b1f5a9c2-5e0d-4c7a-9d53-7f2d8a6c4e10")
MAX_SLUG = 120
# Titles in which slugify has nothing to spell in other letters.
PLAIN, WORD = re.compile(r"[A-Za-z0-9 '.-]+"), re.compile(r"[a-z0-9]+")
CURLY_QUOTES = str.maketrans("‘’“”", "''\"\"")


def article_id(key: str) -> UUID:
    """Give the id of the article whose document's key is `key`."""
    return uuid5(NAMESPACE, f"article:{key}")


def takeaway_id(article: UUID, position: int) -> UUID:
    """Give the id of an article's takeaway: its place decides, so that it survives a corrected word."""
    return uuid5(article, f"takeaway:{position}")


def related_link_id(article: UUID, position: int) -> UUID:
    """Give the id of an article's link by its place."""
    return uuid5(article, f"related:{position}")


def computed_link_id(article: UUID, target: UUID) -> UUID:
    """Give the id of the link from one article to another that content suggests."""
    return uuid5(article, f"computed:{target}")


# The most common entities are asked for again and again.
@lru_cache(maxsize=65_536)
def entity_id(slug: str) -> UUID:
    """Give the id of the entity that had `slug` first."""
    return uuid5(NAMESPACE, f"entity:{slug}")


def is_slug(text: str) -> bool:
    """Tell whether `text` can be a slug: words of a-z and 0-9 joined by `-`, no longer than 120, no UUID."""
    return bool(SLUG_PATTERN.fullmatch(text)) and len(text) <= MAX_SLUG and not UUID_PATTERN.fullmatch(text)


def make_slug(title: str, fallback: str) -> str:
    """Make a slug of `title`; `fallback`, itself a slug, where nothing of the title can be spelt in one."""
    if len(title) <= MAX_SLUG and PLAIN.fullmatch(title):
        # Slugify would make the same at thirty times the cost.
        slug = "-".join(WORD.findall(title.lower()))
    else:
        slug = slugify(title, max_length=MAX_SLUG, word_boundary=True)
    return slug if is_slug(slug) else fallback


def title_digest(title: str) -> str:
    """Give what two spellings of one title share: SHA-256 over case-folded text with straight quotes."""
    plain = unicodedata.normalize("NFKC", title.translate(CURLY_QUOTES)).casefold()
    return hashlib.sha256(" ".join(plain.split()).encode()).hexdigest()
