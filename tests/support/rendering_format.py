"""A golden file of renderings (the stored JSON of articles), which shows if their format has changed.

The articles have every key that a rendering can have. Run `python -m tests.support.rendering_format` to write
the file after RENDERING_FORMAT has been raised.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

import orjson
from flask import Flask

from api.database.base import db
from api.models import Article, RelatedLink, Takeaway
from api.v1.renderings import RENDERING_FORMAT, render
from tests.api.rows import Rows, corpus_rows, insert_rows
from tests.conftest import make_app, migrate

GOLDEN_FILE = Path(__file__).parent / "rendering_format.json"
Renderings = dict[str, dict[str, Any]]


def render_articles(app: Flask) -> Renderings:
    """Insert sample articles into the empty database of `app`, and return their stored JSON by slug."""
    rows = _rows()
    insert_rows(app, rows)
    with app.app_context():
        rendered = render(db.session.connection(), [article["id"] for article in rows[Article]])
    return {orjson.loads(each.article_json)["slug"]: _readable(*each) for each in rendered.values()}


def read_golden_file() -> tuple[int, Renderings]:
    """Return the number of the format in the golden file, and the expected JSON of each article by slug."""
    golden = orjson.loads(GOLDEN_FILE.read_bytes())
    return golden["format"], golden["renderings"]


def write_golden_file() -> None:
    """Write the golden file. Refuse it if the JSON has changed and RENDERING_FORMAT has not been raised."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/briefs.db"
        migrate(url)
        renderings = render_articles(make_app(url))
    if GOLDEN_FILE.exists() and read_golden_file()[0] == RENDERING_FORMAT:
        if read_golden_file()[1] != renderings:
            sys.exit("The renderings have changed: raise RENDERING_FORMAT in api/v1/renderings.py first.")
        return
    golden = {"format": RENDERING_FORMAT, "renderings": renderings}
    GOLDEN_FILE.write_bytes(orjson.dumps(golden, option=orjson.OPT_INDENT_2) + b"\n")


def _rows() -> Rows:
    corpus = corpus_rows(articles=4, entities=3)
    corpus[Article][0] |= {
        "summary": "A summary of “Ä” & <b>.",
        "author": "An Author",
        "role": "Editor",
        "publication": "The Ledger",
        "image_caption": "A caption.",
        "image_url": "https://example.org/image.png",
        "analysis": {"desk": "Editor's Desk", "heading": "A Heading", "paragraphs": ["An analysis."]},
    }
    corpus[Takeaway][-1]["evidence"] = [{"paragraph": 1, "score": 0.25}]
    corpus[RelatedLink][0]["reasons"] = [
        {"kind": "shared_entity", "entity": {"id": "1", "slug": "weir", "name": "The Weir"}, "weight": 0.25},
        {"kind": "shared_term", "term": "gauge", "weight": 0.25},
    ]
    # Statements that insert several rows need the same keys in each.
    for article in corpus[Article][1:]:
        article |= {name: article.get(name) for name in corpus[Article][0]}
    return corpus


def _readable(etag: str, item_json: bytes, article_json: bytes) -> dict[str, Any]:
    return {"etag": etag, "item": orjson.loads(item_json), "article": orjson.loads(article_json)}


if __name__ == "__main__":
    write_golden_file()
