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
from api.v1.article_values import read_articles
from api.v1.json_values import Values
from api.v1.renderings import RENDERING_FORMAT, item_of, render_values
from tests.api.rows import Rows, corpus_rows, insert_rows, row_id, stored_number
from tests.conftest import make_app, migrate

GOLDEN_FILE = Path(__file__).parent / "rendering_format.json"
Renderings = dict[str, dict[str, Any]]


def render_articles(app: Flask) -> Renderings:
    """Insert sample articles into the empty database of `app`, and return their stored JSON by slug."""
    rows = _rows()
    insert_rows(app, rows)
    with app.app_context():
        numbers = [article["number"] for article in rows[Article]]
        articles = read_articles(db.session.connection(), numbers, "")
    return {values["slug"]: _readable(values) for values in articles.values()}


def read_golden_file() -> tuple[int, Renderings]:
    """Return the number of the format in the golden file, and the expected JSON of each article by slug."""
    golden = orjson.loads(GOLDEN_FILE.read_bytes())
    return golden["format"], golden["renderings"]


def write_golden_file() -> None:
    """Write the golden file, with the stored JSON of sample articles and the number of its format.

    If the number is already in the file, the file is left as it is.

    Raises:
        SystemExit: The JSON has changed, but RENDERING_FORMAT has not been raised.
    """
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
    corpus = corpus_rows(
        articles=4,
        entities=3,
        summary="A summary of “Ä” & <b>.",
        author="An Author",
        role="Editor",
        publication="The Ledger",
        image_caption="A caption.",
        image_url="https://example.org/image.png",
        analysis={"desk": "Editor's Desk", "heading": "A Heading", "paragraphs": ["An analysis."]},
    )
    (third,) = (each for each in corpus[Takeaway] if each["id"] == row_id("takeaway", 0, 3))
    third["evidence"] = [{"paragraph": 1, "score": 0.25}]
    corpus[RelatedLink][0]["reasons"] = [[stored_number(1), 0.25], ["gauge", 0.25], [None, 0.5]]
    return corpus


def _readable(values: Values) -> dict[str, Any]:
    rendering = render_values(values)
    readable = {"etag": rendering.etag, "item": orjson.loads(item_of(values))}
    return readable | {"article": orjson.loads(rendering.article_json())}


if __name__ == "__main__":
    write_golden_file()
