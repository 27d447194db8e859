"""Query parameters, strictly: an unknown, repeated or wrong one is a 422 that says what is allowed."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, NoReturn

from flask import Request
from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate
from webargs.fields import DelimitedList
from webargs.flaskparser import FlaskParser

from api.problems import InvalidParameters, near_miss, parameter_error
from api.search.analyzer import fold
from api.search.query_language import MAX_WORDS, parse_query

MAX_LIMIT = 100
DEFAULT_LIMIT = 20
MAX_TEXT = 500
# RFC 3339, 5.6. `T` and `Z` may be in lower case; seconds may have any number of digits.
RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d{1,6})(\d*))?([Zz]|[+-]\d\d:[0-5]\d)", re.ASCII
)


class WholeNumber(fields.Integer):
    """A number in ASCII digits; `int` alone would also take `1_0`, ` 5` and the digits of other scripts."""

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(least, most), **kwargs)
        self.allowed = [f"{least} to {most}"]

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not re.fullmatch(r"-?(0|[1-9][0-9]*)", value):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Flag(fields.Boolean):
    """`true` or `false`, and no other word for them."""

    allowed = ("true", "false")

    def __init__(self, description: str, **kwargs: Any) -> None:
        super().__init__(truthy={"true"}, falsy={"false"}, metadata={"description": description}, **kwargs)


class Text(fields.String):
    """A text that is not empty."""

    allowed = (f"1 to {MAX_TEXT} characters",)

    def __init__(self, description: str, **metadata: Any) -> None:
        length = validate.Length(1, MAX_TEXT)
        super().__init__(validate=length, metadata={"description": description} | metadata)


class Choice(fields.String):
    """One of some words."""

    def __init__(self, choices: Iterable[str], description: str, **metadata: Any) -> None:
        self.allowed = list(choices)
        one = validate.OneOf(self.allowed)
        super().__init__(validate=one, metadata={"description": description} | metadata)


class References(fields.List[str]):
    """A parameter that may be repeated, each time with an id or a slug."""

    allowed = Text.allowed

    def __init__(self, description: str, example: str) -> None:
        metadata = {"description": description, "example": [example]}
        super().__init__(Text("An id or a slug."), load_default=(), metadata=metadata)


class Names(DelimitedList):
    """Some of `names`, separated by commas, each at most once."""

    def __init__(self, names: Iterable[str], description: str) -> None:
        self.allowed = list(names)
        metadata = {"description": description, "minItems": 1, "uniqueItems": True}
        super().__init__(fields.String(validate=validate.OneOf(self.allowed)), metadata=metadata)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ARG002
        given = value.split(",")
        for name in self.unknown(value):
            raise ValidationError(f"There is no '{name}' among the names.")
        if len(set(given)) < len(given):
            raise ValidationError("Each name stands there once.")
        return given

    def unknown(self, value: str) -> list[str]:
        """Give those of the names in `value` that are none."""
        return [name for name in value.split(",") if name not in self.allowed]


class Search(Text):
    """A full-text query, read into an `api.search.query_language.Query`."""

    allowed = (f'1 to {MAX_WORDS} words, as they are, in "a phrase", as -not, with OR between two',)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ARG002
        validate.Length(1, MAX_TEXT)(value)
        try:
            return parse_query(value)
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def _validate(self, value: Any) -> None:
        """Do nothing: what is no text any more has no length."""


class Prefix(Text):
    """The beginning of a name, as names are compared."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        folded = fold(super()._deserialize(value, attr, data, **kwargs))
        if "\0" in folded:
            raise ValidationError("There is a NUL in it, which no name has.")
        if not folded.strip():
            raise ValidationError("There is no letter in it.")
        return " ".join(folded.split())


class Instant(fields.AwareDateTime):
    """A time of RFC 3339. One between two microseconds becomes the later, which bounds the same rows."""

    allowed = ("a time as in RFC 3339, such as 2026-04-21T09:30:00Z",)

    def __init__(self, description: str) -> None:
        super().__init__(metadata={"description": description, "example": "2026-04-21T09:30:00Z"})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ARG002
        found = RFC3339.fullmatch(value)
        if found is None:
            raise ValidationError(f"Must be {self.allowed[0]}.")
        whole, fraction, rest, zone = found.groups()
        try:
            at = datetime.fromisoformat(f"{whole.upper()}.{(fraction or '0').ljust(6, '0')}{zone.upper()}")
            return (at + timedelta(microseconds=bool((rest or "").strip("0")))).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError("There is no such time.") from None

    def suggest(self, value: str) -> str | None:
        """Give the time that `value` probably is: a date, one without zone, one whose `+` became a space."""
        text = re.sub(r" (?=\d\d:\d\d$)", "+", value.strip()) if "T" in value else value.strip()
        text = text.replace(" ", "T", 1)
        tries = [text, f"{text}Z", f"{text}T00:00:00Z", f"{text}:00Z"]
        return next((each for each in tries if each != value and self._is_time(each)), None)

    def _is_time(self, text: str) -> bool:
        try:
            self._deserialize(text, None, None)
        except ValidationError:
            return False
        return True


