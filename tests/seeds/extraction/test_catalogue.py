"""Tests of the catalogue, the file of known entities: it is valid, and an error is reported in one line."""

import re
from pathlib import Path

import pytest

from api.models import ENTITY_TYPES
from seeds.escaping import printable
from seeds.extraction.catalogue import CATALOGUE, CatalogueError, EntityRecord, read_catalogue
from seeds.identifiers import is_slug
from tests.support.extraction import make_matcher

# The middle of the message for a value whose type is not text.
TYPE = ", a list or an object, not a value of the type "
TYPED = [
    ("5", "int"),
    (f"0x{'f' * 9999}", "int"),
    (f"1{':00' * 200}.5", "float"),
    ("2026-02-30", "timestamp"),
    ('!!int ""', "int"),
    ("!!float abc", "float"),
    ("!!bool abc", "bool"),
    ("!!timestamp x", "timestamp"),
    ("!!binary YQ==", "binary"),
    ("=", "value"),
    ("!!python/object:x {}", "python/object:x"),
]
TWO_ENTRIES = """\
- name: Sea Board
  type: organization
  slug: the-sea-board
  aliases: [Board of the Sea, 海委会]
  description: Keeps the gauges.
  same_as: [https://example.org/sea-board, http://example.net/1]
- name: Tide Day
  type: event
"""


def read(folder: Path, text: str | bytes) -> tuple[EntityRecord, ...]:
    """Write `text` to a catalogue file in `folder`, and return the entities that are read from it."""
    path = folder / "known.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_catalogue(path)


def error_message(folder: Path, text: str | bytes) -> str:
    """Read an invalid catalogue with the content `text`, and return the error, without its path and line."""
    with pytest.raises(CatalogueError) as caught:
        read(folder, text)
    message = str(caught.value)
    assert message == printable(message)
    path = f"{folder / 'known.yaml'}: "
    assert message.startswith(path)
    return re.sub(r"^line \d+: ", "", message.removeprefix(path))


def test_the_catalogue_of_the_project_is_valid() -> None:
    catalogue = read_catalogue()
    assert catalogue
    assert {entity.type for entity in catalogue} <= set(ENTITY_TYPES)
    assert all(is_slug(entity.slug) for entity in catalogue)
    assert all(list(make_matcher(catalogue).find(name)) for entity in catalogue for name in entity.names)


def test_each_name_of_the_catalogue_of_the_project_is_found() -> None:
    catalogue = read_catalogue(CATALOGUE)
    matcher = make_matcher(catalogue)
    for entity in catalogue:
        for name in entity.names:
            assert list(matcher.find(name)) == [(0, len(name), entity)]


def test_an_entity_has_all_fields_of_its_entry(tmp_path: Path) -> None:
    board, day = read(tmp_path, TWO_ENTRIES)
    assert board == EntityRecord(
        "Sea Board",
        "organization",
        "the-sea-board",
        ("Board of the Sea", "海委会"),
        "Keeps the gauges.",
        ("https://example.org/sea-board", "http://example.net/1"),
    )
    assert board.names == ("Sea Board", "Board of the Sea", "海委会")
    assert day == EntityRecord("Tide Day", "event", "tide-day")


def test_a_catalogue_can_be_an_empty_list(tmp_path: Path) -> None:
    assert read(tmp_path, "[]") == ()


@pytest.mark.parametrize("text", ["", "# none yet\n"])
def test_an_empty_file_is_an_error(tmp_path: Path, text: str) -> None:
    expected = "the file is empty; expected a list of entries, or [] for no entries"
    assert error_message(tmp_path, text) == expected


@pytest.mark.parametrize("kind", ENTITY_TYPES)
def test_each_type_is_allowed(tmp_path: Path, kind: str) -> None:
    assert read(tmp_path, f"- {{name: Tide, type: {kind}}}")[0].type == kind


