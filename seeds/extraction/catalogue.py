"""The catalogue: a YAML file of known entities that is maintained by hand."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, post_load, validate

from api.models import ENTITY_TYPES
from api.text_folding import fold_characters
from seeds.escaping import printable
from seeds.identifiers import SLUG_RULE, entity_id, is_slug, make_slug
from seeds.parsing.document import Rejection
from seeds.parsing.formats.nodes import Node, check_keys, shown, yaml_to_node
from seeds.parsing.formats.yaml_nodes import YamlError, compose_yaml

CATALOGUE = Path(__file__).parent.parent / "catalogue.yaml"
MAX_VALUES = 5_000_000
LETTER_OR_DIGIT = re.compile(r"[^\W_]")
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

        An entity of the catalogue (the file of known entities) has the same name in all articles.
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


def form_in_texts(name: str) -> str:
    """Return the folded form in which texts are searched for `name`, without a first apostrophe.

    Folding makes an apostrophe of the first letter of ʻIolani, and words begin after an apostrophe.
    """
    return fold_characters(name).removeprefix("'")


def _check_name(text: str) -> None:
    # The matcher looks for names at the beginning of words.
    if not (LETTER_OR_DIGIT.match(text) and LETTER_OR_DIGIT.match(form_in_texts(text))):
        raise ValidationError(NAME_RULE["rule"])


def _check_slug(text: str) -> None:
    if not is_slug(text):
        raise ValidationError(SLUG_RULE)


NAME = validate.And(validate.Length(1, 200), _check_name)


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
        root = _parse(path.read_bytes())
        entries = _load_entries(root)
    except OSError as error:
        advice = "BRIEFS_CATALOGUE must be the path of a catalogue"
        raise CatalogueError(path, f"cannot be read: {error.strerror}; {advice}") from None
    except Rejection as rejection:
        raise CatalogueError(path, rejection.message, rejection.line) from None
    for index, message in _find_faults(entries):
        raise CatalogueError(path, message, root[index].span[0])
    return tuple(entries)


def _parse(data: bytes) -> list[Node]:
    try:
        root = compose_yaml(data.decode())
    except UnicodeDecodeError as error:
        raise Rejection("the file is not UTF-8", line=data.count(b"\n", 0, error.start) + 1) from None
    except YamlError as error:
        raise Rejection(error.message, line=error.line) from None
    if root is None:
        raise Rejection("the file is empty; expected a list of entries, or [] for no entries", line=1)
    node = yaml_to_node(root, max_values=MAX_VALUES, is_typed=True)
    if not isinstance(node.value, list):
        raise node.rejection("must be a list of entries, such as `- name: …`")
    return node.value


def _load_entries(nodes: list[Node]) -> list[EntityRecord]:
    schema = Entry(many=True)
    for node in nodes:
        check_keys(node, list(schema.fields), "an entry")
    try:
        entries: list[EntityRecord] = schema.load([_plain_value(node) for node in nodes])
    except ValidationError as error:
        raise _first_fault(error, nodes) from None
    return entries


def _plain_value(node: Node) -> Any:
    if isinstance(node.value, list):
        return [_plain_value(item) for item in node.value]
    if isinstance(node.value, dict):
        return {key: _plain_value(value) for key, value in node.value.items()}
    return node.value


def _first_fault(error: ValidationError, nodes: list[Node]) -> Rejection:
    """Return a rejection for the first invalid value that Marshmallow has found in the entries `nodes`."""
    messages: Any = error.messages
    index: int = min(messages)
    entry, (key, faults) = nodes[index], next(iter(messages[index].items()))
    field = Entry().fields[key]
    if not isinstance(entry.value, dict) or key not in entry.value:
        return entry.rejection(f"must have the key {key}: {_rule_of(field)}")
    node = entry.value[key]
    if isinstance(faults, dict) and isinstance(field, fields.List) and isinstance(node.value, list):
        node, field = node.value[min(faults)], field.inner
    return node.rejection(f"must be {_rule_of(field)}; the value is {shown(node)}")


def _rule_of(field: fields.Field[Any]) -> str:
    if isinstance(field, fields.List):
        return f"a list, and each item must be {_rule_of(field.inner)}"
    return str(field.metadata["rule"])


def _find_faults(entries: list[EntityRecord]) -> Iterator[tuple[int, str]]:
    """Yield the index and a message for each entry without a slug, or with a repeated name, alias or slug."""
    seen: set[tuple[str, str]] = set()
    for index, entry in enumerate(entries):
        if not entry.slug:
            yield index, f"'{entry.name}' needs a slug, since none can be made from its name"
        names = [("name", form_in_texts(name)) for name in entry.names]
        for kind, text in [("slug", entry.slug), *names]:
            if (kind, text) in seen:
                yield index, f"'{text}' of '{entry.name}' is already used by an earlier entry"
            seen.add((kind, text))
