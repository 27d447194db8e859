"""Strict query parameters: a request with an unknown, repeated or invalid parameter gets a 422.

The response says which values are allowed.
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import cached_property
from typing import Any, NoReturn

from flask import Request
from marshmallow import RAISE, Schema, ValidationError, fields, missing, post_load, validate
from webargs.flaskparser import FlaskParser

from api.admission.api_keys import KEY_PARAMETERS
from api.problems import InvalidParameters, closest_choice, parameter_error
from api.resources.documented_parameters import NAMED_EXAMPLES
from api.resources.multi_value_parameters import MAX_TEXT_LENGTH, ListParameter
from api.search.analyzer import fold
from api.search.query_language import MAX_WORDS, parse_query
from api.timestamps import LAST_TIME, parse_timestamp
from api.web.query_encoding import NAME_ERROR, encoding_errors

MAX_LIMIT = 100
DEFAULT_LIMIT = 20
MAX_WINDOW_DAYS = 365
DEFAULT_WINDOW = "7d"
# The parameters of this API, by the names that parameters with the same purpose have in other APIs. The names
# have neither capitals nor separators: `pagesize` is also `page_size` and `pageSize`.
COMMON_NAMES = {
    "page": "cursor",
    "offset": "cursor",
    "perpage": "limit",
    "pagesize": "limit",
    "size": "limit",
    "search": "q",
    "query": "q",
    "from": "published_after",
    "to": "published_before",
}

POSSIBLE_KEY_MESSAGE = (
    "Unknown parameter. If the value is an API key, send it as `Authorization: Bearer …` or in `X-API-Key`."
)


class WholeNumber(fields.Integer):
    """A query parameter whose value is an integer from `minimum` to `maximum`, in ASCII digits.

    `int` would also accept `1_0`, ` 5` and the digits of other scripts.
    """

    def __init__(self, minimum: int, maximum: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(minimum, maximum), **kwargs)
        self.allowed = [f"{minimum} to {maximum}"]

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not re.fullmatch(r"-?(0|[1-9][0-9]*)", value):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Flag(fields.Boolean):
    """A query parameter whose value is exactly `true` or `false`."""

    allowed = ("true", "false")

    def __init__(self, description: str, **kwargs: Any) -> None:
        super().__init__(truthy={"true"}, falsy={"false"}, metadata={"description": description}, **kwargs)


class Text(fields.String):
    """A query parameter whose value is a text of 1 to MAX_TEXT_LENGTH characters."""

    allowed = (f"1 to {MAX_TEXT_LENGTH} characters",)

    def __init__(self, description: str, **metadata: Any) -> None:
        length = {"minLength": 1, "maxLength": MAX_TEXT_LENGTH}
        super().__init__(metadata={"description": description} | metadata | length)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        # A validator of the field would get the value that a subclass makes from the text.
        text = super()._deserialize(value, attr, data, **kwargs)
        return validate.Length(1, MAX_TEXT_LENGTH)(text)


def _value_names(values: Sequence[str]) -> dict[str, list[str]]:
    """Return the OpenAPI extension that names the constants for `values` in generated clients.

    The extension is `{"x-enum-varnames": names}`. The name of `-title` is `TITLE_DESCENDING`. If no value
    begins with `-`, the result is empty.
    """
    # Without names, generators of clients number the values that begin with `-`: `VALUE_1`.
    if not any(value.startswith("-") for value in values):
        return {}
    names = [f"{value[1:]}_descending" if value.startswith("-") else value for value in values]
    return {"x-enum-varnames": [name.upper() for name in names]}


class Choice(fields.String):
    """A query parameter whose value is one of `choices`."""

    def __init__(self, choices: Iterable[str], description: str, **metadata: Any) -> None:
        self.allowed = list(choices)
        one_of = validate.OneOf(self.allowed)
        super().__init__(
            validate=one_of, metadata={"description": description} | metadata | _value_names(self.allowed)
        )


class Search(Text):
    """A full-text query as a query parameter. It is loaded as an `api.search.query_language.Query`."""

    allowed = (
        f"1 to {MAX_WORDS} words, at most {MAX_TEXT_LENGTH} characters: "
        'word, "a phrase", -word, word OR word',
    )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return parse_query(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class Prefix(Text):
    """A query parameter whose value is the beginning of a name.

    The text is loaded without case, diacritics and extra spaces, so that it can be compared with stored names
    in the same form.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        folded = fold(super()._deserialize(value, attr, data, **kwargs))
        if "\0" in folded:
            raise ValidationError("The text contains a NUL character.")
        if not folded.strip():
            raise ValidationError("The text contains no letter or digit.")
        return " ".join(folded.split())


