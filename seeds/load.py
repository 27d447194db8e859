"""The loader: one submission into the rows of one article. Knows records and tables, no text format."""

from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

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
from seeds.files import Submission
from seeds.identity import MAX_SLUG, article_id, make_slug, title_digest
from seeds.naming import Successors, bring_entities, count_entities
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
    COUNTS,
    DELETE_PARTS,
    KEEP_ARTICLE,
    NEXT_REVISION,
    OWNER,
    STORED,
    WEIGHTS,
    WHOLE,
    insert_rows,
    run,
)

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"


class Stored(NamedTuple):
    """What the loader needs to know of an article that is there already."""

    slug: str
    content_digest: str
    title_digest: str
    created_at: datetime


def load(
    session: Session, submission: Submission, matcher: Matcher, successors: Successors = MappingProxyType({})
) -> str:
    """Bring the article of `submission` to what its document says; gives created, updated or unchanged.

    Raises Rejection where the sidecar asks for another article's slug.
    """
    identity = article_id(submission.key)
    stored = _stored(session, identity)
    slug = _slug(session, submission, identity, stored)
    content = make_content(submission, slug, matcher)
    digest = content.digest()
    if stored and stored.content_digest == digest:
        return UNCHANGED
    now = datetime.now(UTC).replace(microsecond=0)
    seeded = {"created_at": stored.created_at if stored else now, "updated_at": now}
    _write_article(
        session, identity, submission, content.columns | {"content_digest": digest} | seeded, stored
    )
    write_parts(session, identity, content, stored, seeded, successors)
    link_both(session, identity, content.features, content.columns["published_at"])
    run(session, NEXT_REVISION)
    return UPDATED if stored else CREATED


def write_parts(
    session: Session,
    identity: UUID,
    content: Content,
    stored: Stored | None,
    seeded: dict[str, Any],
    successors: Successors,
) -> None:
    """Write all that hangs on an article anew, and resolve the titles that it prints and has."""
    if stored:
        unlink(session, identity)
    types = bring_entities(session, content.entities)
    counts = _replace_parts(session, identity, content, is_new=stored is None)
    _index(session, identity, content, facet_rows(identity, content, types, seeded), is_new=stored is None)
    count_entities(session, content.entities, counts, successors)
    file_features(session, identity, content.features, content.columns["published_asc"])
    digests = {content.columns["title_digest"], *(title_digest(title) for title, _ in content.related)}
    resolve(session, digests | ({stored.title_digest} if stored else set()))


def reread(session: Session, identity: UUID, matcher: Matcher, successors: Successors) -> bool:
    """Derive anew what is derived from the document that is stored; tells whether anything changed.

    The article's revision and times stay: its document is the same.
    """
    row = run(session, WHOLE, {"identity": identity}).one()
    content = make_content(_submission(row), row.slug, matcher)
    digest = content.digest()
    if digest == row.content_digest:
        return False
    stored = Stored(row.slug, row.content_digest, row.title_digest, row.created_at)
    run(session, KEEP_ARTICLE, {"identity": identity, "content_digest": digest} | content.columns)
    seeded = {"created_at": row.created_at, "updated_at": row.updated_at}
    write_parts(session, identity, content, stored, seeded, successors)
    run(session, NEXT_REVISION)
    return True


def _submission(row: Any) -> Submission:
    """Make of a stored article what was submitted."""
    url = None if row.key == Path(row.source_name).stem else row.key
    sidecar = Sidecar(url=url, published_at=row.published_at, language=row.language, image_url=row.image_url)
    return Submission(row.content, parse(row.content, row.source_name), sidecar)


def relink(session: Session, identity: UUID) -> bool:
    """Compute the links of an article anew; tells whether any changed."""
    row = run(session, WEIGHTS, {"identities": [identity]}).one_or_none()
    changed = link(session, identity, row.weights if row else {}, row.published_at if row else None)
    if changed:
        run(session, NEXT_REVISION)
    return changed


def _stored(session: Session, identity: UUID) -> Stored | None:
    row = run(session, STORED, {"identity": identity}).one_or_none()
    return None if row is None else Stored(*row)


def _slug(session: Session, submission: Submission, identity: UUID, stored: Stored | None) -> str:
    wanted = submission.sidecar.slug
    if wanted is None and stored:
        return stored.slug
    if wanted:
        if not _is_free(session, wanted, identity):
            raise Rejection(f"sidecar: the slug '{wanted}' belongs to another article; choose another")
        return wanted
    slug = make_slug(submission.document.title, f"article-{identity.hex[:8]}")
    # Two articles with one title: the later one's slug says whose it is.
    suffixed = [f"{slug[: MAX_SLUG - 1 - length].rstrip('-')}-{identity.hex[:length]}" for length in (8, 32)]
    return next(one for one in (slug, *suffixed) if _is_free(session, one, identity))


def _is_free(session: Session, slug: str, identity: UUID) -> bool:
    return _owner(session, slug) in (None, identity)


def _owner(session: Session, slug: str) -> UUID | None:
    owner: UUID | None = run(session, OWNER, {"wanted": slug}).scalar()
    return owner


def _write_article(
    session: Session, identity: UUID, submission: Submission, columns: dict[str, Any], stored: Stored | None
) -> None:
    if stored is None:
        insert_rows(session, Article, [{"id": identity, "revision": 1} | columns])
        insert_rows(session, Source, [{"article_id": identity, "content": submission.data}])
    else:
        run(session, CHANGE_ARTICLE, {"identity": identity} | columns)
        run(session, CHANGE_SOURCE, {"identity": identity, "content": submission.data})
    if stored is None or _owner(session, columns["slug"]) is None:
        insert_rows(session, ArticleSlug, [{"slug": columns["slug"], "article_id": identity}])


def _replace_parts(session: Session, identity: UUID, content: Content, *, is_new: bool) -> dict[UUID, int]:
    """Write the rows of the article's parts anew; gives the mention counts that it had before."""
    counts = {} if is_new else _remove_parts(session, identity)
    insert_rows(session, Takeaway, takeaway_rows(identity, content))
    insert_rows(session, ArticleEntity, article_entity_rows(identity, content))
    insert_rows(session, TakeawayEntity, takeaway_entity_rows(identity, content))
    insert_rows(session, RelatedLink, related_rows(identity, content))
    return counts


def _remove_parts(session: Session, identity: UUID) -> dict[UUID, int]:
    counts = {row[0]: row[1] for row in run(session, COUNTS, {"identity": identity})}
    for statement in DELETE_PARTS:
        run(session, statement, {"identity": identity})
    return counts


def _index(
    session: Session, identity: UUID, content: Content, rows: list[dict[str, Any]], *, is_new: bool
) -> None:
    """Write the rows by which the article is filtered and searched."""
    insert_rows(session, ArticleFacet, rows)
    insert_rows(session, TakeawayTerms, takeaway_terms_rows(identity, content))
    terms = article_terms(content)
    if is_new or run(session, CHANGE_TERMS, {"identity": identity} | terms).rowcount == 0:
        insert_rows(session, ArticleTerms, [{"article_id": identity} | terms])
