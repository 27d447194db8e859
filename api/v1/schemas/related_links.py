"""The shapes of links between articles and of their reasons."""

from marshmallow import fields, validate

from api.resources.fields import Here, Link, Stored
from api.resources.serialization import Shape, page_shape
from api.v1.schemas.common import ArticleReference, number, string

BASES = ("listed", "computed")


class ReasonEntity(Shape):
    """The entity that two articles share."""

    id = fields.UUID()
    slug = string("Its name in URLs.")
    name = string("Its canonical name.")


class Reason(Shape):
    """Why two articles are related; the weights of a link add up to its score."""

    optional = frozenset({"entity", "term"})

    kind = fields.String(validate=validate.OneOf(["shared_entity", "shared_term", "near_duplicate"]))
    entity = fields.Nested(ReasonEntity)
    term = string("The word that both texts share.")
    weight = fields.Float(
        metadata={
            "description": "Its part of the score: what this one shared thing adds to the similarity. Of "
            "at most eight that are listed all are enlarged alike, so that they add up to the score."
        }
    )


class RelatedLinkLinks(Shape):
    """Where the link, its article and its target are."""

    self = Link("/v1/related-links/{0.id}")
    article = Link("/v1/articles/{0.article.slug}")
    target = Link("/v1/articles/{0.target.slug}", unless=lambda link: link.target is None)


class RelatedLink(Shape):
    """An edge from one article to another."""

    id = fields.UUID()
    position = number("Its place among the article's links, from 1.", 1)
    basis = fields.String(
        validate=validate.OneOf(BASES),
        metadata={"description": "`listed` on the page, or `computed` from content."},
    )
    title = fields.Function(
        lambda link: link.title or link.target.title,
        metadata={"type": "string", "description": "What the page printed, or the target's title."},
    )
    score = fields.Float(
        allow_none=True,
        metadata={
            "description": "How near the two are, 0 to 1: the cosine of their words and entities weighed by "
            "rarity; from 0.14 on they are related, from 0.8 on near duplicates. Null where they are neither."
        },
    )
    reasons = Stored(Reason, many=True, metadata={"description": "Why, the weightiest first."})
    article = fields.Nested(ArticleReference)
    target = fields.Nested(ArticleReference, allow_none=True)
    links = Here(RelatedLinkLinks)


RelatedLinkPage = page_shape(RelatedLink, "RelatedLinkPage")
