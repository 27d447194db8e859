"""The loader: one submission into the rows of one article. Knows records and tables, no text format."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from api.models import (
    Article,
    ArticleEntity,
    ArticleFacet,
    ArticleSlug,
    ArticleTerms,
    RelatedLink,
    Source,
    Takeaway,
    TakeawayEntity,
    TakeawayTerms,
)
from seeds.computed import link, link_both, unlink
from seeds.content import Content, make_content
from seeds.document import Rejection
from seeds.entities import Matcher
from seeds.execution import fetch, fetch_one, insert_rows, run
from seeds.files import Submission
from seeds.identity import MAX_SLUG, article_id, make_slug
from seeds.naming import Before, bring_entities, count_entities
from seeds.neighbours import file_features
from seeds.parse import parse
from seeds.related import resolve
from seeds.rows import (
    article_entity_rows,
    article_terms,
    facet_rows,
    related_rows,
    takeaway_entity_rows,
    takeaway_rows,
    takeaway_terms_rows,
)
from seeds.sidecar import Sidecar
from seeds.statements import (
    CHANGE_ARTICLE,
    CHANGE_SOURCE,
    CHANGE_TERMS,
    DELETE_PARTS,
    FEATURES,
    KEEP_ARTICLE,
    NAMED,
    NEXT_REVISION,
    OWNER,
    STORED,
    WHOLE,
)
from seeds.vectors import Vector, unpack

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"


class Stored(NamedTuple):
    """What the loader needs to know of an article that is there already."""

    slug: str
    content_digest: str
    title_digest: str
    created_at: datetime


def load(connection: Connection, submission: Submission, matcher: Matcher) -> str:
    """Bring the article of `submission` to what its document says; gives created, updated or unchanged.

    Raises Rejection where the sidecar asks for another article's slug.
    """
    identity = article_id(submission.key)
    stored = _stored(connection, identity)
    slug = _slug(connection, submission, identity, stored)
    content = make_content(submission, slug, matcher)
    digest = content.digest()
    if stored and stored.content_digest == digest:
        return UNCHANGED
    now = datetime.now(UTC).replace(microsecond=0)
    seeded = {"created_at": stored.created_at if stored else now, "updated_at": now}
    _write_article(
        connection, identity, submission, content.columns | {"content_digest": digest} | seeded, stored
    )
    write_parts(connection, identity, content, stored, seeded)
    link_both(connection, identity, content.vector, content.columns["published_at"])
    run(connection, NEXT_REVISION, {})
    return UPDATED if stored else CREATED


def write_parts(
    connection: Connection,
    identity: UUID,
    content: Content,
    stored: Stored | None,
    seeded: dict[str, Any],
) -> None:
    """Write all that hangs on an article anew, and resolve the titles that it prints and has."""
    if stored:
        unlink(connection, identity)
    types, new = bring_entities(connection, content.entities)
    before = _replace_parts(connection, identity, content, is_new=stored is None)
    _index(connection, identity, content, facet_rows(identity, content, types, seeded), is_new=stored is None)
    count_entities(connection, content.entities, before, new)
    file_features(connection, identity, content.vector, content.columns["published_asc"])
    titles = {content.columns["title_digest"]} | ({stored.title_digest} if stored else set())
    resolve(connection, identity, titles)


def reread(connection: Connection, identity: UUID, matcher: Matcher) -> bool:
    """Derive anew what is derived from the document that is stored; tells whether anything changed.

    The article's revision and times stay: its document is the same.
    """
    (row,) = fetch(connection, WHOLE, {"identity": identity})
    content = make_content(_submission(row), row.slug, matcher)
    digest = content.digest()
    if digest == row.content_digest:
        return False
    stored = Stored(row.slug, row.content_digest, row.title_digest, row.created_at)
    run(connection, KEEP_ARTICLE, {"identity": identity, "content_digest": digest} | content.columns)
    seeded = {"created_at": row.created_at, "updated_at": row.updated_at}
    write_parts(connection, identity, content, stored, seeded)
    run(connection, NEXT_REVISION, {})
    return True


def _submission(row: Any) -> Submission:
    """Make of a stored article what was submitted."""
    url = None if row.key == Path(row.source_name).stem else row.key
    sidecar = Sidecar(url=url, published_at=row.published_at, language=row.language, image_url=row.image_url)
    return Submission(row.content, parse(row.content, row.source_name), sidecar)


def relink(connection: Connection, identity: UUID) -> bool:
    """Compute the links of an article anew; tells whether any changed."""
    row = fetch_one(connection, FEATURES, {"identity": identity})
    vector = Vector(row.names, unpack(row.weights)) if row else Vector([], {})
    changed = link(connection, identity, vector, row.published_at if row else None)
    if changed:
        run(connection, NEXT_REVISION, {})
    return changed


def _stored(connection: Connection, identity: UUID) -> Stored | None:
    row = fetch_one(connection, STORED, {"identity": identity})
    return None if row is None else Stored(*row)


def _slug(connection: Connection, submission: Submission, identity: UUID, stored: Stored | None) -> str:
    wanted = submission.sidecar.slug
    if wanted is None and stored:
        return stored.slug
    if wanted:
        if not _is_free(connection, wanted, identity):
            raise Rejection(f"sidecar: the slug '{wanted}' belongs to another article; choose another")
        return wanted
    slug = make_slug(submission.document.title, f"article-{identity.hex[:8]}")
    # Two articles with one title: the later one's slug says whose it is.
    suffixed = [f"{slug[: MAX_SLUG - 1 - length].rstrip('-')}-{identity.hex[:length]}" for length in (8, 32)]
    return next(one for one in (slug, *suffixed) if _is_free(connection, one, identity))


def _is_free(connection: Connection, slug: str, identity: UUID) -> bool:
    return _owner(connection, slug) in (None, identity)


def _owner(connection: Connection, slug: str) -> UUID | None:
    row = fetch_one(connection, OWNER, {"wanted": slug})
    owner: UUID | None = row and row.article_id
    return owner


def _write_article(
    connection: Connection,
    identity: UUID,
    submission: Submission,
    columns: dict[str, Any],
    stored: Stored | None,
) -> None:
    if stored is None:
        insert_rows(connection, Article, [{"id": identity, "revision": 1} | columns])
        insert_rows(connection, Source, [{"article_id": identity, "content": submission.data}])
    else:
        run(connection, CHANGE_ARTICLE, {"identity": identity} | columns)
        run(connection, CHANGE_SOURCE, {"identity": identity, "content": submission.data})
    if stored is None or _owner(connection, columns["slug"]) is None:
        insert_rows(connection, ArticleSlug, [{"slug": columns["slug"], "article_id": identity}])


def _replace_parts(connection: Connection, identity: UUID, content: Content, *, is_new: bool) -> Before:
    """Write the rows of the article's parts anew; gives what it named before."""
    before = {} if is_new else _remove_parts(connection, identity)
    insert_rows(connection, Takeaway, takeaway_rows(identity, content))
    insert_rows(connection, ArticleEntity, article_entity_rows(identity, content))
    insert_rows(connection, TakeawayEntity, takeaway_entity_rows(identity, content))
    insert_rows(connection, RelatedLink, related_rows(identity, content))
    return before


def _remove_parts(connection: Connection, identity: UUID) -> Before:
    rows = fetch(connection, NAMED, {"identity": identity})
    before = {row.entity_id: [mention["text"] for mention in row.mentions] for row in rows}
    for statement in DELETE_PARTS:
        run(connection, statement, {"identity": identity})
    return before


def _index(
    connection: Connection, identity: UUID, content: Content, rows: list[dict[str, Any]], *, is_new: bool
) -> None:
    """Write the rows by which the article is filtered and searched."""
    insert_rows(connection, ArticleFacet, rows)
    insert_rows(connection, TakeawayTerms, takeaway_terms_rows(identity, content))
    terms = article_terms(content)
    if is_new or run(connection, CHANGE_TERMS, {"identity": identity} | terms) == 0:
        insert_rows(connection, ArticleTerms, [{"article_id": identity} | terms])
