"""Schema classes of a trend and a page of trends."""

from marshmallow import fields

from api.resources.fields import Link
from api.resources.serialization import Shape, page_shape
from api.v1.schemas.common import EntityReference, number


class TrendLinks(Shape):
    """The URL of the articles that were published in the window of the trend and mention its entity."""

    articles = Link()


class Trend(Shape):
    """An entity that articles mention more often in a window of time than before it."""

    entity = fields.Nested(EntityReference)
    article_count = number("The number of articles in the window that mention the entity.", 1)
    previous_article_count = number(
        "The number of articles in the four previous windows together that mention the entity."
    )
    score = fields.Float(
        metadata={
            "description": "`article_count / (expected + 1)`. `expected` is the number of articles that "
            "would mention the entity if its share were the same as in the four windows before. The score is "
            "always above 1."
        }
    )
    links = fields.Nested(TrendLinks)


TrendPage = page_shape(Trend, "TrendPage")
