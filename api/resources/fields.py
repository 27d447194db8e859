"""Marshmallow fields for URLs and for objects with one of several schemas, and the JSON format of times."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields


def rfc3339(value: Any) -> str:
    """Return `value`, an aware datetime in UTC, as text in the format of RFC 3339 that ends in `Z`."""
    text: str = value.isoformat()
    return text.replace("+00:00", "Z")


class Link(fields.String):
    """A field for a URL of this service. `allow_none` is True if the field can be null."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"format": "uri-reference"}, **kwargs)


class Variants(fields.Field[Any]):
    """A field whose value is an object with one of several schema classes.

    Args:
        name: The name of the union of the classes in the specification.
        key: The key whose value says which class an object has.
        shapes: The schema class for each value of `key`.
        description: The description of the union in the specification.
    """

    def __init__(self, name: str, key: str, shapes: Mapping[str, type[Schema]], description: str) -> None:
        super().__init__()
        self.name_of_union = name
        self.key = key
        self.shapes = shapes
        self.description = description


def document_variants(converter: Any, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
    """Return the OpenAPI schema of a `Variants` field: a reference to a `oneOf` with a discriminator.

    Return an empty schema for a field of another class. apispec calls this function for every field.

    Args:
        converter: The OpenAPIConverter of apispec.
    """
    if not isinstance(field, Variants):
        return {}
    schemas = converter.spec.components.schemas
    if field.name_of_union not in schemas:
        references = {
            value: converter.resolve_nested_schema(shape)["$ref"] for value, shape in field.shapes.items()
        }
        converter.spec.components.schema(
            field.name_of_union,
            {
                "description": field.description,
                "oneOf": [{"$ref": reference} for reference in references.values()],
                "discriminator": {"propertyName": field.key, "mapping": references},
            },
        )
    return {"$ref": f"#/components/schemas/{field.name_of_union}"}
