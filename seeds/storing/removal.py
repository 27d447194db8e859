"""Remove an article from the API, and erase its text.

A removed article keeps its revisions and slugs in the database. An erased article keeps only its id, and
entries in the change feed with the title `Erased article`.
"""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Connection, Engine, bindparam, delete, select, update

from api.database.base import Base, table_of
from api.database.engines import AUTOCOMMIT
from api.models import (
    REMOVED,
    SEARCH_INDEXES,
    Article,
    ArticleEntity,
    ArticleSlug,
    Change,
    Revision,
)
from api.resources.lookup import UUID_PATTERN
from seeds.bulk_statements import insert_rows
from seeds.identifiers import is_slug
from seeds.linking.listed_links import resolve_listed_links
from seeds.linking.vector_cache import VectorCache
from seeds.search_index.search_rows import update_search_index
from seeds.stories.key_points import KeyPointChooser
from seeds.stories.removal import leave_story
from seeds.stories.story_rows import write_stories
from seeds.storing.derived_rows import delete_derived_rows
from seeds.storing.entities.article_entities import update_entity_counts
from seeds.storing.entities.entity_names import update_entity_names
from seeds.storing.entities.entity_replacement import replace_unmentioned
from seeds.storing.history import Outcome, archive_revisions, record_changes
from seeds.storing.rendering import delete_renderings
from seeds.storing.stored_article import (
    ArticleState,
    erased_slug,
    find_article_state,
    find_article_states,
    find_removed_article,
    find_slug_owner,
    read_stored_article,
)
from seeds.storing.transactions import Announce
from seeds.storing.write_ahead_log import WriteAheadLog

# The title of an erased article in the change feed.
ERASED_TITLE = "Erased article"
ARTICLES, CHANGES = table_of(Article), table_of(Change)
DELETE_ARTICLE = delete(ARTICLES).where(ARTICLES.c.number == bindparam("article"))
ENTITIES = select(ArticleEntity.entity).where(ArticleEntity.article == bindparam("article"))


def find_article(connection: Connection, reference: str, *, is_removed: bool = False) -> UUID | None:
    """Return the id of the article whose id, current slug or former slug is `reference`, or None.

    Args:
        is_removed: True to find removed articles, too.
    """
    if UUID_PATTERN.fullmatch(reference):
        identity: UUID | None = UUID(reference)
    else:
        identity = find_slug_owner(connection, reference) if is_slug(reference) else None
    if identity is None or find_article_state(connection, identity):
        return identity
    return identity if is_removed and find_removed_article(connection, identity) else None


def remove(connection: Connection, identity: UUID, key_points: KeyPointChooser) -> Outcome:
    """Remove an article, keep its last revision in the history, and add the removal to the change feed.

    Other pages that list the article as related no longer link to it. `identity` is its id. `key_points`
    chooses the key points of its former story.
    """
    (state,) = find_article_states(connection, [identity]).values()
    stored = read_stored_article(connection, state.number)
    archive_revisions(connection, [stored])
    _delete_article(connection, state, identity, key_points)
    outcome = Outcome(REMOVED, identity, state.slug, stored.record.content["title"], stored.revision, {})
    record_changes(connection, [outcome], _now())
    return outcome


def erase(connection: Connection, identity: UUID, key_points: KeyPointChooser) -> Outcome | None:
    """Erase the text, history, slugs and titles of an article that is stored or already removed.

    The id stays, so that the API answers 410. The change feed always gets an entry.

    Args:
        connection: In a write transaction.
        identity: The id of the article.
        key_points: Chooses the key points of its former story.

    Returns:
        The outcome. None if the article is unknown, or was erased and not loaded again.
    """
    slug = erased_slug(identity)
    stored = find_article_state(connection, identity)
    former = stored or find_removed_article(connection, identity)
    if former is None or former.slug == slug:
        return None
    if stored:
        entities = connection.scalars(ENTITIES, {"article": stored.number}).all()
        _delete_article(connection, stored, identity, key_points)
        update_entity_names(connection, entities)
    connection.execute(delete(Revision).where(Revision.article_id == identity))
    connection.execute(delete(ArticleSlug).where(ArticleSlug.article_id == identity))
    insert_rows(connection, ArticleSlug, [{"slug": slug, "article_id": identity}])
    connection.execute(
        update(CHANGES).where(CHANGES.c.article_id == identity).values(slug=slug, title=ERASED_TITLE)
    )
    # An article that was already removed gets an entry, too: mirrors must delete its titles and history.
    outcome = Outcome(REMOVED, identity, slug, ERASED_TITLE, former.revision, {})
    record_changes(connection, [outcome], _now())
    return outcome


def purge(engine: Engine, announce: Announce) -> None:
    """Remove the bytes of deleted rows from the files of the database.

    On PostgreSQL, their space only becomes available for other rows.

    Args:
        engine: The database, which no transaction of this process uses.
        announce: Called with a message if the log of SQLite cannot be emptied yet.

    Raises:
        LogFullError: The write-ahead log of SQLite cannot be emptied.
    """
    with engine.connect() as plain:
        connection = plain.execution_options(isolation_level=AUTOCOMMIT)
        if engine.dialect.name == "postgresql":
            tables = (*Base.metadata.tables, *(index.table for index in SEARCH_INDEXES))
            connection.exec_driver_sql(f"VACUUM {', '.join(tables)}")
            return
        for table, _ in SEARCH_INDEXES:
            # The full-text index keeps the terms of deleted rows until its parts are merged.
            connection.exec_driver_sql(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608
        connection.exec_driver_sql("VACUUM")
        WriteAheadLog(connection, announce).empty_completely()


def _delete_article(
    connection: Connection, state: ArticleState, identity: UUID, key_points: KeyPointChooser
) -> None:
    """Delete the rows of a stored article, and update entries with its title in lists of related articles.

    Such an entry then links to another article with this title, if there is one.

    Args:
        connection: In a write transaction.
        state: The stored state of the article.
        identity: The id of the article.
        key_points: Chooses the key points of its former story.
    """
    update_search_index(connection)
    previous = delete_derived_rows(connection, state.number, VectorCache())
    update_entity_counts(connection, [({}, previous)])
    replace_unmentioned(connection, previous, {})
    stories = leave_story(connection, state.number, identity)
    connection.execute(DELETE_ARTICLE, {"article": state.number})
    write_stories(connection, stories, key_points)
    delete_renderings(connection, resolve_listed_links(connection, [], {state.title_hash}))


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
