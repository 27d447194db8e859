"""Schema classes of JSON Feed, version 1.1."""

from marshmallow import fields

from api.resources.serialization import Shape
from api.v1.schemas.common import address, identifier, string, time


class FeedAuthor(Shape):
    """The author of an article in a JSON Feed, or of the whole feed: only the name."""

    name = string("The name.")


class FeedItem(Shape):
    """An article in a feed. Keys without a value are missing."""

    optional = frozenset(
        {"content_html", "content_text", "summary", "image", "date_published", "authors", "tags"}
    )

    id = identifier("The id of the article as a URN.")
    url = address("The web page of the article.")
    title = string("The title.")
    content_html = string("With `content=full`: the takeaways, the body and the analysis, as HTML.")
    content_text = string("With `content=summary`: the summary and the takeaways, as plain text.")
    summary = string("The summary.")
    image = identifier("The URL of the picture.")
    date_published = time("The time of publication.")
    date_modified = time("The time when the article last changed.")
    authors = fields.List(
        fields.Nested(FeedAuthor),
        metadata={"description": "The author of the article, or else its publication."},
    )
    tags = fields.List(
        fields.String(), metadata={"description": "The names of the entities, most salient first."}
    )
    language = string("The language of the text, as a BCP 47 tag.")


class JsonFeed(Shape):
    """A page of a feed in the format JSON Feed. Keys without a value are missing."""

    optional = frozenset({"description", "next_url"})

    version = identifier("The version of JSON Feed.")
    title = string("The name of the service and the query.")
    home_page_url = address("The web page with the same articles.")
    feed_url = address("The first page of the feed.")
    description = string("Warnings about entities and stories in the query that do not exist.")
    next_url = address("The next page of the feed.")
    authors = fields.List(fields.Nested(FeedAuthor))
    items = fields.List(fields.Nested(FeedItem))