@pytest.mark.parametrize("kind", ["planet", "Place", "places", "''"])
def test_an_unknown_type_is_an_error_that_lists_the_types(tmp_path: Path, kind: str) -> None:
    rest = error_message(tmp_path, f"{TWO_ENTRIES}- {{name: Tide, type: {kind}}}")
    kinds, shown = ", ".join(ENTITY_TYPES), kind.strip("'")
    assert rest == f'$[2].type must be one of {kinds}; the value is "{shown}"'


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("{type: place}", " must have the key name:"),
        ("{name: ~, type: place}", ".name must be"),
        ("{name: '', type: place}", ".name must be"),
        ("{name: 2026, type: event}", ".name must be"),
        ("{name: '+AI', type: policy}", ".name must be"),
        ("{name: '♥', type: place}", ".name must be"),
        (f"{{name: {'x' * 201}, type: place}}", ".name must be"),
        ("{name: Tide}", " must have the key type:"),
        ("{name: Tide, type: [place]}", ".type must be"),
        ("{name: Tide, type: place, aliases: Flood}", ".aliases must be"),
        ("{name: Tide, type: place, aliases: [Flood, '-']}", ".aliases[1] must be"),
        ('{name: "\\u02baIolani", type: place}', ".name must be"),
        ('{name: "\\u3164", type: place, slug: filler}', ".name must be"),
        ("{name: Tide, type: place, same_as: [example.org]}", ".same_as[0] must be"),
        ("{name: Tide, type: place, same_as: ['ftp://example.org/']}", ".same_as[0] must be"),
        ("{name: Tide, type: place, same_as: ['javascript:x']}", ".same_as[0] must be"),
        ("{name: Tide, type: place, alias: Flood}", ".alias is not a key"),
        ("{name: Tide, type: place, slug: The Tide}", ".slug must be"),
        ("{name: Tide, type: place, slug: Tide}", ".slug must be"),
        ("{name: Tide, type: place, slug: 123e4567-e89b-42d3-a456-426614174000}", ".slug must be"),
        ("{name: Tide, type: place, slug: ''}", ".slug must be"),
    ],
)
def test_an_error_names_the_entry_and_the_field(tmp_path: Path, entry: str, fault: str) -> None:
    assert error_message(tmp_path, f"{TWO_ENTRIES}- {entry}").startswith(f"$[2]{fault} ")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("name: Tide Gauge", ".name is repeated"),
        ("same_as: [example.org]", '.same_as[0] must be an http or https URL; the value is "example.org"'),
        (
            "aliases: [Flood, [x]]",
            ".aliases[1] must be text of 1 to 200 characters that begins with a letter or digit; "
            "the value is a list",
        ),
        ("alias: Flood", ".alias is not a key of an entry; did you mean 'aliases'?"),
        (
            "colour: red",
            ".colour is not a key of an entry; the keys are name, type, slug, aliases, description, same_as",
        ),
        ("description: ~", ".description must be text; the value is nothing"),
        ("description: {}", ".description must be text; the value is an object with keys"),
        ("aliases:\n    - Flood\n    - '-'", ".aliases[1] must be text of 1 to 200 characters that begins"),
        (f"{'x' * 999}: red", f".{'x' * 40} is not a key of an entry"),
        ("[colour]: red", " has a key that is not plain text"),
        *((f"description: {value}", f".description must be text{TYPE}!!{tag}; put") for value, tag in TYPED),
        ("description: !text x", f".description must be text{TYPE}!text; put"),
        ("aliases: !!set {Flood, '-'}", f".aliases must be text{TYPE}!!set; put"),
        ("same_as: !!set {'https://example.org/'}", f".same_as must be text{TYPE}!!set; put"),
        ("aliases:\n    - Flood\n    - 5", f".aliases[1] must be text{TYPE}!!int; put"),
    ],
)
def test_an_error_names_the_line_and_shows_the_value_or_the_likely_key(
    tmp_path: Path, entry: str, message: str
) -> None:
    with pytest.raises(CatalogueError) as caught:
        read(tmp_path, f"# known\n- type: event\n  name: Tide\n- type: place\n  name: Gauge\n  {entry}\n")
    line = 6 + entry.count("\n")
    assert str(caught.value).startswith(f"{tmp_path / 'known.yaml'}: line {line}: $[1]{message}")
    assert len(str(caught.value)) < len(str(tmp_path)) + 250


@pytest.mark.parametrize("text", ["name: Tide", "Tide", "~"])
def test_a_file_without_a_list_is_an_error(tmp_path: Path, text: str) -> None:
    assert error_message(tmp_path, text) == "$ must be a list of entries, such as `- name: …`"


@pytest.mark.parametrize(("entry", "shown"), [("Tide", '"Tide"'), ("[Tide]", "a list"), ("", "nothing")])
def test_an_entry_without_keys_is_an_error(tmp_path: Path, entry: str, shown: str) -> None:
    message = error_message(tmp_path, f"- {entry}")
    assert message.startswith("$[0] must be an object with the keys name, type, ")
    assert message.endswith(f"; the value is {shown}")


