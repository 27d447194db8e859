"""Schema classes of stories and of their publications, entities and key points.

A story is the articles that report one event.
"""

from marshmallow import fields

from api.resources.fields import Link
from api.resources.serialization import Shape, page_shape
from api.v1.schemas.common import (
    ArticleReference,
    EntityReference,
    FilteredPageMeta,
    StoryReference,
    number,
    string,
)


class StoryPublication(Shape):
    """A publication with articles of the story: its name, and the number of these articles."""

    name = string("The name of the publication.")
    article_count = number("The number of articles of the story from this publication.", 1)


class StoryEntity(EntityReference):
    """An entity that articles of the story mention, with the number of these articles."""

    article_count = number("The number of articles of the story that mention the entity.", 1)


class StoryTakeaway(Shape):
    """A key point of the story: a takeaway of one of its articles."""

    id = fields.UUID(metadata={"description": "The id of the takeaway."})
    text = string("The text of the takeaway.")
    article = fields.Nested(ArticleReference)


class StoryLinks(Shape):
    """The URLs of a story and of its articles."""

    self = Link()
    articles = Link()


class Story(StoryReference):
    """The articles that report one event: their times, publications, entities and key points."""

    article_count = number("The number of articles in the story.", 1)
    publications = fields.List(
        fields.Nested(StoryPublication),
        metadata={
            "description": "The publications of the articles, most articles first. Articles without a "
            "publication are left out."
        },
    )
    first_published_at = fields.AwareDateTime(
        allow_none=True,
        metadata={"description": "When the first article was published. `null` if no time is known."},
    )
    last_published_at = fields.AwareDateTime(
        allow_none=True,
        metadata={"description": "When the last article was published. `null` if no time is known."},
    )
    lead = fields.Nested(
        ArticleReference,
        metadata={"description": "The founder: the article that gives the story its slug and its title."},
    )
    entities = fields.List(
        fields.Nested(StoryEntity),
        metadata={"description": "The entities that occur in the most articles of the story, at most ten."},
    )
    takeaways = fields.List(
        fields.Nested(StoryTakeaway),
        metadata={
            "description": "The key points of the story, at most twelve: takeaways of its articles, without "
            "takeaways that repeat others. Key points are sorted by the number of articles that repeat "
            "them, the highest first. Among equals, newer key points come first."
        },
    )
    links = fields.Nested(StoryLinks)


StoryPage = page_shape(Story, "StoryPage", meta=FilteredPageMeta)