class Instant(fields.AwareDateTime):
    """A query parameter whose value is a date or a time of RFC 3339, rounded to microseconds.

    Args:
        description: The description in the OpenAPI specification.
        is_last: True for the inclusive end of a window, which is rounded down. Other times are rounded up.
    """

    allowed = ("a time in the format of RFC 3339, such as 2026-04-21T09:30:00Z, or a date: 2026-04-21",)

    def __init__(self, description: str, *, is_last: bool = False) -> None:
        self.is_last = is_last
        description = f"{description} A date means midnight UTC."
        examples = {"time": "2026-04-21T09:30:00Z", "time_zone": "2026-04-21T11:30:00+02:00"}
        super().__init__(metadata={"description": description, NAMED_EXAMPLES: examples})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ARG002
        try:
            timestamp = parse_timestamp(value)
        except ValueError:
            raise ValidationError("This date or time does not exist.") from None
        # A space is more often a `+` that was not encoded than a space between a date and a time.
        if timestamp is None or " " in value:
            raise ValidationError(f"Must be {self.allowed[0]}.")
        # Filters compare with `>=` or `<`, windows with `<=`, and stored times have no finer resolution. The
        # rounded time therefore selects the same rows as the exact time.
        is_raised = not (timestamp.is_exact or self.is_last) and timestamp.time < LAST_TIME
        return timestamp.time + timedelta(microseconds=is_raised)

    def suggest(self, value: str) -> str | None:
        """Return the valid time that the invalid `value` probably means, or None.

        For example, add a missing time zone, or restore a `+` that was decoded to a space.
        """
        text = re.sub(r" (?=\d\d:\d\d$)", "+", value.strip()) if "T" in value else value.strip()
        text = text.replace(" ", "T", 1)
        candidates = [text, f"{text}Z", f"{text}:00Z"]
        return next((each for each in candidates if each != value and self._is_time(each)), None)

    def _is_time(self, text: str) -> bool:
        try:
            return " " not in text and parse_timestamp(text) is not None
        except ValueError:
            return False


class Window(fields.String):
    """A query parameter whose value is a number of days, such as `7d`. It is loaded as a `timedelta`."""

    allowed = (f"1d to {MAX_WINDOW_DAYS}d",)

    def __init__(self, description: str) -> None:
        examples = {"a_day": "1d", "a_month": "30d"}
        metadata = {"description": description, "pattern": "^[1-9][0-9]{0,2}d$", NAMED_EXAMPLES: examples}
        default = self._deserialize(DEFAULT_WINDOW, None, None)
        super().__init__(load_default=default, metadata=metadata | {"default": DEFAULT_WINDOW})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:  # noqa: ARG002
        if not re.fullmatch("[1-9][0-9]{0,2}d", value) or int(value[:-1]) > MAX_WINDOW_DAYS:
            raise ValidationError(f"Must be a number of days from {self.allowed[0]}, such as 7d.")
        return timedelta(days=int(value[:-1]))

    def suggest(self, value: str) -> str | None:
        """Return the valid value that the invalid `value` probably means, or None if this is unknown.

        A number without a unit means days: `7` means `7d`.
        """
        is_number = re.fullmatch("[1-9][0-9]{0,2}", value) and int(value) <= MAX_WINDOW_DAYS
        return f"{value}d" if is_number else None


class Cursor(fields.String):
    """The query parameter `cursor`. It must not be empty. `CursorWriter.read` checks the rest."""

    def __init__(self, description: str) -> None:
        message = "The cursor is empty. Leave out the parameter to begin at the start."
        not_empty = validate.Length(min=1, error=message)
        super().__init__(validate=not_empty, metadata={"description": description})


class NoParameters(Schema):
    """The schema of the query string of a resource that accepts no query parameters."""


