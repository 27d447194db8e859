"""The catalogue: a YAML file of known entities that is maintained by hand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import yaml
from marshmallow import Schema, ValidationError, fields, post_load, validate

from api.models import ENTITY_TYPES
from api.problems import closest_choice
from api.text_folding import fold_characters
from seeds.escaping import printable, shortened
from seeds.extraction.catalogue_nodes import (
    compose_entries,
    is_unquoted,
    key_of,
    line_of,
    shown,
    value_of,
)
from seeds.identifiers import SLUG_RULE, entity_id, is_slug, make_slug
from seeds.parsing.formats.yaml_nodes import YamlError

CATALOGUE = Path(__file__).parent.parent / "catalogue.yaml"
# The matcher looks for names at the beginning of words, so a name must begin with a letter or digit.
NAME = validate.And(validate.Length(1, 200), validate.Regexp(r"[^\W_]"))
NAME_RULE = {"rule": "text of 1 to 200 characters that begins with a letter or digit"}
TYPE_RULE = {"rule": f"one of {', '.join(ENTITY_TYPES)}"}


class CatalogueError(ValueError):
    """An error in the catalogue, the file of known entities.

    The message is one line that names the file, the line if it is known, and the error.

    Args:
        path: The path of the file.
        message: The error, without its place.
        line: The number of the line with the error, from 1, or None.
    """

    def __init__(self, path: Path, message: str, line: int | None = None) -> None:
        place = f"{path}: line {line}" if line else str(path)
        super().__init__(printable(f"{place}: {message}"))


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
        raise ValidationError(SLUG_RULE)


class Entry(Schema):
    """The schema of one entry of the catalogue file. Loading an entry returns an `EntityRecord`.

    The `metadata` of a field is its rule for messages.
    """

    name = fields.String(required=True, validate=NAME, metadata=NAME_RULE)
    type = fields.String(required=True, validate=validate.OneOf(ENTITY_TYPES), metadata=TYPE_RULE)
    slug = fields.String(validate=_check_slug, metadata={"rule": SLUG_RULE})
    aliases = fields.List(fields.String(validate=NAME, metadata=NAME_RULE))
    description = fields.String(metadata={"rule": "text"})
    same_as = fields.List(fields.URL(schemes={"http", "https"}, metadata={"rule": "an http or https URL"}))

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
        data = path.read_bytes()
    except OSError as error:
        advice = "BRIEFS_CATALOGUE must be the path of a catalogue"
        raise CatalogueError(path, f"cannot be read: {error.strerror}; {advice}") from None
    try:
        root = compose_entries(data)
        entries = Entry(many=True).load(value_of(root))
    except YamlError as error:
        raise CatalogueError(path, error.message, error.line) from None
    except ValidationError as error:
        raise _first_error(path, error, root) from None
    for node, entry in zip(root.value, entries, strict=True):
        if not entry.slug:
            message = f"'{entry.name}' needs a slug, since none can be made from its name"
            raise CatalogueError(path, message, line_of(node))
    for index, text in _find_repeated(entries):
        message = f"'{text}' of '{entries[index].name}' is already used by an earlier entry"
        raise CatalogueError(path, message, line_of(root.value[index]))
    return tuple(entries)


def _first_error(path: Path, error: ValidationError, root: yaml.SequenceNode) -> CatalogueError:
    """Return the first error of an invalid catalogue, with its line and the wrong value.

    Args:
        path: The path of the catalogue file.
        error: The errors by the index of the entry and by field.
        root: The node of the list of entries.
    """
    messages: Any = error.messages
    index = min(messages)
    entry, place = root.value[index], f"entry {index + 1}"
    if not isinstance(value_of(entry), dict):
        message = f"must be an object with the keys name and type; the value is {shown(entry)}"
        return CatalogueError(path, f"{place}: {message}", line_of(entry))
    key, faults = next(iter(messages[index].items()))
    node, message = _describe_fault(entry, key, faults)
    return CatalogueError(path, f"{place}, {shortened(key)}: {message}", line_of(node))


def _describe_fault(entry: yaml.MappingNode, key: str, faults: Any) -> tuple[yaml.Node, str]:
    """Return the node with the line of a fault in `entry`, and the message for the fault.

    Args:
        entry: The node of the entry.
        key: The key with the fault.
        faults: The errors of Marshmallow for this key. For items of a list, they are errors by index.
    """
    pair = next((pair for pair in entry.value[::-1] if key_of(pair[0]) == key), None)
    field = Entry().fields.get(key)
    if field is None:
        return pair[0] if pair else entry, _unknown_key(key)
    if pair is None:
        return entry, f"is missing; it must be {_rule_of(field)}"
    (place, node), subject = pair, ""
    if isinstance(field, fields.List) and isinstance(faults, dict):
        item = min(faults)
        place = node = node.value[item]
        field, subject = field.inner, f"item {item + 1} "
    advice = "; put text in quotation marks" if is_unquoted(node) and _accepts(field, node.value) else ""
    return place, f"{subject}must be {_rule_of(field)}; the value is {shown(node)}{advice}"


def _unknown_key(key: str) -> str:
    keys = list(Entry().fields)
    near = closest_choice(key, keys)
    hint = f"did you mean '{near}'?" if near else f"the keys are {', '.join(keys)}"
    return f"is not a key of an entry; {hint}"


def _accepts(field: fields.Field[Any], text: str) -> bool:
    try:
        field.deserialize(text)
    except ValidationError:
        return False
    return True


def _rule_of(field: fields.Field[Any]) -> str:
    if isinstance(field, fields.List):
        return f"a list, and each item must be {_rule_of(field.inner)}"
    return str(field.metadata["rule"])


def _find_repeated(entries: list[EntityRecord]) -> Iterator[tuple[int, str]]:
    """Yield `(index, text)` for each name, alias or slug of an entry that an earlier entry already uses.

    `index` is the index of the later entry, and `text` is the repeated name, alias or slug.
    """
    seen: set[tuple[str, str]] = set()
    for index, entry in enumerate(entries):
        names = [("name", fold_characters(name)) for name in entry.names]
        for kind, text in [("slug", entry.slug), *names]:
            if (kind, text) in seen:
                yield index, text
            seen.add((kind, text))
