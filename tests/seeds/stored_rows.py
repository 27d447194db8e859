"""Read the rows of all tables, so that tests can compare databases.

Equal documents have equal rows in every database, because internal keys are replaced.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import Connection, select

from api.database.base import db
from api.models import (
    UNDATED,
    Article,
    Entity,
    Folder,
    date_facets,
    language_value,
    takeaway_place,
    unpack_facets,
)
from api.v1.article_content import unpack_content

# Columns that differ between databases with the same documents: times, the secret key, and numbers.
VOLATILE_COLUMNS = {
    *("changed_at", "created_at", "updated_at", "secret_key", "number", "last_article", "last_entity"),
    *("item_json", "item_key"),
}
# Renderings depend only on the other rows and are written at the end of a run. The term index depends on the
# order of loading.
UNCOMPARED_TABLES = {"renderings", "pending_terms", "term_buckets", "term_segments"}

Row = dict[str, Any]
Rows = dict[str, list[Row]]


def rows(app: Flask) -> Rows:
    """Return the rows of all tables but `UNCOMPARED_TABLES`, in an order that is the same on both engines.

    Columns that refer to an article, entity or folder have its id or path instead of its number. The rows of
    takeaways also have the columns `article` and `position`. The version of the analyzer is left out, because
    only commands set it.
    """
    found: Rows = {}
    with app.app_context(), db.engine.connect() as connection:
        names = _Names(connection)
        for table in (each for each in db.metadata.sorted_tables if each.name not in UNCOMPARED_TABLES):
            key = [column.name for column in table.primary_key.columns if column.name != "number"]
            several = [names.replace(dict(row._mapping)) for row in connection.execute(select(table))]
            found[table.name] = sorted(several, key=partial(_place, key or table.columns.keys()[1:3]))
    return found


class _Names:
    """Replaces internal keys in rows with ids and paths, because internal keys differ between databases.

    The key of an article or entity is replaced with its id, and the key of a folder with its path.
    """

    def __init__(self, connection: Connection) -> None:
        self._articles: dict[int, UUID] = dict(connection.execute(select(Article.number, Article.id)).all())
        self._entities: dict[int, UUID] = dict(connection.execute(select(Entity.number, Entity.id)).all())
        self._folders: dict[int, str] = dict(connection.execute(select(Folder.number, Folder.path)).all())

    def replace(self, row: Row) -> Row:
        """Replace the internal keys in `row` with ids and paths, and return `row`."""
        row.pop("analyzer_version", None)
        if "evidence" in row:
            article, position = takeaway_place(row["number"])
            row |= {"article": article, "position": position}
        if "takeaway" in row:
            article, position = takeaway_place(row["takeaway"])
            row["takeaway"] = f"{self._articles[article]} {position}"
        for column, names in (
            ("article", self._articles),
            ("target", self._articles),
            ("story", self._articles),
            ("entity", self._entities),
            ("folder", self._folders),
        ):
            if row.get(column) is not None:
                row[column] = names[row[column]]
        if "facet" in row:
            row["facet"] = self._entities.get(row["facet"], row["facet"])
        if "facets" in row:
            row["facets"] = sorted(
                str(self._entities.get(each, each)) for each in unpack_facets(row["facets"])
            )
        if "takeaways" in row:
            row["founder"] = self._articles[row["number"]]
            places = map(takeaway_place, row["takeaways"])
            row["takeaways"] = [(self._articles[article], position) for article, position in places]
            row["entities"] = [(self._entities[entity], count) for entity, count in row["entities"]]
        if "reasons" in row:
            row["reasons"] = [[self._entities.get(label, label), *rest] for label, *rest in row["reasons"]]
        return row


def _place(key: Iterable[str], row: Row) -> list[Any]:
    return [(0, row[name], "") if isinstance(row[name], int) else (1, 0, str(row[name])) for name in key]


def without_volatile_columns(found: Mapping[str, Iterable[Row]]) -> Rows:
    """Return `found`, rows by table, without the columns that differ between two loads, such as times."""
    return {
        table: [
            {name: value for name, value in row.items() if name not in VOLATILE_COLUMNS} for row in several
        ]
        for table, several in found.items()
    }


def article_row(app: Flask, key: str) -> Row:
    """Return the database row of the article whose document has `key`."""
    (row,) = [row for row in rows(app)["articles"] if row["key"] == key]
    return row


def stored_content(app: Flask, key: str) -> dict[str, Any]:
    """Return the content of the article whose document has `key`, without derived values."""
    found, identity = rows(app), article_row(app, key)["id"]
    (row,) = [row for row in found["documents"] if row["article"] == identity]
    return unpack_content(row["content"], row["document"])


def corpus_revision(app: Flask) -> int:
    """Return the corpus revision of the database: a number that increases with each change of the data."""
    return int(rows(app)["corpus"][0]["revision"])


def recount_entities(found: Rows) -> list[Row]:
    """Return the rows of the entities in `found`, with counts computed again from `article_entities`.

    Tests compare them with the stored counts. `found` has the rows of all tables, by table.
    """
    return [
        entity
        | {"article_count": len(of_entity), "mention_count": sum(row["mention_count"] for row in of_entity)}
        for entity in found["entities"]
        if (of_entity := [row for row in found["article_entities"] if row["entity"] == entity["id"]])
    ]


def recount_facets(found: Rows) -> list[Row]:
    """Return the rows that `facet_counts` must have, counted again from the contents of the articles.

    Tests compare them with the stored counts. `found` has the rows of all tables, by table.
    """
    types = {row["id"]: row["type"] for row in found["entities"]}
    mentioned = {(row["article"], types[row["entity"]]) for row in found["article_entities"]}
    counts = Counter(("entity_type", kind) for _, kind in mentioned)
    for row in found["documents"]:
        content = unpack_content(row["content"], row["document"])
        counts["language", language_value(content["language"])] += 1
        if content["byline"] and content["byline"]["publication"]:
            counts["publication", content["byline"]["publication"]] += 1
        if content["published_at"]:
            lengths = {"year": 4, "month": 7, "day": 10}
            counts.update((name, content["published_at"][:end]) for name, end in lengths.items())
    return [
        {"name": name, "value": value, "article_count": count}
        for (name, value), count in sorted(counts.items())
    ]


def recount_facet_lists(found: Rows) -> list[Row]:
    """Return the rows that the table `facet_lists` must have, computed from other tables.

    The facets of an article are in its rows of `article_facets`. Further facets are the year, month and day
    of its publication. `found` is a dict from the name of a table to its rows.
    """
    facets: dict[UUID, list[str]] = {row["id"]: [] for row in found["articles"]}
    for row in found["article_facets"]:
        facets[row["article"]].append(str(row["facet"]))
    for row in found["articles"]:
        if row["published_key"] != UNDATED:
            facets[row["id"]] += map(str, date_facets(row["published_key"].date()))
    stories = {row["id"]: row["story"] for row in found["articles"]}
    return [
        {"article": article, "story": stories[article], "facets": sorted(several)}
        for article, several in facets.items()
    ]
