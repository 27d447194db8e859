"""Facets: the properties that articles are filtered by, each known by an id of one size."""

from functools import lru_cache
from uuid import UUID, uuid5

# UUIDs of version 5 (RFC 9562, 5.5) under this name space; the facet of an entity is the entity's own id.
FACETS = UUID("0d5f3c6e-93f1-4f0b-8a55-6f2e0c1d7b92")


@lru_cache(maxsize=4_096)
def facet_id(kind: str, value: str) -> UUID:
    """Give the facet of the articles whose `kind` (entity_type, publication, language) is `value`."""
    return uuid5(FACETS, f"{kind}:{value}")