class PageParameters(Schema):
    """The base schema of the query parameters of a collection: `limit`, `cursor` and `total`.

    Subclasses add `sort` and the filters of their collection.
    """

    @post_load
    def add_defaults(self, given: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Return the query `given` with default values for missing parameters."""
        if "sort" not in given:
            given["sort"] = self.default_sort(given)
        return self.defaults | given

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """The default values by parameter, without `sort`, whose default can depend on the query."""
        fields = self.load_fields.items()
        return {name: field.load_default for name, field in fields if field.load_default is not missing}

    def default_sort(self, given: dict[str, Any]) -> str:  # noqa: ARG002 -- for subclasses
        """Return the value of `sort` for a query without this parameter.

        `given` has the values of the other parameters in the query. Subclasses can override this method, for
        example to sort by relevance if there is a full-text query.
        """
        default: str = self.fields["sort"].metadata["default"]
        return default

    limit = WholeNumber(
        1,
        MAX_LIMIT,
        load_default=DEFAULT_LIMIT,
        metadata={"description": "The maximum number of items on a page."},
    )
    cursor = Cursor(
        "The position of the page: an opaque value, taken from `meta.next_cursor` of the page before. A "
        "cursor belongs to its query: only `limit` can change between pages."
    )
    total = Flag("`true` adds `meta.total`, the number of items in the collection.", load_default=False)


def sort_parameter(sorts: Iterable[str], more: str = "", **metadata: Any) -> Choice:
    """Return the query parameter `sort` of a collection.

    Args:
        sorts: The allowed values, such as `title` and `-title`.
        more: Text to append to the description in the OpenAPI specification.
        **metadata: More keys for the specification, such as `default`.
    """
    description = (
        "The sort key, with a leading `-` for descending order. "
        "`null` sorts last in both directions, and ties are broken by a unique key."
    )
    return Choice(sorts, description + more, **metadata)


class StrictParser(FlaskParser):
    """A webargs parser that rejects unknown query parameters.

    It also rejects repeated parameters, except for a ListParameter, which has several values.
    """

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": RAISE}

    def load_querystring(self, req: Request, schema: Schema) -> dict[str, Any]:
        """Return the values of the query parameters of `req`, by name.

        The value of a ListParameter is a list of texts. Every other value is a text.

        Raises:
            ValidationError: A parameter is not in UTF-8, or a parameter that takes one value is repeated.
        """
        query: dict[str, Any] = {}
        faults = encoding_errors(req.query_string)
        for name, values in req.args.lists():
            is_list = isinstance(schema.fields.get(name), ListParameter)
            query[name] = values if is_list else values[0]
            if len(values) > 1 and not is_list:
                faults[name] = "The parameter is given more than once."
        if faults:
            errors: dict[str, list[str]] = {}
            # The schema raises InvalidParameters for a wrong combination of parameters.
            with suppress(InvalidParameters):
                others = {name: value for name, value in query.items() if name not in faults}
                errors = schema.validate(others)
            raise ValidationError(errors | {name: [text] for name, text in faults.items()})
        return query

    def handle_error(self, error: ValidationError, req: Request, schema: Schema, **_: Any) -> NoReturn:
        """Raise InvalidParameters, a 422, for `error`, a validation error of marshmallow.

        The 422 has an entry for each invalid parameter, in the order of the parameters in the query string.
        """
        messages: Any = error.messages
        by_name = messages["query"]
        names = [name for name in dict.fromkeys(req.args) if name in by_name]
        raise InvalidParameters(
            [_error(schema, name, by_name[name], req.args.getlist(name)) for name in names]
        ) from error


def _error(schema: Schema, name: str, messages: list[str], values: list[str]) -> dict[str, Any]:
    field = schema.fields.get(name)
    if field is None:
        known = sorted(schema.fields)
        if name.casefold() in KEY_PARAMETERS:
            return parameter_error(name, POSSIBLE_KEY_MESSAGE, known)
        message = NAME_ERROR if NAME_ERROR in messages else "Unknown parameter."
        return parameter_error(name, message, known, _likely_name(name, known))
    allowed = list(getattr(field, "allowed", [])) or None
    suggestion = _suggestion(field, values, allowed or [])
    return parameter_error(name, " ".join(dict.fromkeys(messages)), allowed, suggestion)


def _likely_name(name: str, known: list[str]) -> str | None:
    """Return the name among `known` that a client probably meant by the unknown parameter `name`, or None."""
    common = COMMON_NAMES.get(re.sub(r"[^a-z]", "", name.lower()))
    return common if common in known else closest_choice(name, known)


def _suggestion(field: fields.Field[Any], values: list[str], allowed: list[str]) -> str | None:
    if isinstance(field, ListParameter):
        return field.suggest(values)
    if len(values) > 1 or isinstance(field, Text):
        return None
    return (
        field.suggest(values[0])
        if isinstance(field, Instant | Window)
        else closest_choice(values[0], allowed)
    )
