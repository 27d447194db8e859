"""Tests of reading briefs in JSON and JSON lines, and of the JSON Schema that describes them."""

from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from seeds.parsing.document import Document, Rejection
from seeds.parsing.formats.brief import ANALYSIS_FIELDS, RELATED_FIELDS
from seeds.parsing.formats.json_brief import JSON_FIELDS
from seeds.parsing.formats.registry import parse, parse_line
from tests.seeds.documents import ROOT

SCHEMA = orjson.loads((ROOT / "docs" / "brief.schema.json").read_bytes())
BRIEF = {"title": "Ferry", "body": ["It sailed."]}


def read(brief: Any) -> Document:
    return parse(orjson.dumps(brief), "ferry.json")


def rejection_of(text: str | bytes) -> str:
    """Parse `text`, which must be rejected, and return the rejection as `PLACE: MESSAGE`."""
    with pytest.raises(Rejection) as caught:
        parse(text.encode() if isinstance(text, str) else text, "ferry.json")
    return f"{caught.value.place}: {caught.value.message}"


def is_read(brief: Any) -> bool:
    try:
        read(brief)
    except Rejection:
        return False
    return True


def test_the_schema_has_the_fields_that_are_read() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert {*SCHEMA["properties"]} == {*JSON_FIELDS}
    assert {*SCHEMA["$defs"]["analysis"]["properties"]} == {*ANALYSIS_FIELDS}
    assert {*SCHEMA["$defs"]["related"]["properties"]} == {*RELATED_FIELDS}


@pytest.mark.parametrize("name", ["canal-lift.json", "briefs.jsonl"])
def test_the_examples_follow_the_schema(name: str) -> None:
    data = (ROOT / "docs" / "examples" / "formats" / name).read_bytes()
    for text in data.splitlines() if name.endswith("l") else [data]:
        Draft202012Validator(SCHEMA).validate(orjson.loads(text))


# Values for each field, some valid and some not.
VALUES: tuple[Any, ...] = (
    *(None, "", " ", "x", "x" * 501, "x" * 2001, 7, True, "en", "en_GB", "a-slug", "A Slug"),
    *([], ["x"], [""], ["x", None], [7], [["x"]], {}, {"title": "x"}, {"title": "x", "date": "y"}),
    *({"title": ""}, {"paragraphs": ["x"]}, {"paragraphs": []}, {"heading": "x"}, {"paragraphs": "x"}),
    *([{"title": "x"}], [{"title": "x", "date": None}], [{"date": "x"}], [{"title": "x", "z": 1}]),
    {"paragraphs": ["x"], "desk": None, "heading": "y"},
)
# Forms that the schema does not describe completely, such as URLs and times.
UNCHECKED = {"url", "image_url", "published_at"}


@pytest.mark.parametrize("name", [*JSON_FIELDS, "unknown"])
def test_the_schema_and_the_reader_agree(name: str) -> None:
    validator = Draft202012Validator(SCHEMA)
    for value in VALUES:
        if name in UNCHECKED and isinstance(value, str):
            continue
        brief = BRIEF | {name: value}
        assert validator.is_valid(brief) == is_read(brief), brief
    without = {key: value for key, value in BRIEF.items() if key != name}
    assert validator.is_valid(without) == is_read(without)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "line 1: the file is empty; expected a JSON object"),
        ("{", "line 1: not JSON: "),
        ('{\n"title": "x",\n}', "line 2: not JSON: "),
        ('{"title": NaN}', "line 1: not JSON: "),
        ('["x"]', "line 1: $ must be an object with the keys title, "),
        ('{\n"title": "x",\n"title": "y"}', "line 3: $.title is repeated"),
        ('{\n"title": "x",\n"text": "y"}', "line 3: $.text is not a key of a brief; did you mean 'body'?"),
        ('{"title": "x",\n"takeaways": ["a",\n7]}', "line 3: $.takeaways[1] must be text, not the number 7"),
        ('{"title": "x", "body": "y"}', 'line 1: $.body must be a list of texts, not "y"'),
        ('{"title": "x", "body": ["\\u200b"]}', "line 1: "),
        ('{"title": "x\\"}": 1}', "line 1: not JSON: "),
        ("[" * 100_000, "line 1: not JSON: "),
        ('{"a":' * 50 + "1" + "}" * 50, "line 1: $.a.a.a.a.a.a.a is nested too deeply"),
    ],
)
def test_a_rejection_names_the_line_the_path_and_what_would_be_right(text: str, expected: str) -> None:
    assert rejection_of(text).startswith(expected)


def test_each_field_is_on_the_lines_that_the_parse_names() -> None:
    text = '{\n"title": "A \\"ferry\\", [x]",\n"takeaways": [\n"a",\n"b"],\n"body": ["c",\n"d"]\n}'
    document = parse(text.encode(), "ferry.json")
    assert document.title == 'A "ferry", [x]'
    assert (document.lines.title, document.lines.takeaways) == ((2, 2), ((4, 4), (5, 5)))
    assert document.lines.body == ((6, 6), (7, 7))


def test_odd_characters_are_reported_with_their_section() -> None:
    document = read(BRIEF | {"summary": "A\u202eb"})
    assert [(each.section, each.line) for each in document.warnings] == [("summary", 1)]


def test_a_line_is_the_source_of_its_article() -> None:
    data = orjson.dumps(BRIEF | {"key": "ferry"})
    document = parse_line(data, "briefs.jsonl", 12)
    assert (document.source.name, document.source.bytes) == ("briefs.jsonl", len(data))
    assert (document.lines.title, document.lines.body) == ((12, 12), ((12, 12),))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            b'{"title": "x", "body": ["y"]}',
            "a line must have a 'url' or a 'key', which identifies its article",
        ),
        (b'{"title": "x"', "not JSON: "),
        (b"\xff", "the file is not UTF-8"),
        (b'{"title": 1}', "$.title must be text, not the number 1"),
    ],
)
def test_a_rejected_line_is_named(data: bytes, expected: str) -> None:
    with pytest.raises(Rejection) as caught:
        parse_line(data, "briefs.jsonl", 12)
    assert caught.value.message.startswith(expected)
    assert caught.value.place == "line 12"
