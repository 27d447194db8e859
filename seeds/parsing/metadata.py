"""The metadata of a document: what identifies and dates it, from the document or from files beside it."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata of a document. A value that is not given is None.

    `key` and `url` identify the document across loads, and `published_at` is in UTC. `language` is a BCP 47
    tag, and `slug` is the readable part of the article's address.
    """

    url: str | None = None
    published_at: datetime | None = None
    language: str | None = None
    image_url: str | None = None
    slug: str | None = None
    key: str | None = None

    def find_key(self, name: str) -> str:
        """Return the key that identifies the document across loads: `key`, or else `url`, or else `name`."""
        return self.key or self.url or name


def merge_metadata(*layers: Any) -> Metadata:
    """Return the metadata with each value from the first of `layers` that gives it.

    A layer has the attributes of `Metadata`, or some of them.
    """
    return Metadata(*[_first_value(layers, name) for name in NAMES])


def _first_value(layers: tuple[Any, ...], name: str) -> Any:
    for layer in layers:
        value = getattr(layer, name, None)
        if value is not None:
            return value
    return None


NAMES = tuple(field.name for field in fields(Metadata))
