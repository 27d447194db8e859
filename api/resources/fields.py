"""Marshmallow fields for links, times, stored JSON, and nested objects made of columns of their parent."""

from collections.abc import Callable
from typing import Any

from marshmallow import fields

from api.urls import url


def rfc3339(value: Any) -> str:
    """Return `value`, an aware datetime in UTC, as text in the format of RFC 3339 that ends in `Z`."""
    text: str = value.isoformat()
    return text.replace("+00:00", "Z")


class Time(fields.AwareDateTime):
    """A field that is serialized as a time in the format of RFC 3339, in UTC and with a final `Z`."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ARG002
        return None if value is None else rfc3339(value)


class Link(fields.String):
    """A field that is serialized as a URL of this service.

    Args:
        template: The path of the URL, such as `/v1/articles/{0.slug}`. `str.format` fills it in with the
            object that contains the field, such as an Article.
        unless: A function of that object. If it returns True, the field is null. By default, the field is
            never null.
    """

    def __init__(self, template: str, unless: Callable[[Any], bool] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {"format": "uri-reference"})
        super().__init__(allow_none=unless is not None, **kwargs)
        self.template, self.unless = template, unless

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **kwargs: Any) -> str | None:  # noqa: ARG002
        """Return the URL that the template yields for `obj`, or None if `unless` returns True for `obj`."""
        return None if self.unless and self.unless(obj) else url(self.template.format(obj))


class StoredJson(fields.Nested):
    """A nested object, or a list of objects, from a JSON column.

    The column stores the value exactly as responses show it, so the nested schema only documents it.
    """

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **kwargs: Any) -> Any:  # noqa: ARG002
        """Return the stored JSON value unchanged, without applying the nested schema."""
        return self.get_value(obj, attr, accessor=accessor)


class FromParent(fields.Nested):
    """A nested object whose values are attributes of the object that contains the field.

    For example, the nested object `byline` of an article takes its values from columns of the article itself.

    Args:
        nested: The schema class of the nested object.
        when: A function of the containing object. If it returns False, the field is null. By default,
            the field is never null.
    """

    def __init__(self, nested: Any, when: Callable[[Any], bool] | None = None, **kwargs: Any) -> None:
        super().__init__(nested, allow_none=when is not None, **kwargs)
        self.when = when

    def get_value(self, obj: Any, attr: str, accessor: Any = None, default: Any = None) -> Any:  # noqa: ARG002
        """Return `obj`, the containing object, as the nested object, or None if `when` is false for it."""
        return obj if self.when is None or self.when(obj) else None
