"""Query parameters, strictly: an unknown, repeated or wrong one is a 422 that says what is allowed."""

import re
from collections.abc import Iterable
from typing import Any, NoReturn

from flask import Request
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from webargs.flaskparser import FlaskParser

from api.problems import InvalidParameters, parameter_error

MAX_LIMIT = 100
DEFAULT_LIMIT = 20


class WholeNumber(fields.Integer):
    """A number in ASCII digits; `int` alone would also take `1_0`, ` 5` and the digits of other scripts."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not re.fullmatch(r"-?(0|[1-9][0-9]*)", value):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Flag(fields.Boolean):
    """`true` or `false`, and no other word for them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(truthy={"true"}, falsy={"false"}, **kwargs)


class NoParameters(Schema):
    """The query of a resource that takes no parameters."""


class PageParameters(Schema):
    """What every collection takes; `sort` comes from `page_parameters`."""

    limit = WholeNumber(
        load_default=DEFAULT_LIMIT,
        validate=validate.Range(1, MAX_LIMIT),
        metadata={"description": "How many items a page has at most.", "example": 20},
    )
    cursor = fields.String(
        validate=validate.Length(min=1),
        metadata={
            "description": "Where the page begins: opaque, taken from `links.next` of the page before. "
            "It belongs to its query: only `limit` may change between pages."
        },
    )
    total = Flag(
        load_default=False,
        metadata={"description": "`true` adds `meta.total`, the number of items in the whole collection."},
    )


def page_parameters(name: str, sorts: Iterable[str], default: str) -> type[Schema]:
    """Make the parameters of a collection that sorts by any of `sorts`."""
    sort = fields.String(
        load_default=default,
        validate=validate.OneOf(list(sorts)),
        metadata={
            "description": "The key to sort by, `-` before it for descending. "
            "Null comes last in both directions, and ties are broken by a unique key."
        },
    )
    return PageParameters.from_dict({"sort": sort}, name=name)


class StrictParser(FlaskParser):
    """webargs' parser, refusing what the schema does not know and what is given twice."""

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": RAISE}

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """Give the query, or raise ValidationError where a parameter is given more than once."""
        repeated = [name for name, values in req.args.lists() if len(values) > 1]
        if repeated:
            raise ValidationError({name: ["Given more than once."] for name in repeated})
        return super().load_querystring(req, schema)

    def handle_error(self, error: ValidationError, req: Request, schema: Schema, **_: Any) -> NoReturn:
        """Raise InvalidParameters for what marshmallow found, in the order of the query."""
        messages: Any = error.messages
        found = messages["query"]
        given = [name for name in dict.fromkeys(req.args) if name in found]
        raise InvalidParameters(
            [_error(schema, name, " ".join(found[name]), req.args.getlist(name)) for name in given]
        ) from error


def _error(schema: Schema, name: str, message: str, values: list[str]) -> dict[str, Any]:
    field = schema.fields.get(name)
    if field is None:
        return parameter_error(name, "There is no such parameter here.", sorted(schema.fields), name)
    return parameter_error(name, message, _allowed(field), values[0] if len(values) == 1 else None)


def _allowed(field: fields.Field[Any]) -> list[str] | None:
    if isinstance(field, Flag):
        return ["true", "false"]
    for rule in field.validators:
        if isinstance(rule, validate.OneOf):
            return list(rule.choices)
        if isinstance(rule, validate.Range):
            return [f"{rule.min} to {rule.max}"]
    return None
