"""A SQLite file for Datasette: one table of articles, with their parts as JSON."""

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID

COLUMNS = (
    *("slug", "title", "summary", "language", "author", "role", "publication", "image_caption", "image_url"),
    *("published_at", "created_at", "updated_at", "revision", "word_count", "body", "analysis"),
    *("source_name", "source_sha256", "source_bytes"),
)
PARTS = {
    "takeaways": """
      SELECT json_group_array(json_object('id', uuid(id), 'position', position, 'text', text,
        'evidence', json(evidence)))
      FROM (SELECT * FROM briefs.takeaways WHERE article_id = a.id ORDER BY position)""",
    "entities": """
      SELECT json_group_array(json_object('id', uuid(id), 'slug', slug, 'name', name, 'type', type,
        'mention_count', mention_count, 'salience', salience))
      FROM (SELECT e.*, n.mention_count AS mention_count, n.salience AS salience
        FROM briefs.article_entities n JOIN briefs.entities e ON e.id = n.entity_id
        WHERE n.article_id = a.id ORDER BY n.position)""",
    "related": """
      SELECT json_group_array(json_object('id', uuid(id), 'basis', basis, 'title', title, 'score', score,
        'reasons', json(reasons),
        'target', json_object('id', uuid(target_id), 'slug', target_slug, 'title', target_title)))
      FROM (SELECT l.*, t.slug AS target_slug, t.title AS target_title
        FROM briefs.related_links l LEFT JOIN briefs.articles t ON t.id = l.target_id
        WHERE l.article_id = a.id ORDER BY l.place)""",
}


def write_datasette_table(database: Path, target: Path) -> None:
    """Copy the articles of the SQLite file `database` into a new file for Datasette.

    The new file has one table with a row for each article.
    """
    _, *others = (*COLUMNS, "id", *PARTS)
    values = (*(f"a.{name}" for name in COLUMNS), "uuid(a.id)", *(f"({part})" for part in PARTS.values()))
    with closing(sqlite3.connect(target)) as connection:
        connection.create_function("uuid", 1, lambda value: value and str(UUID(bytes=value)))
        connection.execute("ATTACH ? AS briefs", (str(database),))
        connection.execute(f"CREATE TABLE articles (slug TEXT PRIMARY KEY, {', '.join(others)})")
        connection.execute(f"INSERT INTO articles SELECT {', '.join(values)} FROM briefs.articles a")
        connection.commit()
