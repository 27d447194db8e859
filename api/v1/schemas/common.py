"""Fields and schema classes that several schema modules use."""

from typing import Any

from marshmallow import fields, validate

from api.models import ENTITY_TYPES
from api.resources.serialization import PageMeta, Shape


def string(description: str, **kwargs: Any) -> fields.String:
    """Return a string field with a `description` for the OpenAPI specification.

    `kwargs` are keyword arguments of `fields.String`.
    """
    return fields.String(metadata={"description": description}, **kwargs)


def identifier(description: str, **kwargs: Any) -> fields.String:
    """Return a string field for a URI, such as `https://example.org/` or `urn:uuid:…`."""
    return fields.String(metadata={"format": "uri", "description": description}, **kwargs)


def address(description: str) -> fields.String:
    """Return a string field for a URL that is absolute only if BRIEFS_BASE_URL is set."""
    return fields.String(metadata={"format": "uri-reference", "description": description})


def time(description: str) -> fields.String:
    """Return a string field for a time in the format of RFC 3339."""
    return fields.String(metadata={"format": "date-time", "description": description})


def number(description: str, minimum: int = 0, **kwargs: Any) -> fields.Integer:
    """Return an integer field with a `description` and a `minimum` for the OpenAPI specification.

    The field does not check the minimum. `kwargs` are keyword arguments of `fields.Integer`.
    """
    return fields.Integer(metadata={"description": description, "minimum": minimum}, **kwargs)


def entity_type() -> fields.String:
    """Return a string field for the type of an entity, with the possible types, such as `person`."""
    return string("The type of the entity.", validate=validate.OneOf(ENTITY_TYPES))


class ArticleReference(Shape):
    """A reference to an article: its id, slug and title."""

    id = fields.UUID()
    slug = string("The readable identifier used in URLs.")
    title = string("The title of the article.")


class StoryReference(Shape):
    """A reference to a story: its id, slug and title."""

    id = fields.UUID()
    slug = string("The readable identifier used in URLs.")
    title = string("The title of the story: the title of its founder, one of its articles.")


class EntityReference(Shape):
    """A reference to an entity: its id, slug, name and type."""

    id = fields.UUID()
    slug = string("The readable identifier used in URLs.")
    name = string("The canonical name of the entity.")
    type = entity_type()


class QueryWarning(Shape):
    """A warning about a value of a filter that names no entity or story."""

    parameter = string("The name of the query parameter.")
    message = string("Says that there is no entity or story with this id or slug.")
    suggestion = string("The slug that you probably meant, or `null`.", allow_none=True)


class FilteredPageMeta(PageMeta):
    """The `meta` of a page of a collection that can be filtered by entities or stories, with warnings."""

    optional = PageMeta.optional | {"warnings"}

    warnings = fields.List(
        fields.Nested(QueryWarning),
        metadata={
            "description": "A warning for each value of a filter that names no entity or story. Missing if "
            "there is none."
        },
    )
