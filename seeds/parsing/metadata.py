"""The metadata of a document, such as its URL and date, from the document or from files beside it."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata of a document. A value that is not given is None.

    Attributes:
        url: The URL of the original page. It identifies the document across loads if there is no `key`.
        published_at: When the article was published, in UTC.
        language: A BCP 47 tag such as `en`.
        slug: The readable part of the article's address.
        key: The key that identifies the document across loads.
    """

    url: str | None = None
    published_at: datetime | None = None
    language: str | None = None
    image_url: str | None = None
    slug: str | None = None
    key: str | None = None

    def find_key(self, name: str) -> str:
        """Return the key that identifies the document across loads: `key`, or else `url`, or else `name`.

        `name` is the file name of the document without its ending.
        """
        return self.key or self.url or name


def merge_metadata(*layers: Any) -> Metadata:
    """Merge metadata from several sources. Each value comes from the first of `layers` that gives the value.

    A layer is an object with some of the attributes of `Metadata`. A layer that is None is ignored.
    """
    return Metadata(*[_first_value(layers, name) for name in NAMES])


def _first_value(layers: tuple[Any, ...], name: str) -> Any:
    for layer in layers:
        value = getattr(layer, name, None)
        if value is not None:
            return value
    return None


NAMES = tuple(field.name for field in fields(Metadata))
