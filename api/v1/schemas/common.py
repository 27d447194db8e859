"""Fields and shapes that several families share."""

from typing import Any

from marshmallow import fields, validate

from api.models import ENTITY_TYPES
from api.resources.serialization import Shape


def string(description: str, **kwargs: Any) -> fields.String:
    """Make a field of text with its description."""
    return fields.String(metadata={"description": description}, **kwargs)


def number(description: str, least: int = 0, **kwargs: Any) -> fields.Integer:
    """Make a field of a whole number, at least `least`, with its description."""
    return fields.Integer(metadata={"description": description, "minimum": least}, **kwargs)


def entity_type() -> fields.String:
    """Make the field of an entity's type."""
    return string("What the entity is.", validate=validate.OneOf(ENTITY_TYPES))


class ArticleReference(Shape):
    """Enough of an article to show it and to fetch it."""

    id = fields.UUID()
    slug = string("Its name in URLs.")
    title = string("Its title.")


class EntityReference(Shape):
    """Enough of an entity to show it and to fetch it."""

    id = fields.UUID()
    slug = string("Its name in URLs.")
    name = string("Its canonical name.")
    type = entity_type()
