"""The page of a brief: its text with evidence and entities, related briefs, revisions and other formats."""

from uuid import UUID

import orjson
from flask import Response

from api.database.request_connection import request_connection
from api.media_types import HTML, JSON, JSON_LD, MARKDOWN
from api.resources.fields import rfc3339
from api.resources.lookup import REFERENCE, find_article, redirect
from api.urls import BROWSE_PATH, settings
from api.v1 import listings
from api.v1.json_values import Values
from api.v1.renderings import find_rendering
from api.v1.routes.articles import ARTICLE, ARTICLE_WITH_MENTIONS
from api.v1.story_rows import STORIES, STORY_ROWS, story_values
from api.web_pages.blueprint import Alternate, blueprint, json_alternate, page_response
from api.web_pages.content.article_page_values import article_page_values

MAX_REVISIONS = 10
STORY_BY_ID = STORY_ROWS.where(STORIES.c.id == REFERENCE)


@blueprint.resource(f"{BROWSE_PATH}/articles/<article>", {"type": "string"}, path=ARTICLE, content_type=HTML)
def get_article_page(article: str) -> Response:
    """Show a brief.

    Returns an HTML page with the values of `/v1/articles/{article}`. An id redirects to the slug.
    """
    row = find_article(article, ARTICLE_WITH_MENTIONS)
    if row.slug != article:
        redirect(article=row.slug)
    values: Values = orjson.loads(find_rendering(article).article_json())
    return page_response(
        "article.html",
        title=values["title"],
        section="browse",
        alternates=_alternates(row.slug),
        article=values,
        story=_read_story(UUID(values["story"]["id"])),
        revisions=_revisions(row.id, values["revision"]),
        shown=article_page_values(values, row.mentions or []),
    )


def _alternates(slug: str) -> list[Alternate]:
    """Return the alternates (other formats) of the page of the article with the slug `slug`."""
    address = f"/v1/articles/{slug}"
    return [
        json_alternate(address),
        Alternate("Markdown", MARKDOWN, f"{address}.md"),
        Alternate("JSON-LD (schema.org)", JSON_LD, f"{address}.jsonld"),
        Alternate("ninjs (IPTC)", JSON, f"{address}.ninjs"),
    ]


def _read_story(story: UUID) -> Values:
    """Return the story with the id `story`, without its entities and takeaways."""
    row = request_connection().execute(STORY_BY_ID, {"reference": story}).one()
    return story_values(row, settings().base_url)


def _revisions(article: UUID, current: int) -> list[Values]:
    """Return the newest revisions of an article, at most MAX_REVISIONS, the newest first.

    Args:
        article: The id of the article.
        current: The number of its current revision. Only this revision has True as `is_current`.
    """
    rows, _ = listings.revisions(article, {"sort": "-revision"}).page(None, MAX_REVISIONS)
    return [
        {
            "number": number,
            "is_current": number == current,
            "kind": kind,
            "changed_at": rfc3339(changed_at),
            "fields": fields,
        }
        for number, kind, changed_at, fields, *_ in rows
    ]
