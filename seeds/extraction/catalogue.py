"""The catalogue: the curated file of known entities."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from marshmallow import Schema, ValidationError, fields, post_load, validate

from api.models import ENTITY_TYPES
from seeds.messages import printable
from seeds.storing.identifiers import CURLY_QUOTES, entity_id, is_slug, make_slug

CATALOGUE = Path(__file__).parent.parent / "catalogue.yaml"
DEEPEST = 10
# A match begins at the beginning of a word.
NAME = validate.And(validate.Length(1, 200), validate.Regexp(r"[^\W_]"))


class CatalogueError(ValueError):
    """The catalogue cannot be used; the message is one line that names the entry and what is wrong."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(printable(f"{path.name}: {message}"))


def group_of(kind: str) -> str:
    """Give what no two types of one entity differ in: Hope the person is not Hope the place, nor the ship."""
    return kind if kind in ("person", "place") else "thing"


@dataclass(frozen=True, slots=True)
class KnownEntity:
    """One entry: a canonical name with its type, its other names, and what is known of it."""

    name: str
    type: str
    slug: str
    aliases: tuple[str, ...] = ()
    description: str | None = None
    same_as: tuple[str, ...] = ()
    origin: str = "catalogue"

    @property
    def id(self) -> UUID:
        """Its id: of its slug where the catalogue has it, else of what it is called and roughly is.

        So what two documents call alike is one entity, unless it is a person in one and none in the other,
        or a place.
        """
        return entity_id(self.slug if self.origin == "catalogue" else f"{group_of(self.type)}:{self.slug}")

    @property
    def names(self) -> tuple[str, ...]:
        """Every form under which a text may name it."""
        return (self.name, *self.aliases)


def _check_slug(text: str) -> None:
    if not is_slug(text):
        raise ValidationError("Must be words of a-z and 0-9 joined by -, and no UUID.")


class Entry(Schema):
    """One entry of the file."""

    name = fields.String(required=True, validate=NAME)
    type = fields.String(required=True, validate=validate.OneOf(ENTITY_TYPES))
    slug = fields.String(validate=_check_slug)
    aliases = fields.List(fields.String(validate=NAME))
    description = fields.String()
    same_as = fields.List(fields.URL(schemes={"http", "https"}))

    @post_load
    def make(self, entry: dict[str, Any], **_: Any) -> KnownEntity:
        """Make the record, its slug from its name unless the entry gives one."""
        slug = entry.pop("slug", None) or make_slug(entry["name"], "")
        lists = {key: tuple(entry.get(key, ())) for key in ("aliases", "same_as")}
        return KnownEntity(**entry | lists | {"slug": slug})


def read_catalogue(path: Path = CATALOGUE) -> tuple[KnownEntity, ...]:
    """Read the catalogue at `path`; raises CatalogueError."""
    try:
        entries = Entry(many=True).load(_parse(path, path.read_bytes()) or [])
    except OSError as error:
        raise CatalogueError(path, f"cannot be read: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise CatalogueError(path, f"not YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        raise CatalogueError(path, _first_fault(error)) from None
    for entry in entries:
        if not entry.slug:
            raise CatalogueError(path, f"'{entry.name}' needs a slug of its own")
    for text, owner in _repeated(entries):
        raise CatalogueError(path, f"'{text}' of '{owner}' is taken by an entry before it")
    return tuple(entries)


def _parse(path: Path, data: bytes) -> Any:
    depth = 0
    for event in yaml.parse(data, yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        # Thousands would overflow the stack of what makes values of them.
        if depth > DEEPEST:
            raise CatalogueError(path, f"nested deeper than {DEEPEST}, which no entry is")
    try:
        return yaml.load(data, yaml.CSafeLoader)
    except (ValueError, LookupError, AttributeError) as error:
        # So it says that a date is none, or that a text does not fit its tag.
        raise CatalogueError(path, f"a value cannot be read: {error}") from None


def _first_fault(error: ValidationError) -> str:
    messages: Any = error.messages
    place: list[str] = []
    while isinstance(messages, dict):
        key, messages = next(iter(messages.items()))
        place.append(f"entry {key + 1}" if isinstance(key, int) and not place else str(key))
    return f"{', '.join(place)}: {' '.join(messages)}"


def _repeated(entries: list[KnownEntity]) -> Iterator[tuple[str, str]]:
    # One name leads to one entity, one slug to one address.
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        names = [("name", name.translate(CURLY_QUOTES)) for name in entry.names]
        for kind, text in [("slug", entry.slug), *names]:
            if (kind, text) in seen:
                yield text, entry.name
            seen.add((kind, text))
