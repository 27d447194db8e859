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
from seeds.escaping import printable, quoted
from seeds.identifiers import MAX_SLUG_LENGTH, entity_id, is_slug, make_slug

CATALOGUE = Path(__file__).parent.parent / "catalogue.yaml"
MAX_DEPTH = 10
# The matcher looks for names at the beginning of words, so a name must begin with a letter or digit.
NAME = validate.And(validate.Length(1, 200), validate.Regexp(r"[^\W_]"))
EXPECTED_NAME = "text of 1 to 200 characters that begins with a letter or digit"
EXPECTED_URL = "an http or https URL"
EXPECTED = {
    "name": EXPECTED_NAME,
    "type": f"one of {', '.join(ENTITY_TYPES)}",
    "slug": f"words of a-z and 0-9 joined by -, at most {MAX_SLUG_LENGTH} characters, and not a UUID",
    "aliases": f"a list, and each item must be {EXPECTED_NAME}",
    "description": "text",
    "same_as": f"a list, and each item must be {EXPECTED_URL}",
}
EXPECTED_ITEM = {"aliases": EXPECTED_NAME, "same_as": EXPECTED_URL}


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
        raise ValidationError("not a slug")


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
        data = path.read_bytes()
    except OSError as error:
        advice = "BRIEFS_CATALOGUE must be the path of a catalogue"
        raise CatalogueError(path, f"cannot be read: {error.strerror}; {advice}") from None
    root, values = _parse(path, data)
    try:
        entries = Entry(many=True).load(values)
    except ValidationError as error:
        raise _first_error(path, error, root, values) from None
    for node, entry in zip(root.value, entries, strict=True):
        if not entry.slug:
            message = f"'{entry.name}' needs a slug, since none can be made from its name"
            raise CatalogueError(path, message, _line_of(node))
    for index, text in _find_repeated(entries):
        message = f"'{text}' of '{entries[index].name}' is already used by an earlier entry"
        raise CatalogueError(path, message, _line_of(root.value[index]))
    return tuple(entries)


def _parse(path: Path, data: bytes) -> tuple[yaml.SequenceNode, list[Any]]:
    """Parse the bytes of the catalogue file at `path`, and return the node of its list and its entries.

    The node has the lines of the entries.

    Raises:
        CatalogueError: If the file is not YAML, is empty, or does not contain a list.
    """
    depth = 0
    try:
        for event in yaml.parse(data, yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            # Thousands of levels would overflow the stack of the YAML loader.
            if depth > MAX_DEPTH:
                raise CatalogueError(path, f"is nested deeper than {MAX_DEPTH} levels", _line_of(event))
        loader = yaml.CSafeLoader(data)
        root = loader.get_single_node()
        if root is None:
            raise CatalogueError(path, "the file is empty; expected a list of entries, or [] for no entries")
        if not isinstance(root, yaml.SequenceNode):
            raise CatalogueError(path, "must be a list of entries, such as `- name: …`", _line_of(root))
        return root, loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise CatalogueError(path, f"not YAML: {error.problem}", mark.line + 1 if mark else None) from None
    except yaml.YAMLError:
        raise CatalogueError(path, "not YAML: a character that is not UTF-8 or not allowed in YAML") from None
    except (LookupError, AttributeError, ValueError) as error:
        if isinstance(error, CatalogueError):
            raise
        # The loader raises these errors for an invalid date and for a text that does not fit its tag.
        raise CatalogueError(path, f"a value cannot be read: {error}") from None


def _line_of(node: yaml.Node | yaml.Event) -> int:
    return node.start_mark.line + 1 if node.start_mark else 1


def _first_error(
    path: Path, error: ValidationError, root: yaml.SequenceNode, values: list[Any]
) -> CatalogueError:
    """Return the first error of an invalid catalogue, with its line and the wrong value.

    Args:
        path: The path of the catalogue file.
        error: The errors by the index of the entry and by field.
        root: The node of the list of entries.
        values: The entries.
    """
    messages: Any = error.messages
    index = min(messages)
    node, entry = root.value[index], values[index]
    if not isinstance(entry, dict):
        message = f"must have the keys name and type, not be {_shown(node, entry)}"
        return CatalogueError(path, f"entry {index + 1}: {message}", _line_of(node))
    field, faults = next(iter(messages[index].items()))
    place = f"entry {index + 1}, {field}"
    if field in EXPECTED and field not in entry:
        message = f"{place}: is missing; it must be {EXPECTED[field]}"
        return CatalogueError(path, message, _line_of(node))
    key, wrong = next((pair for pair in node.value[::-1] if pair[0].value == str(field)), (node, node))
    if field not in EXPECTED:
        near = closest_choice(str(field), list(EXPECTED))
        hint = f"did you mean '{near}'?" if near else f"the keys are {', '.join(EXPECTED)}"
        message = f"is not a key of an entry; {hint}"
    elif isinstance(faults, dict):
        item = next(iter(faults))
        shown = _shown(wrong.value[item], entry[field][item])
        message = f"item {item + 1} must be {EXPECTED_ITEM[field]}; the value is {shown}"
    else:
        message = f"must be {EXPECTED[field]}; the value is {_shown(wrong, entry[field])}"
    return CatalogueError(path, f"{place}: {message}", _line_of(key))


def _shown(node: yaml.Node, value: Any) -> str:
    """Return what `value`, the value of `node`, is, for messages: `a list`, `nothing` or `"text"`."""
    if not isinstance(node, yaml.ScalarNode):
        return "a list" if isinstance(node, yaml.SequenceNode) else "an object with keys"
    if value is None:
        return "nothing"
    return quoted(node.value) if isinstance(value, str) else f"{node.value[:40]} without quotation marks"


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
