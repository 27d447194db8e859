"""The articles of our database as one table, in which Datasette finds a row by its key; parts are JSON."""

import sqlite3
from contextlib import closing
from pathlib import Path

COLUMNS = (
    *("slug", "title", "summary", "language", "author", "role", "publication", "image_caption", "image_url"),
    *("published_at", "created_at", "updated_at", "revision", "word_count", "body", "analysis"),
    *("source_name", "source_sha256", "source_bytes"),
)
PARTS = {
    "takeaways": """
      SELECT json_group_array(json_object('position', position, 'text', text, 'evidence', json(evidence)))
      FROM ours.takeaways WHERE article_id = a.id""",
    "entities": """
      SELECT json_group_array(json_object('slug', e.slug, 'name', e.name, 'type', e.type,
        'mention_count', n.mention_count, 'salience', n.salience))
      FROM ours.article_entities n JOIN ours.entities e ON e.id = n.entity_id WHERE n.article_id = a.id""",
    "related": """
      SELECT json_group_array(json_object('basis', l.basis, 'title', l.title, 'score', l.score,
        'reasons', json(l.reasons), 'target', json_object('slug', t.slug, 'title', t.title)))
      FROM ours.related_links l LEFT JOIN ours.articles t ON t.id = l.target_id WHERE l.article_id = a.id""",
}


def make_table(database: Path, made: Path) -> None:
    """Write the articles of our SQLite file `database` into the new file `made`."""
    _, *others = (*COLUMNS, *PARTS)
    values = (*(f"a.{name}" for name in COLUMNS), *(f"({part})" for part in PARTS.values()))
    with closing(sqlite3.connect(made)) as connection:
        connection.execute("ATTACH ? AS ours", (str(database),))
        connection.execute(f"CREATE TABLE articles (slug TEXT PRIMARY KEY, {', '.join(others)})")
        connection.execute(f"INSERT INTO articles SELECT {', '.join(values)} FROM ours.articles a")
        connection.commit()
