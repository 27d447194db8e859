"""Schema classes of takeaways (key points of articles) and their evidence (supporting paragraphs)."""

from marshmallow import fields

from api.resources.fields import Link
from api.resources.serialization import Shape, page_shape
from api.v1.schemas.common import ArticleReference, EntityReference, FilteredPageMeta, number, string


class Evidence(Shape):
    """A body paragraph that supports a takeaway: its number, and how much of the takeaway it supports."""

    paragraph = number("The number of the paragraph.", 1)
    score = fields.Float(
        metadata={
            "description": "How much of the takeaway the paragraph supports, from 0 to 1: the weighted share "
            "of the entities, numbers and rare words of the takeaway that the paragraph contains. A word "
            "has a lower weight if more paragraphs contain it."
        }
    )


class ArticleTakeaway(Shape):
    """A takeaway (key point) as a part of its article, with the paragraphs that support it."""

    id = fields.UUID()
    position = number("The position in the list, starting at 1.", 1)
    text = string("The text of the takeaway.")
    evidence = fields.Nested(
        Evidence,
        many=True,
        metadata={
            "description": "The body paragraphs that support the takeaway, best first. At most three; "
            "empty if no paragraph supports it."
        },
    )


class TakeawayLinks(Shape):
    """The URLs of a takeaway and of the article that it belongs to."""

    self = Link()
    article = Link()


class Takeaway(ArticleTakeaway):
    """A numbered key point of an article, with its article and the entities that it mentions."""

    entities = fields.List(fields.Nested(EntityReference))
    article = fields.Nested(ArticleReference)
    links = fields.Nested(TakeawayLinks)


TakeawayPage = page_shape(Takeaway, "TakeawayPage", meta=FilteredPageMeta)
