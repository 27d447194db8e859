"""The loader: one submission into the rows of one article. Knows records and tables, no text format."""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from api.models import (
    Article,
    ArticleEntity,
    ArticleFacet,
    ArticleSlug,
    ArticleTerms,
    Entity,
    EntityName,
    EntitySlug,
    RelatedLink,
    Source,
    Takeaway,
    TakeawayEntity,
    TakeawayTerms,
)
from seeds.catalogue import KnownEntity
from seeds.content import Content, make_content
from seeds.document import Rejection
from seeds.entities import FoundEntity, Matcher
from seeds.files import Submission
from seeds.identity import MAX_SLUG, article_id, entity_id, make_slug, title_digest
from seeds.related import resolve
from seeds.rows import (
    article_entity_rows,
    article_terms,
    entity_name_rows,
    entity_slug_rows,
    facet_rows,
    new_entity_rows,
    related_rows,
    takeaway_entity_rows,
    takeaway_rows,
    takeaway_terms_rows,
)
from seeds.statements import (
    CHANGE_ARTICLE,
    CHANGE_SOURCE,
    CHANGE_TERMS,
    COUNTS,
    DELETE_PARTS,
    DELETE_UNNAMED,
    MOVE_COUNTS,
    NEXT_REVISION,
    OWNER,
    PRESENT,
    STORED,
    insertion,
    run,
)

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"


class Stored(NamedTuple):
    """What the loader needs to know of an article that is there already."""

    slug: str
    content_digest: str
    title_digest: str
    created_at: datetime


def load(session: Session, submission: Submission, matcher: Matcher) -> str:
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
    columns = content.columns | {"content_digest": digest}
    now = datetime.now(UTC).replace(microsecond=0)
    seeded = {"created_at": stored.created_at if stored else now, "updated_at": now}
    _write_article(session, identity, submission, columns | seeded, stored)
    counts = _replace_parts(session, identity, content, is_new=stored is None)
    _index(session, identity, content, seeded, is_new=stored is None)
    _count_entities(session, content.entities, counts)
    digests = {columns["title_digest"], *(title_digest(title) for title, _ in content.related)}
    resolve(session, digests | ({stored.title_digest} if stored else set()))
    run(session, NEXT_REVISION)
    return UPDATED if stored else CREATED


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
        _insert(session, Article, [{"id": identity, "revision": 1} | columns])
        _insert(session, Source, [{"article_id": identity, "content": submission.data}])
    else:
        run(session, CHANGE_ARTICLE, {"identity": identity} | columns)
        run(session, CHANGE_SOURCE, {"identity": identity, "content": submission.data})
    if stored is None or _owner(session, columns["slug"]) is None:
        _insert(session, ArticleSlug, [{"slug": columns["slug"], "article_id": identity}])


def _replace_parts(session: Session, identity: UUID, content: Content, *, is_new: bool) -> dict[UUID, int]:
    """Write the rows of the article's parts anew; gives the mention counts that it had before."""
    counts = {} if is_new else _remove_parts(session, identity)
    _insert(session, Takeaway, takeaway_rows(identity, content))
    new = _new_entities(session, content)
    _insert(session, Entity, new_entity_rows(new))
    _insert(session, EntitySlug, entity_slug_rows(new))
    _insert(session, EntityName, entity_name_rows(new))
    _insert(session, ArticleEntity, article_entity_rows(identity, content))
    _insert(session, TakeawayEntity, takeaway_entity_rows(identity, content))
    _insert(session, RelatedLink, related_rows(identity, content))
    return counts


def _remove_parts(session: Session, identity: UUID) -> dict[UUID, int]:
    counts = {row[0]: row[1] for row in run(session, COUNTS, {"identity": identity})}
    for statement in DELETE_PARTS:
        run(session, statement, {"identity": identity})
    return counts


def _new_entities(session: Session, content: Content) -> list[KnownEntity]:
    entities = {entity_id(found.entity.slug): found.entity for found in content.entities}
    if not entities:
        return []
    present = set(run(session, PRESENT, {"identities": list(entities)}).scalars())
    return [entity for identity, entity in entities.items() if identity not in present]


def _index(
    session: Session, identity: UUID, content: Content, seeded: dict[str, Any], *, is_new: bool
) -> None:
    """Write the rows by which the article is filtered and searched."""
    _insert(session, ArticleFacet, facet_rows(identity, content, seeded))
    _insert(session, TakeawayTerms, takeaway_terms_rows(identity, content))
    terms = article_terms(content)
    if is_new or run(session, CHANGE_TERMS, {"identity": identity} | terms).rowcount == 0:
        _insert(session, ArticleTerms, [{"article_id": identity} | terms])


def _insert(session: Session, model: type[Any], rows: list[dict[str, Any]]) -> None:
    if rows:
        run(session, insertion(model.__tablename__), rows)


def _count_entities(session: Session, found: list[FoundEntity], before: dict[UUID, int]) -> None:
    # By difference: a count over all articles would make each document dearer than the one before.
    after = {entity_id(one.entity.slug): len(one.mentions) for one in found}
    changes = [
        {
            "identity": identity,
            "articles": (identity in after) - (identity in before),
            "mentions": after.get(identity, 0) - before.get(identity, 0),
        }
        for identity in before | after
    ]
    moved = [change for change in changes if change["articles"] or change["mentions"]]
    if moved:
        run(session, MOVE_COUNTS, moved)
    gone = before.keys() - after.keys()
    if gone:
        run(session, DELETE_UNNAMED, {"identities": list(gone)})
