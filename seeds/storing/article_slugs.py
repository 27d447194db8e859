"""Choose the slugs of articles."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import Connection

from seeds.identifiers import MAX_SLUG_LENGTH
from seeds.parsing.document import Rejection
from seeds.storing.stored_article import (
    ArticleState,
    RemovedArticle,
    erased_slug,
    find_article_state,
    find_slug_owners,
)

Former = ArticleState | RemovedArticle | None
"""The stored article of a document, or the values of the removed article. None if it was never loaded."""


class SlugRegister:
    """Chooses slugs for several articles, so that no two articles have the same slug.

    Args:
        connection: In a write transaction.
        choices: The possible slugs of each article, best first, by its id.

    Attributes:
        new: For each chosen slug that is not stored yet, the id of its article.
    """

    def __init__(self, connection: Connection, choices: Mapping[UUID, list[str]]) -> None:
        self._connection, self._choices = connection, choices
        self._owners = find_slug_owners(connection, {slug for slugs in choices.values() for slug in slugs})
        self.new: dict[str, UUID] = {}

    def choose(self, identity: UUID, source: str | None) -> str:
        """Choose the slug of an article, reserve it and return it.

        The slug is the first of the article's choices that no other article has or had.

        Args:
            identity: The id of the article.
            source: The metadata that requests the slug, for the error message, such as `the sidecar`. None if
                there is no request.

        Raises:
            Rejection: A different article has or had the requested slug.
        """
        slugs = self._choices[identity]
        slug = next((each for each in slugs if self._owners.get(each) in (None, identity)), None)
        if slug is None:
            owner = self._owners[slugs[0]]
            # Say if the article was removed, because the operator cannot find a removed article by its slug.
            is_stored = owner in self.new.values() or find_article_state(self._connection, owner) is not None
            whose = "another article" if is_stored else "an article that was removed"
            raise Rejection(f"the slug '{slugs[0]}' in {source} belongs to {whose}; choose another slug")
        if slug not in self._owners:
            self._owners[slug] = self.new[slug] = identity
        return slug


def slug_choices(identity: UUID, slug: str, former: Former, *, is_requested: bool) -> list[str]:
    """Return the possible slugs of an article, best first.

    A requested or former slug is the only choice. Otherwise the choices are `slug`, `slug` with a part of the
    id, and `slug` with the whole id.

    Args:
        identity: The id of the article.
        slug: The slug from the metadata or the title.
        former: The stored or removed article, or None if it was never loaded. If it was erased, its slug is
            not a choice.
        is_requested: True if the metadata requests `slug`.
    """
    if is_requested:
        return [slug]
    if former and former.slug != erased_slug(identity):
        return [former.slug]
    # If a different article has the slug, append a part of the id.
    suffixed = [
        f"{slug[: MAX_SLUG_LENGTH - 1 - length].rstrip('-')}-{identity.hex[:length]}" for length in (8, 32)
    ]
    return [slug, *suffixed]
