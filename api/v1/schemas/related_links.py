"""Schema classes of related links (from one article to another) and of the reasons for their scores."""

from marshmallow import fields, validate

from api.resources.fields import Link, Variants
from api.resources.serialization import Shape, page_shape
from api.v1.schemas.common import ArticleReference, number, string

BASES = ("listed", "computed")


class ReasonEntity(Shape):
    """An entity that both articles of a related link mention, which is a reason for the link."""

    id = fields.UUID()
    slug = string("The readable identifier used in URLs.")
    name = string("The canonical name of the entity.")


def _kind(kind: str) -> fields.String:
    return fields.String(validate=validate.OneOf([kind]))


def _weight() -> fields.Float:
    return fields.Float(
        metadata={
            "description": "The contribution of this reason to the score. At most eight reasons are listed, "
            "with weights scaled by the same factor so that they add up to the score."
        }
    )


class SharedEntityReason(Shape):
    """A reason for a related link: an entity that both articles mention."""

    kind = _kind("shared_entity")
    entity = fields.Nested(ReasonEntity)
    weight = _weight()


class SharedTermReason(Shape):
    """A reason for a related link: a word or name that both articles contain."""

    kind = _kind("shared_term")
    term = string("A word or name that both articles contain, as the article of the link writes it.")
    weight = _weight()


class NearDuplicateReason(Shape):
    """A reason for a related link: the two articles have nearly the same text."""

    kind = _kind("near_duplicate")
    weight = _weight()


REASONS = {
    "shared_entity": SharedEntityReason,
    "shared_term": SharedTermReason,
    "near_duplicate": NearDuplicateReason,
}


class RelatedLinkLinks(Shape):
    """The URLs of a related link, of the article that contains it, and of the target article."""

    self = Link()
    article = Link()
    target = Link(allow_none=True)


class RelatedLink(Shape):
    """A link from an article to a related article (`target`), with their similarity and its reasons."""

    id = fields.UUID()
    position = number("The position among the links of the article, starting at 1.", 1)
    basis = fields.String(
        validate=validate.OneOf(BASES),
        metadata={
            "description": "`listed` if the page lists the link, `computed` if it was derived from texts."
        },
    )
    title = string("The title printed on the page, or the title of the target.")
    score = fields.Float(
        allow_none=True,
        metadata={
            "description": "The similarity of the two articles, from 0 to 1: the cosine similarity of their "
            "words and entities, weighted by rarity. Articles are related from 0.14 and near duplicates "
            "from 0.8. `null` if the articles are less similar or the target is unknown."
        },
    )
    reasons = fields.List(
        Variants(
            "Reason",
            "kind",
            REASONS,
            "A reason for a related link. The weights add up to the score of the link.",
        ),
        metadata={"description": "The reasons for the link, highest weight first."},
    )
    article = fields.Nested(ArticleReference)
    target = fields.Nested(ArticleReference, allow_none=True)
    links = fields.Nested(RelatedLinkLinks)


RelatedLinkPage = page_shape(RelatedLink, "RelatedLinkPage")
