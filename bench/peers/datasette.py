"""The articles of our database as one table, in which Datasette finds a row by its key; parts are JSON."""

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
      FROM (SELECT * FROM ours.takeaways WHERE article_id = a.id ORDER BY position)""",
    "entities": """
      SELECT json_group_array(json_object('id', uuid(id), 'slug', slug, 'name', name, 'type', type,
        'mention_count', mention_count, 'salience', salience))
      FROM (SELECT e.*, n.mention_count AS mention_count, n.salience AS salience
        FROM ours.article_entities n JOIN ours.entities e ON e.id = n.entity_id
        WHERE n.article_id = a.id ORDER BY n.position)""",
    "related": """
      SELECT json_group_array(json_object('id', uuid(id), 'basis', basis, 'title', title, 'score', score,
        'reasons', json(reasons),
        'target', json_object('id', uuid(target_id), 'slug', target_slug, 'title', target_title)))
      FROM (SELECT l.*, t.slug AS target_slug, t.title AS target_title
        FROM ours.related_links l LEFT JOIN ours.articles t ON t.id = l.target_id
        WHERE l.article_id = a.id ORDER BY l.place)""",
}


def make_table(database: Path, made: Path) -> None:
    """Write the articles of our SQLite file `database` into the new file `made`."""
    _, *others = (*COLUMNS, "id", *PARTS)
    values = (*(f"a.{name}" for name in COLUMNS), "uuid(a.id)", *(f"({part})" for part in PARTS.values()))
    with closing(sqlite3.connect(made)) as connection:
        connection.create_function("uuid", 1, lambda value: value and str(UUID(bytes=value)))
        connection.execute("ATTACH ? AS ours", (str(database),))
        connection.execute(f"CREATE TABLE articles (slug TEXT PRIMARY KEY, {', '.join(others)})")
        connection.execute(f"INSERT INTO articles SELECT {', '.join(values)} FROM ours.articles a")
        connection.commit()
