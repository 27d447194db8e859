"""Fields and shapes that several families of shapes share."""

from typing import Any

from marshmallow import fields, validate

from api.models import ENTITY_TYPES
from api.resources.serialization import Shape


def string(description: str, **kwargs: Any) -> fields.String:
    """Return a string field with a description."""
    return fields.String(metadata={"description": description}, **kwargs)


def number(description: str, minimum: int = 0, **kwargs: Any) -> fields.Integer:
    """Return an integer field with a description and a minimum."""
    return fields.Integer(metadata={"description": description, "minimum": minimum}, **kwargs)


def entity_type() -> fields.String:
    """Return the field of the type of an entity."""
    return string("The type of the entity.", validate=validate.OneOf(ENTITY_TYPES))


class ArticleReference(Shape):
    """The id, slug and title of an article."""

    id = fields.UUID()
    slug = string("The readable identifier used in URLs.")
    title = string("The title of the article.")


class EntityReference(Shape):
    """The id, slug, name and type of an entity."""

    id = fields.UUID()
    slug = string("The readable identifier used in URLs.")
    name = string("The canonical name of the entity.")
    type = entity_type()
