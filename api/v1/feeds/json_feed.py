"""Write a feed as JSON Feed, version 1.1."""

from api.resources.openapi import TITLE
from api.urls import page_url
from api.v1.feeds.entry_text import author_of, full_html, summary_text
from api.v1.feeds.query_feed import QueryFeed
from api.v1.forms.shared_values import without_missing
from api.v1.forms.urns import urn_of
from api.v1.json_values import Values

VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(feed: QueryFeed) -> Values:
    """Return `feed` as the JSON values of a JSON Feed. Optional keys without a value are left out."""
    described = without_missing(
        {
            "version": VERSION,
            "title": feed.title,
            "home_page_url": feed.home,
            "feed_url": feed.links["first"],
            "description": feed.description,
            "next_url": feed.links["next"],
            "authors": [{"name": TITLE}],
        }
    )
    return described | {"items": [_item(article, is_full=feed.is_full) for article in feed.articles]}


def _item(article: Values, *, is_full: bool) -> Values:
    author = author_of(article)
    return without_missing(
        {
            "id": urn_of(article),
            "url": page_url("articles", article["slug"]),
            "title": article["title"],
            **({"content_html": full_html(article)} if is_full else {"content_text": summary_text(article)}),
            "summary": article["summary"],
            "image": article["image"] and article["image"]["url"],
            "date_published": article["published_at"],
            "date_modified": article["updated_at"],
            "authors": [{"name": author}] if author else None,
            "tags": [entity["name"] for entity in article["entities"]],
            "language": article["language"],
        }
    )