class NoParameters(Schema):
    """The query of a resource that takes no parameters."""


class PageParameters(Schema):
    """What every collection takes besides its `sort` and its filters."""

    @post_load
    def complete(self, given: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Fill in the order where none is given."""
        return {"sort": self.default_sort(given)} | given

    def default_sort(self, given: dict[str, Any]) -> str:  # noqa: ARG002 -- of use to those that override it
        """Give the order of what is `given`."""
        default: str = self.fields["sort"].metadata["default"]
        return default

    limit = WholeNumber(
        1,
        MAX_LIMIT,
        load_default=DEFAULT_LIMIT,
        metadata={"description": "How many items a page has at most.", "example": 20},
    )
    cursor = fields.String(
        validate=validate.Length(min=1),
        metadata={
            "description": "Where the page begins: opaque, taken from `links.next` of the page before. "
            "It belongs to its query: only `limit` may change between pages."
        },
    )
    total = Flag("`true` adds `meta.total`, the number of items in the whole collection.", load_default=False)


def sort_parameter(sorts: Iterable[str], more: str = "", **metadata: Any) -> Choice:
    """Make the parameter of a collection that sorts by any of `sorts`; `metadata` may have its `default`."""
    description = (
        "The key to sort by, `-` before it for descending. "
        "Null comes last in both directions, and ties are broken by a unique key."
    )
    return Choice(sorts, description + more, **metadata)


class StrictParser(FlaskParser):
    """webargs' parser, refusing what the schema does not know and what is given twice."""

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": RAISE}

    def load_querystring(self, req: Request, schema: Schema) -> dict[str, Any]:
        """Return the query as a dictionary in which only References are lists.

        Raises:
            ValidationError: A parameter that takes one value is repeated.
        """
        query: dict[str, Any] = {}
        repeated = []
        for name, values in req.args.lists():
            is_repeatable = isinstance(schema.fields.get(name), References)
            query[name] = values if is_repeatable else values[0]
            if len(values) > 1 and not is_repeatable:
                repeated.append(name)
        if repeated:
            errors = schema.validate(query)
            raise ValidationError(errors | {name: [_repeated(schema, name)] for name in repeated})
        return query

    def handle_error(self, error: ValidationError, req: Request, schema: Schema, **_: Any) -> NoReturn:
        """Raise InvalidParameters for what marshmallow found, in the order of the query."""
        messages: Any = error.messages
        found = messages["query"]
        given = [name for name in dict.fromkeys(req.args) if name in found]
        raise InvalidParameters(
            [_error(schema, name, found[name], req.args.getlist(name)) for name in given]
        ) from error


def _repeated(schema: Schema, name: str) -> str:
    several = isinstance(schema.fields.get(name), Names)
    return "Given more than once; separate the names by commas." if several else "Given more than once."


def _error(schema: Schema, name: str, messages: Any, values: list[str]) -> dict[str, Any]:
    field = schema.fields.get(name)
    if field is None:
        known = sorted(schema.fields)
        return parameter_error(name, "There is no such parameter here.", known, near_miss(name, known))
    # Those of a repeated parameter stand under the place of each value.
    said = list(chain(*messages.values())) if isinstance(messages, dict) else messages
    allowed = list(getattr(field, "allowed", [])) or None
    suggestion = _suggestion(field, values[0], allowed or []) if len(values) == 1 else None
    if isinstance(field, Names) and len(values) > 1:
        suggestion = ",".join(dict.fromkeys(values))
    return parameter_error(name, " ".join(dict.fromkeys(said)), allowed, suggestion)


def _suggestion(field: fields.Field[Any], value: str, allowed: list[str]) -> str | None:
    if isinstance(field, Instant):
        return field.suggest(value)
    if isinstance(field, Text | References):
        return None
    unknown = field.unknown(value) if isinstance(field, Names) else [value]
    return near_miss(unknown[0], allowed) if unknown else None
