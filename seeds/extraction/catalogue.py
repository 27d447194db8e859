"""The catalogue: a YAML file of known entities that is maintained by hand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import yaml
from marshmallow import Schema, ValidationError, fields, post_load, validate

from api.models import ENTITY_TYPES
from api.text_folding import fold_characters
from seeds.escaping import printable
from seeds.identifiers import entity_id, is_slug, make_slug

CATALOGUE = Path(__file__).parent.parent / "catalogue.yaml"
MAX_DEPTH = 10
# The matcher looks for names at the beginning of words, so a name must begin with a letter or digit.
NAME = validate.And(validate.Length(1, 200), validate.Regexp(r"[^\W_]"))


class CatalogueError(ValueError):
    """An error in the catalogue, the file of known entities.

    The message is one line that names the entry and the error.
    """

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(printable(f"{path.name}: {message}"))


def group_of(kind: str) -> str:
    """Return the group of the entity type `kind`: person, place, or thing for all other types.

    A name refers to different entities in different groups: the person Hope is not the ship Hope.
    """
    return kind if kind in ("person", "place") else "thing"


class EntityRecord(NamedTuple):
    """An entity from the catalogue (the file of known entities), or an entity that rules found in a text.

    Attributes:
        name: The main name.
        type: The entity type, such as `person`.
        aliases: The other names of the entity.
        description: What the entity is. Only entities of the catalogue have a description.
        same_as: The URLs of pages about the entity on other sites.
        origin: `catalogue` or `extracted`.
    """

    name: str
    type: str
    slug: str
    aliases: tuple[str, ...] = ()
    description: str | None = None
    same_as: tuple[str, ...] = ()
    origin: str = "catalogue"

    @property
    def id(self) -> UUID:
        """The id of the entity, a UUID that is the same in every database.

        The UUID is made from the slug, and for an entity outside the catalogue also from `group_of(type)`.
        """
        return entity_id(self.slug if self.origin == "catalogue" else f"{group_of(self.type)}:{self.slug}")

    @property
    def own_name(self) -> str | None:
        """The name of an extracted entity, as an article uses it, or None for an entity of the catalogue.

        The catalogue is the file of known entities. They have the same name in all articles.
        """
        return self.name if self.origin == "extracted" else None

    @property
    def own_type(self) -> str | None:
        """The type that an extracted entity has in an article, or None for an entity of the catalogue.

        An entity of the catalogue has the same type in all articles.
        """
        return self.type if self.origin == "extracted" else None

    @property
    def names(self) -> tuple[str, ...]:
        """The main name of the entity, followed by its aliases."""
        return (self.name, *self.aliases)


def _check_slug(text: str) -> None:
    if not is_slug(text):
        raise ValidationError("Must be words of a-z and 0-9 joined by -, and not a UUID.")


class Entry(Schema):
    """The schema of one entry of the catalogue file. Loading an entry returns an `EntityRecord`."""

    name = fields.String(required=True, validate=NAME)
    type = fields.String(required=True, validate=validate.OneOf(ENTITY_TYPES))
    slug = fields.String(validate=_check_slug)
    aliases = fields.List(fields.String(validate=NAME))
    description = fields.String()
    same_as = fields.List(fields.URL(schemes={"http", "https"}))

    @post_load
    def make_entity(self, entry: dict[str, Any], **_: Any) -> EntityRecord:
        """Return the entity described by `entry`, the fields of a valid catalogue entry.

        Marshmallow calls this after validation. If the entry has no slug, the slug is made from the name. If
        this is impossible, the slug is an empty string, which `read_catalogue` refuses.
        """
        slug = entry.pop("slug", None) or make_slug(entry["name"], "")
        lists = {key: tuple(entry.get(key, ())) for key in ("aliases", "same_as")}
        return EntityRecord(**entry | lists | {"slug": slug})


def read_catalogue(path: Path = CATALOGUE) -> tuple[EntityRecord, ...]:
    """Return the known entities from the catalogue file at `path`.

    Raises:
        CatalogueError: If the file cannot be read, an entry is invalid, or two entries share a name or slug.
    """
    try:
        entries = Entry(many=True).load(_parse(path, path.read_bytes()) or [])
    except OSError as error:
        raise CatalogueError(path, f"cannot be read: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise CatalogueError(path, f"not YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        raise CatalogueError(path, _first_error(error)) from None
    for entry in entries:
        if not entry.slug:
            raise CatalogueError(path, f"'{entry.name}' needs a slug, since none can be made from its name")
    for text, owner in _find_repeated(entries):
        raise CatalogueError(path, f"'{text}' of '{owner}' is already used by an earlier entry")
    return tuple(entries)


def _parse(path: Path, data: bytes) -> Any:
    depth = 0
    for event in yaml.parse(data, yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        # Thousands of levels would overflow the stack of the YAML loader.
        if depth > MAX_DEPTH:
            raise CatalogueError(path, f"is nested deeper than {MAX_DEPTH} levels")
    try:
        return yaml.load(data, yaml.CSafeLoader)
    except (ValueError, LookupError, AttributeError) as error:
        # The loader raises these errors for an invalid date and for a text that does not fit its tag.
        raise CatalogueError(path, f"a value cannot be read: {error}") from None


def _first_error(error: ValidationError) -> str:
    messages: Any = error.messages
    place: list[str] = []
    while isinstance(messages, dict):
        key, messages = next(iter(messages.items()))
        place.append(f"entry {key + 1}" if isinstance(key, int) and not place else str(key))
    return f"{', '.join(place)}: {' '.join(messages)}"


def _find_repeated(entries: list[EntityRecord]) -> Iterator[tuple[str, str]]:
    """Yield `(text, name)` for each name, alias or slug of an entry that an earlier entry already uses.

    `text` is the repeated name, alias or slug, and `name` is the main name of the later entry.
    """
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        names = [("name", fold_characters(name)) for name in entry.names]
        for kind, text in [("slug", entry.slug), *names]:
            if (kind, text) in seen:
                yield text, entry.name
            seen.add((kind, text))
