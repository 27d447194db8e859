"""Marshmallow fields of our own: links, objects made of their parent's columns, times with `Z`."""

from collections.abc import Callable
from typing import Any

from marshmallow import fields

from api.urls import url


def rfc3339(value: Any) -> str:
    """Write an aware UTC datetime as RFC 3339 with `Z`."""
    text: str = value.isoformat()
    return text.replace("+00:00", "Z")


class Time(fields.AwareDateTime):
    """A time in RFC 3339, UTC, with `Z`."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ARG002
        return None if value is None else rfc3339(value)


class Link(fields.String):
    """A URL of ours, made by filling `template` from the object: `Link("/v1/articles/{0.slug}")`."""

    def __init__(self, template: str, unless: Callable[[Any], bool] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {"format": "uri-reference"})
        super().__init__(allow_none=unless is not None, **kwargs)
        self.template, self.unless = template, unless

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **kwargs: Any) -> str | None:  # noqa: ARG002
        """Give the URL, or None where `unless` says that there is none."""
        return None if self.unless and self.unless(obj) else url(self.template.format(obj))


class Stored(fields.Nested):
    """A nested object, or a list of such, that is stored as it is served."""

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **kwargs: Any) -> Any:  # noqa: ARG002
        """Give what is stored."""
        return self.get_value(obj, attr, accessor=accessor)


class Here(fields.Nested):
    """A nested object whose fields are columns of its parent; null unless `when` holds for the parent."""

    def __init__(self, nested: Any, when: Callable[[Any], bool] | None = None, **kwargs: Any) -> None:
        super().__init__(nested, allow_none=when is not None, **kwargs)
        self.when = when

    def get_value(self, obj: Any, attr: str, accessor: Any = None, default: Any = None) -> Any:  # noqa: ARG002
        """Give the parent itself, or None."""
        return obj if self.when is None or self.when(obj) else None