def test_a_field_with_a_line_break_is_escaped_in_the_message(tmp_path: Path) -> None:
    message = error_message(tmp_path, '- {name: Tide, type: place, "a\\nb\\x1b": c}')
    assert message.startswith("$[0].a\\x0ab\\x1b is not a key of an entry")


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("{name: Sea Board, type: place, slug: other}", "Sea Board"),
        ("{name: 海委会, type: place}", "海委会"),
        ("{name: Tide, type: place, aliases: [Tide Day]}", "Tide Day"),
        ("{name: Tide, type: place, aliases: [Flood, Flood]}", "Flood"),
        ("{name: Tide, type: place, aliases: [Tide]}", "Tide"),
        ("{name: Tide, type: place, slug: the-sea-board}", "the-sea-board"),
        ("{name: 'Tide, Day', type: place}", "tide-day"),
    ],
)
def test_a_name_or_slug_that_occurs_twice_is_an_error(tmp_path: Path, entry: str, text: str) -> None:
    rest = error_message(tmp_path, f"{TWO_ENTRIES}- {entry}")
    assert rest.startswith(f"'{text}' of ")
    assert rest.endswith(" is already used by an earlier entry")


def test_a_name_in_straight_and_in_curly_quotes_is_the_same_name(tmp_path: Path) -> None:
    both = "- {name: Sailor's Day, type: event}\n- {name: Sailor’s Day, type: place, slug: other}"
    assert "Sailor’s Day" in error_message(tmp_path, both)


def test_a_name_can_begin_with_a_letter_that_looks_like_an_apostrophe(tmp_path: Path) -> None:
    entry = "- {name: ʻIolani Palace, type: place}\n"
    matcher = make_matcher(read(tmp_path, entry))
    for text in ("They saw ʻIolani Palace.", "They saw Iolani Palace."):
        ((start, end, _),) = matcher.find(text)
        assert text[start:end] == "Iolani Palace"
    both = entry + "- {name: Iolani Palace, type: place, slug: other}"
    assert "Iolani Palace" in error_message(tmp_path, both)


def test_a_name_from_which_no_slug_can_be_made_needs_a_slug(tmp_path: Path) -> None:
    name = "123e4567-e89b-42d3-a456-426614174000"
    assert (
        error_message(tmp_path, f"- {{name: {name}, type: product}}")
        == f"'{name}' needs a slug, since none can be made from its name"
    )
    assert read(tmp_path, f"- {{name: {name}, type: product, slug: one}}")[0].slug == "one"


@pytest.mark.parametrize(
    "text",
    [
        "- [",
        "- {name: 'Tide",
        "\tname: Tide",
        "- *tide",
        b"- \0",
        "- &a a\n- *b",
    ],
)
def test_a_file_that_is_not_yaml_is_an_error(tmp_path: Path, text: str | bytes) -> None:
    assert error_message(tmp_path, text).startswith("not YAML: ")


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "- " * 100_000 + "a", "- name: " + "{a: " * 40_000 + "}" * 40_000]
)
def test_a_file_that_is_nested_too_deep_is_an_error(tmp_path: Path, text: str) -> None:
    assert error_message(tmp_path, text) == "nested deeper than 100 levels"


def test_a_list_that_contains_itself_is_an_error(tmp_path: Path) -> None:
    message = error_message(tmp_path, "- {name: Tide, type: place, aliases: &a [*a]}")
    assert message == "the YAML has too many values, or is nested too deeply"


def test_a_second_yaml_document_is_an_error(tmp_path: Path) -> None:
    assert error_message(tmp_path, "[]\n---\n[]") == "contains more than one YAML document"


@pytest.mark.parametrize(
    ("byte", "reason"),
    [
        (b"\xff", "the file is not UTF-8"),
        (b"\0", "not YAML: a character that YAML does not allow"),
        (b"\x1b", "not YAML: a character that YAML does not allow"),
    ],
)
def test_a_byte_that_yaml_does_not_allow_is_reported_with_its_line(
    tmp_path: Path, byte: bytes, reason: str
) -> None:
    with pytest.raises(CatalogueError) as caught:
        read(tmp_path, b"# \xc3\xa9\n- name: Tide\n  type: " + byte + b"\n  slug: tide\n")
    assert str(caught.value) == f"{tmp_path / 'known.yaml'}: line 3: {reason}"


def test_invalid_yaml_is_reported_with_the_line_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as caught:
        read(tmp_path, "- name: Tide\n  type: event\n- name: x: y\n")
    place = f"{tmp_path / 'known.yaml'}: line 3: "
    assert (
        str(caught.value)
        == f"{place}not YAML: mapping values are not allowed here; put the value in quotation marks"
    )
