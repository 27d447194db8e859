"""Store documents as articles, in batches, with data derived from their texts, such as entities.

The result is the same for any size of the batches.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, update

from api.database.base import table_of
from api.models import CREATED, UPDATED, Article, ArticleDocument, ArticleSlug, Corpus, Folder
from api.v1.renderings import render_item, rendering_key
from seeds.bulk_statements import insert_rows, update_rows
from seeds.identifiers import article_id, story_id
from seeds.linking.computed_links import insert_links_both_ways
from seeds.linking.listed_links import resolve_listed_links
from seeds.linking.vector_cache import LinkedArticle, VectorCache
from seeds.parsing.document import Rejection
from seeds.preparing.article_record import ArticleRecord
from seeds.preparing.prepared_article import PackedContent, PreparedArticle, ReadDocument, pack_record
from seeds.stories.key_points import KeyPointChooser
from seeds.stories.story_rows import forget_story_json, write_stories
from seeds.storing.article_slugs import Former, SlugRegister, slug_choices
from seeds.storing.derived_rows import DerivedArticle, delete_derived_rows, insert_derived_rows
from seeds.storing.history import (
    UNCHANGED,
    Differences,
    Outcome,
    archive_revisions,
    differences,
    record_changes,
)
from seeds.storing.rendering import delete_renderings
from seeds.storing.row_builders import article_row, document_row
from seeds.storing.stored_article import (
    ArticleState,
    erased_slug,
    find_article_states,
    find_removed_articles,
    read_stored_article,
)

ARTICLES, DOCUMENTS, FOLDERS, CORPUS = (
    table_of(model) for model in (Article, ArticleDocument, Folder, Corpus)
)
# These statements set the columns that are named in the parameters.
UPDATE_ARTICLE = update(ARTICLES).where(ARTICLES.c.number == bindparam("article_number"))
UPDATE_DOCUMENT = update(DOCUMENTS).where(DOCUMENTS.c.article == bindparam("article_number"))
FOLDER_NUMBERS = select(FOLDERS.c.path, FOLDERS.c.number).where(
    FOLDERS.c.path.in_(bindparam("paths", expanding=True))
)
LAST_ARTICLE = select(CORPUS.c.last_article)
# An article without stored JSON as a list item.
NO_ITEM = {"item_key": None, "item_json": None}
SET_LAST_ARTICLE = update(CORPUS).values(last_article=bindparam("number"))


Prepare = Callable[[Sequence[ReadDocument]], Sequence[PreparedArticle]]
"""Prepares the articles of documents."""


class LoadedDocument(NamedTuple):
    """A document of a batch whose article is created or updated.

    Attributes:
        identity: The id of the article.
        read: The document as it was read from its file.
        record: The content of the article, with its new slug.
        state: The article as stored before the load, or None for a new article.
        revision: The number of the new revision.
        created_at: When the article was first loaded, or None if this is the first load.
        folder: The database number of the document's folder.
    """

    identity: UUID
    read: ReadDocument
    record: ArticleRecord
    state: ArticleState | None
    revision: int
    created_at: datetime | None
    folder: int


def load_batch(
    connection: Connection,
    documents: Sequence[ReadDocument],
    prepare: Prepare,
    vectors: VectorCache,
    key_points: KeyPointChooser,
    *,
    admit_erased: bool = False,
) -> list[Outcome | Rejection]:
    """Create or update the articles of documents. Leave an article unchanged if its content is the same.

    A removed article returns with its former slug and its next revision.

    Args:
        connection: In a write transaction.
        documents: Documents with different keys.
        prepare: Prepares articles that are created or updated.
        vectors: Reads the feature vectors of similar articles. Clear it after a rollback.
        key_points: Chooses the key points of stories.
        admit_erased: True to create erased articles again.

    Returns:
        The outcome for each document. A document is rejected, and not stored, if its article was erased or
        its requested slug belongs to a different article.
    """
    results, loaded = _register(connection, documents, admit_erased=admit_erased)
    now = datetime.now(UTC).replace(microsecond=0)
    prepared = iter(prepare([each.read for each in loaded if each.read.article is None]))
    pairs = [(each, each.read.article or next(prepared)) for each in loaded]
    # An update can delete entities and links, so it is written alone. Documents that are created are written
    # together.
    for is_update, several in groupby(pairs, key=lambda pair: pair[0].state is not None):
        if is_update:
            for each, article in several:
                results[each.identity] = _update(connection, each, article, vectors, key_points, now)
        else:
            results |= _create(connection, list(several), vectors, key_points, now)
    return [results[article_id(each.record.key)] for each in documents]


def _register(
    connection: Connection, documents: Sequence[ReadDocument], *, admit_erased: bool
) -> tuple[dict[UUID, Outcome | Rejection], list[LoadedDocument]]:
    """Store the slugs and folders of documents, and find the documents whose articles must be written.

    If an unchanged document has moved to another folder, store the new folder.

    Args:
        connection: In a write transaction.
        admit_erased: True to accept the documents of erased articles.

    Returns:
        The results for unchanged and rejected documents, by the id of the article; and the documents to
        store.
    """
    by_id = {article_id(each.record.key): each for each in documents}
    states = find_article_states(connection, by_id)
    former: dict[UUID, Former] = {**find_removed_articles(connection, by_id.keys() - states), **states}
    records, results = _reserve_slugs(connection, by_id, former, admit_erased=admit_erased)
    folders = _folder_numbers(connection, {by_id[identity].folder for identity in records})
    loaded: list[LoadedDocument] = []
    moved: list[dict[str, int]] = []
    for identity, record in records.items():
        read, known, state = by_id[identity], former.get(identity), states.get(identity)
        folder = folders[read.folder]
        if state and state.content_digest == record.digest:
            if state.folder != folder:
                moved.append({"article_number": state.number, "folder": folder})
            title = record.content["title"]
            results[identity] = Outcome(UNCHANGED, identity, state.slug, title, state.revision, {})
            continue
        revision, created_at = (known.revision + 1, known.created_at) if known else (1, None)
        loaded.append(LoadedDocument(identity, read, record, state, revision, created_at, folder))
    update_rows(connection, UPDATE_DOCUMENT, moved)
    return results, loaded


def _reserve_slugs(
    connection: Connection,
    documents: Mapping[UUID, ReadDocument],
    former: Mapping[UUID, Former],
    *,
    admit_erased: bool,
) -> tuple[dict[UUID, ArticleRecord], dict[UUID, Outcome | Rejection]]:
    """Choose the slugs of documents, and store the new ones. All mappings have the id of the article as key.

    Args:
        connection: In a write transaction.
        documents: The documents.
        former: The articles that are stored or were removed.
        admit_erased: True to accept the documents of erased articles.

    Returns:
        The records of the accepted documents with their slugs; and the rejections of the others.
    """
    choices = {
        identity: slug_choices(
            identity,
            read.record.content["slug"],
            former.get(identity),
            is_requested=read.slug_source is not None,
        )
        for identity, read in documents.items()
    }
    slugs = SlugRegister(connection, choices)
    records: dict[UUID, ArticleRecord] = {}
    rejected: dict[UUID, Outcome | Rejection] = {}
    for identity, read in documents.items():
        known = former.get(identity)
        try:
            if known and known.slug == erased_slug(identity) and not admit_erased:
                raise Rejection("its article was erased; use --admit-erased to load it again")
            records[identity] = read.record.with_slug(slugs.choose(identity, read.slug_source))
        except Rejection as rejection:
            rejected[identity] = rejection
    rows = [{"slug": slug, "article_id": identity} for slug, identity in slugs.new.items()]
    insert_rows(connection, ArticleSlug, rows)
    return records, rejected


def _folder_numbers(connection: Connection, paths: set[str]) -> dict[str, int]:
    """Return the database numbers of folders by their paths. Insert the folders that are not stored yet."""
    if not paths:
        return {}
    parameters = {"paths": sorted(paths)}
    numbers = {row.path: row.number for row in connection.execute(FOLDER_NUMBERS, parameters)}
    new = sorted(paths - numbers.keys())
    if new:
        insert_rows(connection, Folder, [{"path": path} for path in new])
        numbers |= {row.path: row.number for row in connection.execute(FOLDER_NUMBERS, parameters)}
    return numbers


def _create(
    connection: Connection,
    pairs: Sequence[tuple[LoadedDocument, PreparedArticle]],
    vectors: VectorCache,
    key_points: KeyPointChooser,
    now: datetime,
) -> dict[UUID, Outcome | Rejection]:
    last: int = connection.scalars(LAST_ARTICLE).one()
    articles = [
        DerivedArticle(
            number,
            number,
            each.identity,
            each.record,
            _packed(each, article),
            article.data,
            each.created_at or now,
            now,
        )
        for number, (each, article) in enumerate(pairs, last + 1)
    ]
    connection.execute(SET_LAST_ARTICLE, {"number": last + len(articles)})
    rows = [
        _article_row(each, loaded.revision)
        | {"number": each.number, "story": each.number}
        | _item_columns(each, loaded.revision)
        for each, (loaded, _) in zip(articles, pairs, strict=True)
    ]
    insert_rows(connection, Article, rows)
    documents = [
        document_row(each.number, each.record, each.packed, loaded.folder)
        for each, (loaded, _) in zip(articles, pairs, strict=True)
    ]
    insert_rows(connection, ArticleDocument, documents)
    insert_derived_rows(connection, articles)
    titles = {row["title_hash"] for row in rows}
    write_stories(connection, _link(connection, articles, titles, vectors, are_new=True), key_points)
    outcomes = [
        Outcome(CREATED, loaded.identity, each.content["slug"], each.content["title"], loaded.revision, {})
        for loaded, each in ((loaded, loaded.record) for loaded, _ in pairs)
    ]
    record_changes(connection, outcomes, now)
    return {outcome.identity: outcome for outcome in outcomes}


def _update(
    connection: Connection,
    loaded: LoadedDocument,
    prepared: PreparedArticle,
    vectors: VectorCache,
    key_points: KeyPointChooser,
    now: datetime,
) -> Outcome:
    state, record = loaded.state, loaded.record
    if state is None:
        raise ValueError("only a stored article can be updated")
    stored = read_stored_article(connection, state.number)
    archive_revisions(connection, [stored])
    changed: Differences = differences(stored.record, record)
    previous = delete_derived_rows(connection, state.number, vectors)
    article = DerivedArticle(
        state.number,
        stored.story,
        loaded.identity,
        record,
        _packed(loaded, prepared),
        prepared.data,
        state.created_at,
        now,
    )
    row = _article_row(article, loaded.revision)
    # If the article joins a different story, the JSON is deleted again.
    item = _item_columns(article, loaded.revision) if stored.story == state.number else NO_ITEM
    connection.execute(UPDATE_ARTICLE, row | item | {"article_number": state.number})
    document = document_row(state.number, record, article.packed, loaded.folder)
    connection.execute(UPDATE_DOCUMENT, document | {"article_number": state.number})
    insert_derived_rows(connection, [article], previous)
    titles = {row["title_hash"], state.title_hash}
    write_stories(connection, _link(connection, [article], titles, vectors, are_new=False), key_points)
    if changed.keys() & {"slug", "title"}:
        forget_story_json(connection, state.number)
    outcome = Outcome(UPDATED, loaded.identity, row["slug"], row["title"], loaded.revision, changed)
    record_changes(connection, [outcome], now)
    return outcome


def _article_row(article: DerivedArticle, revision: int) -> dict[str, Any]:
    digests = (article.packed.digest, article.derived.digest)
    return article_row(article.id, article.record, digests, revision, article.timestamps)


def _item_columns(article: DerivedArticle, revision: int) -> dict[str, Any]:
    """Return the JSON that lists show for an article, as the columns `item_key` and `item_json`.

    `item_key` names the format of the JSON.

    Args:
        article: An article that its story is named after.
        revision: The number of its revision.
    """
    story = story_id(article.record.key)
    item = render_item(article.id, article.record.content, story, revision=revision, **article.timestamps)
    return {"item_key": rendering_key(), "item_json": item}


def _packed(loaded: LoadedDocument, prepared: PreparedArticle) -> PackedContent:
    if prepared.content.slug == loaded.record.content["slug"]:
        return prepared.content
    return pack_record(loaded.record, loaded.read.data)


def _link(
    connection: Connection,
    articles: Sequence[DerivedArticle],
    titles: set[int],
    vectors: VectorCache,
    *,
    are_new: bool,
) -> set[int]:
    """Link `articles` with other articles, and assign `articles` to stories.

    A link leads to a similar article, or to an article that a page lists as related (listed link).

    Args:
        connection: In a write transaction.
        articles: The articles. Their listed links are inserted already.
        titles: The hashes of their current and former titles. Pages that list one of these titles as related
            are linked with the article.
        vectors: Reads the feature vectors of similar articles.
        are_new: True for new articles, False for updated ones.

    Returns:
        The database numbers of the stories whose articles have changed.
    """
    numbers = [each.number for each in articles]
    changed = resolve_listed_links(connection, numbers, titles)
    links = insert_links_both_ways(
        connection,
        [
            LinkedArticle(each.number, each.id, each.derived.vector, each.record.published_at)
            for each in articles
        ],
        vectors,
        are_new=are_new,
    )
    delete_renderings(connection, (changed | links.articles) - {*numbers})
    return links.stories.write().union(map(links.stories.story_of, numbers))
