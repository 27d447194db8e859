"""Hold links from articles in memory while their scores are computed, and store the changed links."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, delete, select, update
from sqlalchemy.orm import aliased

from api.database.base import table_of
from api.models import UNSCORED, Article, RelatedLink, link_precedence, published_key, score_key
from seeds.bulk_statements import insert_rows, portions, update_rows
from seeds.identifiers import computed_link_id
from seeds.linking.link_reasons import Reasons
from seeds.linking.vector_cache import LinkedArticle

LINKS = table_of(RelatedLink)
NUMBERS: BindParameter[Any] = bindparam("numbers", expanding=True)
TARGETS = aliased(Article)
LINK_COLUMNS = (LINKS.c.number, LINKS.c.article, LINKS.c.target, LINKS.c.basis, LINKS.c.score_key)
# The resolved links from some articles, with the ids of their targets. The second statement adds the reasons.
LINKS_WITH_IDS = (
    select(*LINK_COLUMNS, TARGETS.id.label("target_id"))
    .join(TARGETS, TARGETS.number == LINKS.c.target)
    .where(LINKS.c.article.in_(NUMBERS))
)
LINKS_WITH_REASONS = LINKS_WITH_IDS.add_columns(LINKS.c.reasons)
# This statement sets the columns that are named in the parameters.
UPDATE_LINK = update(LINKS).where(LINKS.c.number == bindparam("link"))
DELETE_LINKS = delete(LINKS).where(LINKS.c.number.in_(NUMBERS))


@dataclass(slots=True)
class ResolvedLink:
    """A link from one article to another, kept in memory while its score can change.

    Attributes:
        target: The database number of the article that the link leads to.
        target_id: The id of this article.
        number: The database number of the link, or None if it is not stored yet.
        is_listed: True if a page lists the target as related. Such a link is kept even without a score.
        score: The similarity of the two articles, or None.
        reasons: The reasons for the similarity. Empty if they were not read.
        has_changed: True if `set_score` has changed the score or the reasons.
    """

    target: int
    target_id: UUID
    number: int | None = None
    is_listed: bool = False
    score: float | None = None
    reasons: Reasons = field(default_factory=list)
    has_changed: bool = False

    def set_score(self, score: float | None, reasons: Reasons) -> None:
        """Set the score of the link, and the reasons for the score.

        If `score` is None, `LinkTable.write` deletes a computed link, and keeps a listed link (an entry in a
        page's list of related articles).
        """
        if (score, reasons) != (self.score, self.reasons):
            self.score, self.reasons, self.has_changed = score, reasons, True


class LinkTable:
    """The links from some articles to other stored articles, in memory. `write` stores the changed links.

    Args:
        connection: In a write transaction.
        articles: The database numbers of the articles.
        has_reasons: True to read the stored reasons too. Without them, an unchanged link can count
            as changed.
    """

    def __init__(self, connection: Connection, articles: Iterable[int], *, has_reasons: bool = False) -> None:
        self._connection = connection
        self._links: defaultdict[int, dict[int, ResolvedLink]] = defaultdict(dict)
        statement = LINKS_WITH_REASONS if has_reasons else LINKS_WITH_IDS
        for several in portions(sorted(articles)):
            rows = connection.execute(statement, {"numbers": several})
            for number, article, target, basis, stored_score, target_id, *reasons in rows:
                score = None if stored_score == UNSCORED else stored_score
                self._links[article][target] = ResolvedLink(
                    target, target_id, number, basis == "listed", score, reasons[0] if reasons else []
                )

    def scored(self, article: int) -> list[ResolvedLink]:
        """Return the links with a score that start from `article`, the database number of an article."""
        return [link for link in self._links[article].values() if link.score is not None]

    def scores(self, article: int) -> dict[int, float]:
        """Return the scores of the links from `article`, by the database number of the target."""
        return {link.target: link.score for link in self._links[article].values() if link.score is not None}

    def link(self, article: int, target: LinkedArticle) -> ResolvedLink:
        """Return the link from `article` to `target`. Add a link if there is none."""
        links = self._links[article]
        if target.number not in links:
            links[target.number] = ResolvedLink(target.number, target.id)
        return links[target.number]

    def write(self, sources: Mapping[int, LinkedArticle]) -> set[int]:
        """Store the changed links, and return the database numbers of the articles that they start from.

        `sources` maps database numbers to articles. It must contain each article that a new link starts from.
        """
        changed = [
            (article, link)
            for article, links in self._links.items()
            for link in links.values()
            if link.has_changed
        ]
        computed = [(article, link) for article, link in changed if not link.is_listed]
        deleted = [link.number for _, link in computed if link.number is not None]
        if deleted:
            self._connection.execute(DELETE_LINKS, {"numbers": sorted(deleted)})
        listed = [
            score_parameters(link.number, link.score, link.reasons)
            for _, link in changed
            if link.is_listed and link.number is not None
        ]
        update_rows(self._connection, UPDATE_LINK, listed)
        rows = [
            computed_link_row(
                (article, sources[article].id),
                (link.target, link.target_id),
                link.score,
                link.reasons,
                published_key(sources[article].published_at),
            )
            for article, link in computed
            if link.score is not None
        ]
        insert_rows(self._connection, RelatedLink, rows)
        return {article for article, _ in changed}


def score_parameters(link: int, score: float | None, reasons: Reasons) -> dict[str, Any]:
    """Return the parameters of the statement `UPDATE_LINK`, which sets the score and reasons of a link.

    Args:
        link: The database number of the link.
        score: The similarity of the two articles, or None to remove the score.
        reasons: The reasons for the similarity. Empty without a score.
    """
    return {"link": link, "reasons": reasons, "score_key": score_key(score)}


def computed_link_row(
    article: tuple[int, UUID], target: tuple[int, UUID], score: float, reasons: Reasons, published: datetime
) -> dict[str, Any]:
    """Return the database row of a computed link from one article to another.

    Args:
        article: The number and id of the article that the link starts from.
        target: The number and id of the similar article.
        score: The similarity of the two articles.
        reasons: The reasons for the similarity.
        published: When the first article was published, or `UNDATED`.
    """
    return {
        "id": computed_link_id(article[1], target[1]),
        "article": article[0],
        "precedence": link_precedence(score=score, target=target[1]),
        "basis": "computed",
        "title": None,
        "title_hash": None,
        "printed_date": None,
        "target": target[0],
        "reasons": reasons,
        "published_key": published,
        "score_key": score,
    }
