"""The shapes of takeaways and of their evidence."""

from marshmallow import fields

from api.resources.fields import Here, Link, Stored
from api.resources.serialization import Shape, page_shape
from api.v1.schemas.common import ArticleReference, EntityReference, number, string


class Evidence(Shape):
    """A body paragraph that supports a takeaway."""

    paragraph = number("The paragraph's number.", 1)
    score = fields.Float(
        metadata={
            "description": "How much of what the takeaway says it says too, 0 to 1: entities, numbers "
            "and rare words, each weighing the less the more paragraphs have it."
        }
    )


class ArticleTakeaway(Shape):
    """A takeaway inside its article."""

    id = fields.UUID()
    position = number("Its place in the list, from 1.", 1)
    text = string("The takeaway.")
    evidence = Stored(
        Evidence,
        many=True,
        metadata={
            "description": "Body paragraphs that support it, best first, three at most; none where none does."
        },
    )


class TakeawayLinks(Shape):
    """Where the takeaway and its article are."""

    self = Link("/v1/takeaways/{0.id}")
    article = Link("/v1/articles/{0.article.slug}")


class Takeaway(ArticleTakeaway):
    """One numbered key point, with the entities that it names."""

    entities = fields.List(fields.Nested(EntityReference))
    article = fields.Nested(ArticleReference)
    links = Here(TakeawayLinks)


TakeawayPage = page_shape(Takeaway, "TakeawayPage")
