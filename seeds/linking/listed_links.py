"""Find the target of each listed link: the article whose title a page lists as related.

Titles are compared by `seeds.identifiers.title_hash`. If several articles have the title, the date printed
under the title decides.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, func, or_, select

from api.database.base import AnySelect
from api.models import UNSCORED, Article, RelatedLink, published_at_of
from seeds.bulk_statements import insert_rows, portions, update_rows
from seeds.linking.date_matching import matches_printed_date
from seeds.linking.link_table import (
    DELETE_LINKS,
    LINKS_WITH_REASONS,
    UPDATE_LINK,
    computed_link_row,
    score_parameters,
)

# A title that more articles share is not resolved. Each of these articles would be compared for each link
# to the title, so each further article would make a load slower.
MAX_ARTICLES_PER_TITLE = 100

HASHES: BindParameter[Any] = bindparam("hashes", expanding=True)
RESOLVABLE_TITLES = (
    select(Article.title_hash)
    .where(Article.title_hash.in_(HASHES))
    .group_by(Article.title_hash)
    .having(func.count() <= MAX_ARTICLES_PER_TITLE)
)
TITLED_ARTICLES = select(Article.number, Article.id, Article.title_hash, Article.published_key).where(
    Article.title_hash.in_(RESOLVABLE_TITLES)
)
ARTICLE_IDS = select(Article.number, Article.id).where(
    Article.number.in_(bindparam("numbers", expanding=True))
)


def _select_links(*conditions: ColumnElement[bool]) -> AnySelect:
    columns = (
        RelatedLink.number,
        RelatedLink.article,
        RelatedLink.title_hash,
        RelatedLink.printed_date,
        RelatedLink.target,
        RelatedLink.score_key,
        RelatedLink.reasons,
        RelatedLink.published_key,
        Article.id,
    )
    rows = select(*columns).join(Article, Article.number == RelatedLink.article).where(*conditions)
    return rows.order_by(RelatedLink.article, RelatedLink.precedence.desc())


# If a title cannot be resolved, only the links with a target are read. These links lose their target.
LINKS_TO_TITLES = _select_links(
    RelatedLink.title_hash.in_(HASHES),
    or_(RelatedLink.target.is_not(None), RelatedLink.title_hash.in_(RESOLVABLE_TITLES)),
)
LINKS_FROM_ARTICLES = _select_links(
    RelatedLink.article.in_(bindparam("numbers", expanding=True)), RelatedLink.basis == "listed"
)


class TitledArticle(NamedTuple):
    """An article that can be the target of a listed link, because it has the listed title.

    Attributes:
        number: The database number of the article.
        id: The id of the article.
        title_hash: The hash of its title.
        published_at: When it was published, if known.
    """

    number: int
    id: UUID
    title_hash: int
    published_at: datetime | None


class ListedLink(NamedTuple):
    """An entry in the list of related articles on the page of an article, as a stored link.

    Attributes:
        number: The database number of the link.
        article: The database number of the article with this page.
        title_hash: The hash of the listed title.
        printed_date: The date line under the title, or None.
        target: The database number of the article that the link leads to, or None.
        score_key: The similarity of the two articles, or `UNSCORED`.
        reasons: The reasons for the similarity.
        published_key: When the article with this page was published, or `UNDATED`.
        article_id: The id of the article with this page.
    """

    number: int
    article: int
    title_hash: int
    printed_date: str | None
    target: int | None
    score_key: float
    reasons: list[list[Any]]
    published_key: datetime
    article_id: UUID

    @property
    def is_scored(self) -> bool:
        """True if the link has a score."""
        return self.score_key != UNSCORED


def resolve_listed_links(connection: Connection, articles: Sequence[int], titles: set[int]) -> set[int]:
    """Find the targets of all listed links that some articles affect, and store the changed targets.

    A listed link is an entry in a page's list of related articles. An article affects the links on its page,
    and the links with its title on other pages.

    Args:
        connection: In a write transaction.
        articles: The database numbers of the articles.
        titles: The hashes of their current and former titles.

    Returns:
        The database numbers of the articles whose links changed.
    """
    links = _read_links(connection, articles, titles)
    changes = [(link, target) for link, target in _find_targets(connection, links) if target != link.target]
    # Remove all old targets first, because two links of one article can exchange their targets. For an old
    # target with a score, insert a computed link. For a new target, take the score of the computed link.
    removed = [link for link, _ in changes if link.target]
    _set_targets(connection, [(link.number, None) for link in removed])
    scored = [link for link in removed if link.is_scored]
    insert_rows(connection, RelatedLink, _computed_links(connection, scored))
    added = [(link, target) for link, target in changes if target]
    scores = _take_scores_of_computed_links(connection, added)
    _set_targets(connection, [(link.number, target) for link, target in added])
    update_rows(connection, UPDATE_LINK, scores)
    return {link.article for link, _ in changes}


def _set_targets(connection: Connection, targets: list[tuple[int, int | None]]) -> None:
    """Set the targets of listed links (entries in lists of related articles), and remove their scores.

    Each item of `targets` has the database number of a link, and of its new target or None.
    """
    # A score says how similar two articles are, so the score for the old target is wrong for the new target.
    cleared: dict[str, Any] = {"reasons": [], "score_key": UNSCORED}
    update_rows(
        connection, UPDATE_LINK, [{"link": link, "target": target} | cleared for link, target in targets]
    )


def _computed_links(connection: Connection, links: Sequence[ListedLink]) -> list[dict[str, Any]]:
    """Return the rows of computed links that keep the scores of listed links which lose their target.

    A listed link is an entry in a page's list of related articles. Each of `links` has its former target and
    score. There is no row for a target that is no longer stored.
    """
    if not links:
        return []
    targets = sorted({link.target for link in links if link.target is not None})
    ids = {
        row.number: row.id
        for several in portions(targets)
        for row in connection.execute(ARTICLE_IDS, {"numbers": several})
    }
    # A link to an article that was removed has no score that could be kept.
    return [
        computed_link_row(
            (link.article, link.article_id),
            (link.target, ids[link.target]),
            link.score_key,
            link.reasons,
            link.published_key,
        )
        for link in links
        if link.target is not None and link.target in ids
    ]


def _take_scores_of_computed_links(
    connection: Connection, added: list[tuple[ListedLink, int]]
) -> list[dict[str, Any]]:
    """Delete each computed link that a listed link replaces, and return its score for the listed link.

    A listed link is an entry in a page's list of related articles. It replaces a computed link between the
    same articles.

    Args:
        connection: In a write transaction.
        added: The listed links, each with the database number of its new target.

    Returns:
        For each deleted link, the parameters of `UPDATE_LINK` for the listed link.
    """
    if not added:
        return []
    listed = {(link.article, target): link.number for link, target in added}
    articles = sorted({article for article, _ in listed})
    replaced = [
        row
        for several in portions(articles)
        for row in connection.execute(LINKS_WITH_REASONS, {"numbers": several})
        if row.basis == "computed" and (row.article, row.target) in listed
    ]
    for several in portions([row.number for row in replaced]):
        connection.execute(DELETE_LINKS, {"numbers": several})
    return [score_parameters(listed[row.article, row.target], row.score_key, row.reasons) for row in replaced]


def _read_links(connection: Connection, articles: Sequence[int], titles: set[int]) -> list[ListedLink]:
    from_articles = connection.execute(LINKS_FROM_ARTICLES, {"numbers": articles}).all()
    to_titles = connection.execute(LINKS_TO_TITLES, {"hashes": sorted(titles)}).all()
    others = [row for row in from_articles if row.title_hash not in titles]
    return [ListedLink(*row) for row in (*to_titles, *others)]


def _find_targets(connection: Connection, links: list[ListedLink]) -> Iterator[tuple[ListedLink, int | None]]:
    """Yield `(link, target)` for each of `links`, the entries in lists of related articles on pages.

    `target` is the database number of the article with the listed title. It is None if the article is
    uncertain, or is the target of an earlier link of the page. A page never links to its own article.
    """
    titled = _find_titled_articles(connection, sorted({link.title_hash for link in links}))
    taken: set[tuple[int, int]] = set()
    for link in links:
        others = [each for each in titled.get(link.title_hash, []) if each.number != link.article]
        target = choose_target(others, link.printed_date, published_at_of(link.published_key))
        if target and (link.article, target) in taken:
            target = None
        if target:
            taken.add((link.article, target))
        yield link, target


def _find_titled_articles(connection: Connection, hashes: list[int]) -> dict[int, list[TitledArticle]]:
    """Return the articles whose title has one of `hashes`, by the hash of the title.

    A hash has no entry if no article, or more than `MAX_ARTICLES_PER_TITLE` articles, have the title.
    """
    titled: dict[int, list[TitledArticle]] = {}
    for several in portions(hashes):
        rows = connection.execute(TITLED_ARTICLES, {"hashes": several}).all()
        for number, identity, title, published in rows:
            article = TitledArticle(number, identity, title, published_at_of(published))
            titled.setdefault(title, []).append(article)
    return titled


def choose_target(
    titled: list[TitledArticle], printed_date: str | None, page_published_at: datetime | None
) -> int | None:
    """Return the database number of the article that a listed link refers to, or None if this is uncertain.

    A listed link is an entry in a page's list of related articles. A single article is the target. Among
    several, the only one that agrees with the printed date is the target.

    Args:
        titled: The articles with the listed title.
        printed_date: The date line under the title, such as `Apr 21, 2026` or `3 weeks ago`, or None.
        page_published_at: When the page was published, to compute ages such as `3 weeks ago`, or None.
    """
    if len(titled) > 1 and printed_date:
        dated = [(each, each.published_at) for each in titled if each.published_at]
        titled = [
            each
            for each, published_at in dated
            if matches_printed_date(printed_date, published_at, page_published_at)
        ]
    return titled[0].number if len(titled) == 1 else None
