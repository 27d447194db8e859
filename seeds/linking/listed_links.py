"""Find the target of each listed link, that is, each title in the list of related articles on a page.

Titles are compared by their digest (`seeds.identifiers.title_digest`). If several articles have the title,
the date line under the title, such as `Apr 21, 2026`, decides.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, func, or_, select

from api.database.base import AnySelect
from api.models import Article, RelatedLink, score_keys
from seeds.bulk import insert_rows, update_rows
from seeds.linking.computed_links import (
    DELETE_LINKS,
    RESOLVED_LINKS,
    UPDATE_LINK,
    computed_link_row,
    score_parameters,
)
from seeds.linking.date_matching import matches_printed_date

# SQLite accepts 32,766 parameters in a statement, PostgreSQL 65,535.
MAX_PARAMETERS = 10_000
# A title that more articles share is not resolved. Each of these articles would be a candidate for each link
# to the title, so each further article would make a load slower.
MAX_ARTICLES_PER_TITLE = 100

DIGESTS: BindParameter[Any] = bindparam("digests", expanding=True)
RESOLVABLE_TITLES = (
    select(Article.title_digest)
    .where(Article.title_digest.in_(DIGESTS))
    .group_by(Article.title_digest)
    .having(func.count() <= MAX_ARTICLES_PER_TITLE)
)
CANDIDATES = select(Article.id, Article.title_digest, Article.published_at).where(
    Article.title_digest.in_(RESOLVABLE_TITLES)
)


def _select_links(*conditions: ColumnElement[bool]) -> AnySelect:
    columns = (
        RelatedLink.id,
        RelatedLink.article_id,
        RelatedLink.title_digest,
        RelatedLink.printed_date,
        RelatedLink.target_id,
        RelatedLink.score,
        RelatedLink.reasons,
        Article.published_at,
    )
    rows = select(*columns).join(Article, Article.id == RelatedLink.article_id).where(*conditions)
    return rows.order_by(RelatedLink.article_id, RelatedLink.place)


# If a title cannot be resolved, only the links with a target are read. These links lose their target.
LINKS_TO_TITLES = _select_links(
    RelatedLink.title_digest.in_(DIGESTS),
    or_(RelatedLink.target_id.is_not(None), RelatedLink.title_digest.in_(RESOLVABLE_TITLES)),
)
LINKS_FROM_ARTICLE = _select_links(
    RelatedLink.article_id == bindparam("identity"), RelatedLink.basis == "listed"
)


class Candidate(NamedTuple):
    """An article that can be the target of a listed link, because it has the listed title.

    A listed link is an entry in the list of related articles on a page. `published_at` is None if it is
    unknown when the article was published.
    """

    id: UUID
    title_digest: str
    published_at: datetime | None


class ListedLink(NamedTuple):
    """An entry in the list of related articles on the page of an article.

    `title_digest` and `printed_date` are the digest of the listed title and the date line under it.
    `article_id` is the article whose page contains the list, and `page_published_at` is when this article was
    published.
    """

    id: UUID
    article_id: UUID
    title_digest: str
    printed_date: str | None
    target_id: UUID | None
    score: float | None
    reasons: list[dict[str, Any]]
    page_published_at: datetime | None


def resolve_listed_links(connection: Connection, identity: UUID, titles: set[str]) -> None:
    """Find the targets of all listed links that an article affects, and update those that have changed.

    A listed link is an entry in the list of related articles on a page. The article affects the links on its
    own page, and the links with its title on the pages of other articles.

    Args:
        connection: The connection, in a write transaction.
        identity: The id of the article.
        titles: The digests of the current title of the article and, if an update changed it, its former
            title.
    """
    links = _read_links(connection, identity, titles)
    changes = [
        (link, target) for link, target in _find_targets(connection, links) if target != link.target_id
    ]
    # Remove all old targets first, because two links of one article can exchange their targets. For an old
    # target with a score, insert a computed link. For a new target, take the score of the computed link.
    removed = [link for link, _ in changes if link.target_id]
    _set_targets(connection, [(link.id, None) for link in removed])
    insert_rows(connection, RelatedLink, [_computed_link(link) for link in removed if link.score is not None])
    added = [(link, target) for link, target in changes if target]
    scores = _take_scores_of_computed_links(connection, added)
    _set_targets(connection, [(link.id, target) for link, target in added])
    update_rows(connection, UPDATE_LINK, scores)


def _set_targets(connection: Connection, targets: list[tuple[UUID, UUID | None]]) -> None:
    """Set the targets of links that pages list, and remove the scores of these links.

    A score says how similar two articles are, so the score of the old target does not hold for the new one.
    Each item of `targets` is the id of a link and the id of the article that it leads to. The second id is
    None if the link leads to no article.
    """
    cleared: dict[str, Any] = {"score": None, "reasons": []} | score_keys(None)
    rows = [{"link": link, "target_id": target} | cleared for link, target in targets]
    update_rows(connection, UPDATE_LINK, rows)


def _computed_link(link: ListedLink) -> dict[str, Any]:
    """Return the row of a computed link that replaces the score of a listed link.

    If a listed link with a score loses its target, the two similar articles must stay connected. `link` has
    the values from before this change, and the row has the same source, target, score and reasons.
    """
    if link.target_id is None or link.score is None:
        raise ValueError("a computed link needs a target and a score")
    return computed_link_row(
        link.article_id, link.target_id, link.score, link.reasons, link.page_published_at
    )


def _take_scores_of_computed_links(
    connection: Connection, added: list[tuple[ListedLink, UUID]]
) -> list[dict[str, Any]]:
    """Delete computed links that listed links replace, and return the scores for the listed links.

    If the page of an article lists a similar article, only the listed link remains, and it keeps the score.

    Args:
        connection: The connection, in a write transaction.
        added: The listed links, each with the id of the article that is its new target.

    Returns:
        The parameters with which the statement `UPDATE_LINK` sets the scores and reasons of these listed
        links.
    """
    if not added:
        return []
    listed = {(link.article_id, target): link.id for link, target in added}
    articles = sorted({article for article, _ in listed})
    replaced = [
        row
        for row in connection.execute(RESOLVED_LINKS, {"identities": articles}).all()
        if row.basis == "computed" and (row.article_id, row.target_id) in listed
    ]
    if replaced:
        connection.execute(DELETE_LINKS, {"identities": [row.id for row in replaced]})
    return [
        score_parameters(listed[row.article_id, row.target_id], row.score, row.reasons) for row in replaced
    ]


def _read_links(connection: Connection, identity: UUID, titles: set[str]) -> list[ListedLink]:
    from_article = connection.execute(LINKS_FROM_ARTICLE, {"identity": identity}).all()
    to_titles = connection.execute(LINKS_TO_TITLES, {"digests": sorted(titles)}).all()
    others = [row for row in from_article if row.title_digest not in titles]
    return [ListedLink(*row) for row in (*to_titles, *others)]


def _find_targets(
    connection: Connection, links: list[ListedLink]
) -> Iterator[tuple[ListedLink, UUID | None]]:
    """Yield `(link, target)` for each of `links`, the entries in lists of related articles on pages.

    `target` is the id of the article with the listed title, or None if this is not certain. It is never the
    article whose page has the list, and two links on one page never have the same target: the later gets
    None.
    """
    candidates = _find_candidates(connection, sorted({link.title_digest for link in links}))
    taken: set[tuple[UUID, UUID]] = set()
    for link in links:
        others = [each for each in candidates.get(link.title_digest, []) if each.id != link.article_id]
        target = choose_target(others, link.printed_date, link.page_published_at)
        if target and (link.article_id, target) in taken:
            target = None
        if target:
            taken.add((link.article_id, target))
        yield link, target


def _find_candidates(connection: Connection, digests: list[str]) -> dict[str, list[Candidate]]:
    """Return the articles whose title has one of `digests`, by the digest of the title.

    A digest has no entry if no article, or more than `MAX_ARTICLES_PER_TITLE` articles, have the title.
    """
    candidates: dict[str, list[Candidate]] = {}
    for start in range(0, len(digests), MAX_PARAMETERS):
        parameters = {"digests": digests[start : start + MAX_PARAMETERS]}
        for row in connection.execute(CANDIDATES, parameters).all():
            candidates.setdefault(row.title_digest, []).append(Candidate(*row))
    return candidates


def choose_target(
    candidates: list[Candidate], printed_date: str | None, page_published_at: datetime | None
) -> UUID | None:
    """Return the id of the article that a listed link refers to, or None if this is not certain.

    A listed link is an entry in the list of related articles on a page. A single candidate is the target,
    whatever its date. Of several candidates, the only one whose date of publication agrees with the printed
    date is the target.

    Args:
        candidates: The articles with the title of the link.
        printed_date: The date line under the title in the list, such as `Apr 21, 2026` or `3 weeks ago`. If
            it is None, several candidates have no target.
        page_published_at: When the page with the link was published. An age such as `3 weeks ago` is relative
            to this time, and agrees with no candidate if the time is None.
    """
    if len(candidates) > 1 and printed_date:
        dated = [(each, each.published_at) for each in candidates if each.published_at]
        candidates = [
            each
            for each, published_at in dated
            if matches_printed_date(printed_date, published_at, page_published_at)
        ]
    return candidates[0].id if len(candidates) == 1 else None
