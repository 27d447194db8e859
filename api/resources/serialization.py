"""Schema classes of JSON objects, and the selection of keys by the parameters `fields` and `include`.

The schema classes are the published specification. They do not make the JSON of responses, but tests check
that each response conforms to them.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from marshmallow import Schema, fields


class Shape(Schema):
    """The base of all schema classes of JSON objects in responses.

    Attributes:
        optional: The keys that can be missing.
        extras: The keys that are present only if the parameter `include` or `fields` requests them.
        item: For a page of a collection, the schema class of its items.
        meta_shape: For a page of a collection, the schema class of its `meta`.
    """

    optional: frozenset[str] = frozenset()
    extras: frozenset[str] = frozenset()
    item: "type[Shape] | None" = None
    meta_shape: "type[PageMeta] | None" = None

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Mark the field as required in the OpenAPI specification, unless its key is in `optional`."""
        field_obj.required = field_name not in self.optional


class PageLinks(Shape):
    """The `links` of a page of a collection: the URLs of this page, the first page and the next page."""

    self = fields.String(metadata={"format": "uri-reference", "description": "This page."})
    first = fields.String(metadata={"format": "uri-reference", "description": "The first page."})
    next = fields.String(
        allow_none=True,
        metadata={"format": "uri-reference", "description": "The next page. `null` on the last page."},
    )


class PageMeta(Shape):
    """The `meta` of a page: the limit, the next cursor and, if requested, the total number of items."""

    optional = frozenset({"total"})

    limit = fields.Integer(metadata={"description": "The maximum number of items on a page.", "minimum": 1})
    next_cursor = fields.String(
        allow_none=True,
        metadata={
            "description": "The value of `cursor` for the next page, the same as in `links.next`. `null` on "
            "the last page."
        },
    )
    total = fields.Integer(
        metadata={
            "description": "The number of items in the collection. Only with `total=true`.",
            "minimum": 0,
        }
    )


def page_shape(
    item: type[Shape], name: str, links: type[PageLinks] = PageLinks, meta: type[PageMeta] = PageMeta
) -> type[Shape]:
    """Return a schema class for a page of a collection, with the class name `name`.

    Args:
        item: The schema class of the items.
        links: The schema class of the key `links`.
        meta: The schema class of the key `meta`.
    """
    members = {
        "data": fields.List(fields.Nested(item)),
        "links": fields.Nested(links),
        "meta": fields.Nested(meta),
        "item": item,
        "meta_shape": meta,
    }
    return type(name, (Shape,), members)


@cache
def sparse_shape(shape: type[Shape]) -> type[Shape]:
    """Return a variant of the schema class `shape` with optional keys only.

    In the OpenAPI specification, the variant describes responses to requests with `fields`, which selects
    keys. If `shape` is a page, only the keys of its items become optional.
    """
    name = f"Sparse{shape.__name__}"
    if shape.item is not None:
        return page_shape(sparse_shape(shape.item), name, meta=shape.meta_shape or PageMeta)
    members = {
        "__doc__": f"The keys of {shape.__name__} that `fields` names.",
        "optional": frozenset(shape().fields),
    }
    return type(name, (shape,), members)


def requested_keys(shape: type[Shape], parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keys that a request selects with `fields` or `include`, in the order of `shape`.

    For a page, return the selected keys of its items.

    Args:
        shape: The schema class of an object or of a page.
        parameters: The loaded query.
    """
    return _requested_keys(shape, tuple(parameters.get("fields", ())), tuple(parameters.get("include", ())))


def select_keys(
    shape: type[Shape], parameters: Mapping[str, Any], items: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return `items`, each with only the keys that the query parameter `fields` selects.

    Without `fields`, return `items` unchanged.

    Args:
        shape: The schema class of an item or of a page, which determines the order of the keys.
        parameters: The loaded query.
        items: The JSON values of the items, with all keys.
    """
    if "fields" not in parameters:
        return items
    names = requested_keys(shape, parameters)
    return [{name: item[name] for name in names} for item in items]


# Cached, since clients request few different sets of keys.
@lru_cache(maxsize=256)
def _requested_keys(shape: type[Shape], names: tuple[str, ...], included: tuple[str, ...]) -> tuple[str, ...]:
    item = shape.item or shape
    keys = item().fields.keys()
    requested = {*names} or {*(keys - item.extras), *included}
    return tuple(key for key in keys if key in requested)
