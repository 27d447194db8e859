"""Marshmallow fields that describe links and times in the specification, and the form of times in JSON."""

from typing import Any

from marshmallow import fields


def rfc3339(value: Any) -> str:
    """Return `value`, an aware datetime in UTC, as text in the format of RFC 3339 that ends in `Z`."""
    text: str = value.isoformat()
    return text.replace("+00:00", "Z")


class Link(fields.String):
    """A field for a URL of this service. `allow_none` is True if the field can be null."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"format": "uri-reference"}, **kwargs)
