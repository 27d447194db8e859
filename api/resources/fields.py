"""Marshmallow fields for links, times, stored JSON and objects made of columns of their parent."""

from collections.abc import Callable
from typing import Any

from marshmallow import fields

from api.urls import url


def rfc3339(value: Any) -> str:
    """Return an aware datetime in UTC as RFC 3339 with `Z`."""
    text: str = value.isoformat()
    return text.replace("+00:00", "Z")


class Time(fields.AwareDateTime):
    """A time in RFC 3339, in UTC with `Z`."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ARG002
        return None if value is None else rfc3339(value)


class Link(fields.String):
    """A URL of this service, made from a template of its path: `Link("/v1/articles/{0.slug}")`."""

    def __init__(self, template: str, unless: Callable[[Any], bool] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {"format": "uri-reference"})
        super().__init__(allow_none=unless is not None, **kwargs)
        self.template, self.unless = template, unless

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **kwargs: Any) -> str | None:  # noqa: ARG002
        """Return the URL, or None if `unless` is true for the object."""
        return None if self.unless and self.unless(obj) else url(self.template.format(obj))


class StoredJson(fields.Nested):
    """A nested object, or a list of objects, that the database stores in the form of the response."""

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **kwargs: Any) -> Any:  # noqa: ARG002
        """Return the stored value unchanged."""
        return self.get_value(obj, attr, accessor=accessor)


class FromParent(fields.Nested):
    """A nested object whose fields are columns of its parent; null unless `when` is true for the parent."""

    def __init__(self, nested: Any, when: Callable[[Any], bool] | None = None, **kwargs: Any) -> None:
        super().__init__(nested, allow_none=when is not None, **kwargs)
        self.when = when

    def get_value(self, obj: Any, attr: str, accessor: Any = None, default: Any = None) -> Any:  # noqa: ARG002
        """Return the parent, or None if `when` is false for the parent."""
        return obj if self.when is None or self.when(obj) else None
