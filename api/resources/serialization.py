"""The objects that are answered: whole, or with the keys that `fields` chooses and `include` adds."""

from collections.abc import KeysView, Mapping
from functools import cache, lru_cache
from typing import Any

from marshmallow import Schema, fields


class Shape(Schema):
    """An object that is answered: every key is always there, but for those that its `optional` names."""

    optional: frozenset[str] = frozenset()
    # What it has only where `include` names it.
    extras: frozenset[str] = frozenset()
    # Of a page, the shape of its items.
    item: "type[Shape] | None" = None

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Say so in the specification, whose clients then need no checks."""
        field_obj.required = field_name not in self.optional


class PageLinks(Shape):
    """The pages around this one."""

    self = fields.String(metadata={"format": "uri-reference", "description": "This page."})
    first = fields.String(metadata={"format": "uri-reference", "description": "The first page."})
    next = fields.String(
        allow_none=True,
        metadata={"format": "uri-reference", "description": "The next page; null on the last one."},
    )


class PageMeta(Shape):
    """Facts about the page."""

    optional = frozenset({"total"})

    limit = fields.Integer(metadata={"description": "How many items a page has at most.", "minimum": 1})
    total = fields.Integer(
        metadata={
            "description": "How many items the collection has; only with `total=true`.",
            "minimum": 0,
        }
    )


def page_shape(
    item: type[Shape], name: str, links: type[PageLinks] = PageLinks, meta: type[PageMeta] = PageMeta
) -> type[Shape]:
    """Make the shape of a collection of `item`."""
    members = {
        "data": fields.List(fields.Nested(item)),
        "links": fields.Nested(links),
        "meta": fields.Nested(meta),
        "item": item,
    }
    return type(name, (Shape,), members)


@cache
def sparse_shape(shape: type[Shape]) -> type[Shape]:
    """Make, for the specification, what `fields` leaves of `shape`: any key may be missing."""
    name = f"Sparse{shape.__name__}"
    if shape.item is not None:
        return page_shape(sparse_shape(shape.item), name)
    members = {
        "__doc__": f"Of {shape.__name__} the keys that `fields` names.",
        "optional": frozenset(shape().fields),
    }
    return type(name, (shape,), members)


def requested_keys(shape: type[Shape], parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the keys of an item of `shape` that are asked for: `fields`, or the usual ones and `include`."""
    names, extras = _names(shape.item or shape)
    wanted = parameters.get("fields") or [*(names - extras), *parameters.get("include", ())]
    return tuple(name for name in names if name in wanted)


def dump(shape: type[Shape], value: Any, parameters: Mapping[str, Any]) -> Any:
    """Serialize `value` with the keys that are asked for, in the usual order."""
    return _serializer(shape, requested_keys(shape, parameters)).dump(value)


@cache
def _names(item: type[Shape]) -> tuple[KeysView[str], frozenset[str]]:
    return item().fields.keys(), item.extras


# To make one costs more than to use it; a client asks for few of the many choices that there are.
@lru_cache(maxsize=256)
def _serializer(shape: type[Shape], names: tuple[str, ...]) -> Shape:
    return shape(only=names if shape.item is None else [*(f"data.{name}" for name in names), "links", "meta"])
