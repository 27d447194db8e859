"""Choose the slugs of articles."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection

from seeds.identifiers import MAX_SLUG_LENGTH, make_slug
from seeds.parsing.document import Rejection
from seeds.parsing.files import SubmittedDocument
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
    """The owners of the slugs that the documents of a batch can get.

    Args:
        connection: The connection, in a write transaction.
        documents: The id, the document and the former article of each document of the batch.
    """

    def __init__(
        self, connection: Connection, documents: Iterable[tuple[UUID, SubmittedDocument, Former]]
    ) -> None:
        self._connection = connection
        self._choices = {
            identity: slug_choices(identity, submission, former) for identity, submission, former in documents
        }
        self._owners = find_slug_owners(
            connection, {slug for slugs in self._choices.values() for slug in slugs}
        )
        self.new: dict[str, UUID] = {}

    def choose(self, identity: UUID, submission: SubmittedDocument) -> str:
        """Return the slug for the article of `submission`, which has the id `identity`, and reserve it.

        If the metadata of the document requests a slug, return this slug. Otherwise, the article keeps its
        slug. If it was never loaded, return a free slug that is made from its title.

        Raises:
            Rejection: If the requested slug belongs, or once belonged, to a different article.
        """
        slugs = self._choices[identity]
        slug = next((each for each in slugs if self._owners.get(each) in (None, identity)), None)
        if slug is None:
            owner = self._owners[slugs[0]]
            # Say if the article was removed, because the operator cannot find a removed article by its slug.
            is_stored = owner in self.new.values() or find_article_state(self._connection, owner) is not None
            whose = "another article" if is_stored else "an article that was removed"
            wanted = submission.metadata.slug
            raise Rejection(f"sidecar: the slug '{wanted}' belongs to {whose}; choose another slug")
        if slug not in self._owners:
            self._owners[slug] = self.new[slug] = identity
        return slug


def slug_choices(identity: UUID, submission: SubmittedDocument, former: Former) -> list[str]:
    """Return the possible slugs of an article, best first. The last one is free unless it was requested.

    Args:
        identity: The id of the article.
        submission: The document, with its metadata, which can request a slug.
        former: The stored or removed article, which keeps its slug.
    """
    wanted = submission.metadata.slug
    if wanted:
        return [wanted]
    if former and former.slug != erased_slug(identity):
        return [former.slug]
    slug = make_slug(submission.document.title, f"article-{identity.hex[:8]}")
    # If a different article has the slug, append a part of the id.
    suffixed = [
        f"{slug[: MAX_SLUG_LENGTH - 1 - length].rstrip('-')}-{identity.hex[:length]}" for length in (8, 32)
    ]
    return [slug, *suffixed]
