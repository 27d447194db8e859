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
        connection: The connection, in a write transaction.
        choices: Maps the id of each article to its possible slugs, best first.

    Attributes:
        new: Maps each chosen slug that is not stored yet to the id of its article.
    """

    def __init__(self, connection: Connection, choices: Mapping[UUID, list[str]]) -> None:
        self._connection, self._choices = connection, choices
        self._owners = find_slug_owners(connection, {slug for slugs in choices.values() for slug in slugs})
        self.new: dict[str, UUID] = {}

    def choose(self, identity: UUID, source: str | None) -> str:
        """Return the slug of an article, and reserve it.

        The slug is the first of the article's possible slugs that no other article has or had.

        Args:
            identity: The id of the article.
            source: The place of the metadata that requests the slug, as the error message names it, such as
                `the sidecar`. None if no metadata requests the slug.

        Raises:
            Rejection: If a different article has or had the slug that the metadata requests.
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

    If the metadata requests a slug, this slug is the only choice. If the article was loaded before, its
    former slug is the only choice, unless the article was erased. Otherwise the choices are `slug`, `slug`
    with a part of the id, and `slug` with the whole id. The last choice is always free.

    Args:
        identity: The id of the article.
        slug: The slug that the metadata requests, or a slug that is made from the title.
        former: The article as it is stored, or as it was removed. None if it was never loaded.
        is_requested: True if the metadata requests the slug.
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
