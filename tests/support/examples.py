"""Write and check the examples in openapi.yaml, which are real responses for the documents of the project.

`make openapi` writes them by `python -m tests.support.examples`. A test compares them with new responses.
"""

import re
import tempfile
from pathlib import Path
from typing import Any

import orjson
from flask import Flask
from flask.testing import FlaskClient

from api.resources.openapi import EXAMPLES
from tests.conftest import make_app, migrate

SLUG = (
    "efficiency-over-excess-beijing-reimagines-the-ai-arms-race-through-green-computing-and"
    "-vertical-integration"
)
PATHS = {
    "getIndex": "/",
    "listArticles": "/v1/articles",
    "getArticle": f"/v1/articles/{SLUG}",
    "getArticleJsonLd": f"/v1/articles/{SLUG}.jsonld",
    "getArticleNinjs": f"/v1/articles/{SLUG}.ninjs",
    "listArticleRevisions": f"/v1/articles/{SLUG}/revisions",
    "getArticleRevision": f"/v1/articles/{SLUG}/revisions/1",
    "listArticleTakeaways": f"/v1/articles/{SLUG}/takeaways?limit=2",
    "listArticleEntities": f"/v1/articles/{SLUG}/entities?limit=2",
    "listArticleRelatedLinks": f"/v1/articles/{SLUG}/related",
    "listStories": "/v1/stories?min_articles=1",
    "getStory": f"/v1/stories/{SLUG}",
    "listStoryArticles": f"/v1/stories/{SLUG}/articles?limit=1",
    "listTakeaways": "/v1/takeaways?limit=2",
    "listEntities": "/v1/entities?limit=2",
    "getEntity": "/v1/entities/sunrise",
    "listEntityArticles": "/v1/entities/sunrise/articles",
    "listCoMentionedEntities": "/v1/entities/sunrise/co-mentioned?limit=2",
    "listRelatedLinks": "/v1/related-links",
    "listTrends": "/v1/trends",
    "listChanges": "/v1/changes",
    "getJsonFeed": "/v1/feed.json?content=summary",
    "getHealth": "/healthz",
    "getReadiness": "/readyz",
}


def real_answers(client: FlaskClient) -> dict[str, Any]:
    """Return a real response for each documented operation, by operation id.

    Args:
        client: A client of the service on a database with the documents of the project.
    """
    takeaway = client.get(PATHS["listTakeaways"]).json
    assert takeaway is not None
    paths = PATHS | {"getTakeaway": takeaway["data"][0]["links"]["self"]}
    return {
        operation: _without_variable_values(client.get(path).get_data(as_text=True))
        for operation, path in paths.items()
    }


def _without_variable_values(text: str) -> Any:
    # Times of seeding and signatures of cursors differ between databases.
    text = re.sub(
        r'("(?:(?:created|updated|changed)_at|dateModified|date_modified|(?:first|version)Created)":)"[^"]+"',
        r'\1"2026-11-23T12:00:00Z"',
        text,
    )
    return orjson.loads(re.sub(r'(cursor=|"next_cursor":")[\w.-]+', r"\1WyJhIl0.signature", text))


def write_examples(path: Path = EXAMPLES) -> None:
    """Write the examples for openapi.yaml to `path`, from a new database with the project's documents."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/briefs.db"
        migrate(url)
        app = make_app(url)
        _load(app)
        answers = real_answers(app.test_client())
    path.write_bytes(orjson.dumps(answers, option=orjson.OPT_INDENT_2) + b"\n")


def _load(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["seed", "load"])
    assert result.exit_code == 0, result.output


if __name__ == "__main__":
    write_examples()
