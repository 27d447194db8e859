"""The tools of `/mcp`: their answers, their sources, their size, and errors that say what to do next."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from jsonschema import Draft202012Validator

from api.app import close_app
from api.mcp_server.tools import look_up_entity
from api.mcp_server.tools.answers import MAX_ANSWER_BYTES
from api.mcp_server.tools.catalog import TOOLS
from tests.api.mcp_server.messages import answer_of, call, failure_of, send
from tests.conftest import make_app, seeded_copy

SUNRISE = (
    "efficiency-over-excess-beijing-reimagines-the-ai-arms-race-through-green-computing-and"
    "-vertical-integration"
)
LANNER = "lanner-1-falls-silent-after-six-weeks-in-orbit"
ALL_PARTS = ["takeaways", "body", "analysis", "entities", "related"]
# A call of each tool, or several.
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("search_briefs", {}),
    ("search_briefs", {"q": "signal OR funding", "limit": 20}),
    ("search_briefs", {"entity": "sunrise", "sort": "-updated_at", "one_per_story": True}),
    ("search_briefs", {"entity": ["no-such-entity"], "language": ["en"], "published_after": "2026-01-01"}),
    ("read_brief", {"brief": SUNRISE}),
    ("read_brief", {"brief": LANNER, "parts": ALL_PARTS}),
    ("read_brief", {"brief": LANNER, "parts": ["body"], "first": 2, "last": 3}),
    ("look_up_entity", {"entity": "Sunrise"}),
    ("look_up_entity", {"entity": "a"}),
    ("read_story", {"story": LANNER}),
    ("read_story", {"story": SUNRISE, "limit": 1}),
    ("list_trends", {"window": "30d", "type": ["person"], "limit": 3}),
    ("list_changes", {"limit": 100}),
]


@pytest.fixture(scope="module")
def client(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Yield a test client of the service.

    The database contains the demonstration briefs, the brief in `seeds/documents`, LONG_BRIEF and
    WIDE_BRIEF.
    """
    folder = tmp_path_factory.mktemp("demo")
    app = make_app(seeded_copy(sqlite_template, folder, "demo"))
    for name, brief in (("long.json", LONG_BRIEF), ("wide.json", WIDE_BRIEF)):
        (folder / name).write_text(json.dumps(brief), encoding="utf-8")
    result = app.test_cli_runner().invoke(args=["seed", "load", "seeds/documents", str(folder)])
    assert result.exit_code == 0, result.output
    yield app.test_client()
    close_app(app)


LONG_BRIEF = {
    "title": "A Long Brief About Nothing",
    "url": "https://example.org/long",
    "takeaways": [f"Point {number}: " + "nothing happens in the harbour. " * 6 for number in range(1, 31)],
    "body": [f"Paragraph {number}. " + "Nothing happens in the harbour. " * 20 for number in range(1, 41)]
    + ["word " * 4_000],
}
LONG = "a-long-brief-about-nothing"
# Its letters have two bytes each in UTF-8.
WIDE_BRIEF = {
    "title": "A Wide Brief",
    "url": "https://example.org/wide",
    "body": ["слово " * 800, "дело " * 900],
}
WIDE = "a-wide-brief"


def get(client: FlaskClient, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200, response.text
    return orjson.loads(response.data)


def sources_of(value: Any) -> Iterator[str]:
    """Yield the URLs in the answer of a tool: the values of the keys `source`, `page` and `api`."""
    if isinstance(value, list):
        for each in value:
            yield from sources_of(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key in ("source", "page", "api") and each:
                yield each
            else:
                yield from sources_of(each)


def test_the_tools_are_described_for_a_model_and_only_read(client: FlaskClient) -> None:
    tools = orjson.loads(send(client, "tools/list").data)["result"]["tools"]
    assert [tool["name"] for tool in tools] == list(TOOLS)
    assert len(tools) <= 6
    for tool in tools:
        assert tool["annotations"]["readOnlyHint"]
        assert tool["annotations"]["idempotentHint"]
        assert 100 < len(tool["description"]) < 600
        assert tool["title"]
        for schema in (tool["inputSchema"], tool["outputSchema"]):
            Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
        assert tool["inputSchema"]["additionalProperties"] is False
        for name, argument in tool["inputSchema"]["properties"].items():
            assert argument["description"], (tool["name"], name)


def test_every_answer_matches_its_schema_and_is_short(client: FlaskClient) -> None:
    assert {name for name, _ in CALLS} == set(TOOLS)
    for name, arguments in CALLS:
        result = call(client, name, **arguments)
        assert not result["isError"], result
        answer = result["structuredContent"]
        (content,) = result["content"]
        assert content["type"] == "text"
        assert orjson.loads(content["text"]) == answer
        assert len(content["text"].encode()) <= MAX_ANSWER_BYTES
        validator = Draft202012Validator(TOOLS[name].output)
        assert [error.message for error in validator.iter_errors(answer)] == []
        assert set(answer) <= set(TOOLS[name].output["properties"])


@pytest.mark.usefixtures("seeded")
def test_both_engines_say_what_is_new_about_sunrise_and_where(app: Any) -> None:
    client = app.test_client()
    for arguments in ({"entity": ["sunrise"]}, {"q": "Sunrise", "sort": "-published_at"}):
        (brief,) = answer_of(client, "search_briefs", **arguments)["briefs"]
        assert brief["slug"] == SUNRISE
        answer = answer_of(client, "read_brief", brief=brief["slug"])
        (takeaway,) = [each for each in answer["takeaways"] if "Sunrise" in each["text"]]
        assert takeaway["text"].startswith("Sunrise (Xi Wang) becomes a leading domestic GPU unicorn")
        number = takeaway["evidence"][0]["paragraph"]
        assert takeaway["source"] == f"/browse/articles/{SUNRISE}#paragraph-{number}"
        (paragraph,) = [each for each in answer["body"] if each["paragraph"] == number]
        assert "Sunrise" in paragraph["text"]
        assert "1 billion RMB" in paragraph["text"]
    entity = answer_of(client, "look_up_entity", entity="Xi Wang")
    assert [each["name"] for each in entity["matches"]] == ["Sunrise"]
    assert entity["briefs"][0]["slug"] == SUNRISE
    assert answer_of(client, "read_story", story=SUNRISE)["key_points"][2]["source"] == takeaway["source"]
    assert answer_of(client, "list_changes")["changes"][0]["slug"] == SUNRISE
    assert answer_of(client, "list_trends")["trends"] == []


def test_each_statement_is_in_the_paragraph_that_it_cites(client: FlaskClient) -> None:
    checked = 0
    for query in ("satellite", "harbour", '"Victor Hallam" OR hospital', "funding"):
        for brief in answer_of(client, "search_briefs", q=query, limit=3)["briefs"]:
            article = get(client, f"/v1/articles/{brief['slug']}")
            texts = {each["paragraph"]: each["text"] for each in article["body"]}
            for each in brief["statements"]:
                page = f"/browse/articles/{brief['slug']}"
                if each["paragraph"] is None:
                    assert each["source"] == page
                    continue
                assert each["source"] == f"{page}#paragraph-{each['paragraph']}"
                assert each["part"] != "body" or each["text"] in texts[each["paragraph"]]
                checked += 1
    assert checked > 5


def test_every_address_in_an_answer_leads_to_a_resource(client: FlaskClient) -> None:
    found = {
        source for name, arguments in CALLS for source in sources_of(answer_of(client, name, **arguments))
    }
    assert len(found) > 50
    wrong = [each for each in found if client.get(each.partition("#")[0]).status_code != 200]
    assert wrong == []


@pytest.mark.parametrize(
    ("tool", "arguments", "name", "path"),
    [
        ("search_briefs", {}, "briefs", "/v1/articles"),
        ("search_briefs", {"q": "hallowick"}, "briefs", "/v1/articles?q=hallowick"),
        ("read_story", {"story": LANNER}, "briefs", f"/v1/stories/{LANNER}/articles"),
        ("list_changes", {}, "changes", "/v1/changes"),
        ("list_trends", {}, "trends", "/v1/trends"),
    ],
)
@pytest.mark.parametrize("limit", [2, 100])
def test_pages_lead_through_the_same_items_as_the_http_api(
    client: FlaskClient, tool: str, arguments: dict[str, Any], name: str, path: str, limit: int
) -> None:
    more = "&" if "?" in path else "?"
    items = get(client, f"{path}{more}limit=100")["data"]
    expected = [(each.get("article") or each.get("entity") or each)["slug"] for each in items]
    cursor, slugs = None, []
    while True:
        result = call(client, tool, **arguments, limit=limit, cursor=cursor)
        assert len(result["content"][0]["text"].encode()) <= MAX_ANSWER_BYTES
        page = result["structuredContent"]
        slugs += [each["slug"] for each in page[name]]
        cursor = page["next_cursor"]
        if cursor is None or not page[name]:
            break
    assert slugs == expected


@pytest.mark.parametrize("part", ["takeaways", "body"])
def test_a_long_brief_is_read_in_parts(client: FlaskClient, part: str) -> None:
    article = get(client, f"/v1/articles/{LONG}")
    texts, first, calls = [], 1, 0
    while first:
        result = call(client, "read_brief", brief=LONG, parts=[part], first=first)
        assert len(result["content"][0]["text"].encode()) <= MAX_ANSWER_BYTES
        answer = result["structuredContent"]
        texts += [each["text"] for each in answer[part]]
        first, calls = answer["next"].get(part, 0), calls + 1
    expected = [each["text"] for each in article[part]]
    assert len(texts) == len(expected)
    assert calls > 1
    for given, whole in zip(texts, expected, strict=True):
        assert given == whole or (given.endswith("…") and whole.startswith(given[:-1]))
    both = answer_of(client, "read_brief", brief=LONG)
    assert both["next"]["body"] == 1 + len(both["body"])


@pytest.mark.parametrize(
    ("tool", "arguments", "expected"),
    [
        ("read_brief", {}, ["`brief` is missing", "slug"]),
        ("read_brief", {"brief": "lanner-1-falls-silent"}, ["no article with the slug", f"`{LANNER}`"]),
        ("read_brief", {"brief": "xq"}, ["no article", "search_briefs"]),
        ("read_brief", {"brief": "/"}, ["id or slug"]),
        ("read_brief", {"brief": "a" * 5_000}, ["arguments are too long"]),
        ("read_brief", {"brief": ""}, ["`brief` is empty", "slug"]),
        ("read_brief", {"brief": "___"}, ["no article", "search_briefs"]),
        (
            "read_brief",
            {"brief": LANNER, "parts": ["body"], "first": 999},
            ["`first` must be at most 6", "`body`"],
        ),
        ("read_story", {"story": " "}, ["`story` is empty", "slug"]),
        ("read_story", {"story": "x" * 600}, ["no story", "search_briefs"]),
        ("read_brief", {"brief": LANNER, "parts": ["text"]}, ["`parts` must be one of", "takeaways"]),
        ("read_brief", {"brief": LANNER, "first": 2}, ["exactly one part"]),
        ("read_brief", {"brief": LANNER, "parts": ["body"], "first": 3, "last": 2}, ["`last`"]),
        ("read_brief", {"brief": LANNER, "parts": ["body"], "first": "2"}, ["`first` must be an integer"]),
        ("read_brief", {"brief": LANNER, "parts": ["body"], "first": True}, ["`first` must be an integer"]),
        ("read_brief", {"brief": [LANNER]}, ["`brief` must be a text"]),
        ("read_story", {"story": "lanner"}, ["no story", f"`{LANNER}`"]),
        ("look_up_entity", {"entity": "Sunrisse"}, ["No name", "`sunrise`"]),
        ("look_up_entity", {"entity": "qqq"}, ["No name", "search_briefs"]),
        ("look_up_entity", {"entity": ""}, ["`entity` is empty", "A name"]),
        ("look_up_entity", {"entity": "?"}, ["No name", "search_briefs"]),
        ("look_up_entity", {"entity": "a\0b"}, ["`entity`", "NUL"]),
        ("look_up_entity", {"entity": "x" * 600}, ["`entity`", "1 to 500 characters"]),
        ("search_briefs", {"query": "x"}, ["`query` is not an argument", "q, entity"]),
        ("search_briefs", {"q": "x" * 501}, ["`q`", "Length"]),
        ("search_briefs", {"q": ""}, ["`q`"]),
        ("search_briefs", {"limit": 0}, ["`limit`", "1 to 100"]),
        ("search_briefs", {"limit": "many"}, ["`limit` must be an integer"]),
        ("search_briefs", {"sort": "newest"}, ["`sort` must be one of", "-published_at"]),
        ("search_briefs", {"sort": "relevance"}, ["`relevance` requires `q`"]),
        ("search_briefs", {"published_after": "last week"}, ["`published_after`", "2026-04-21"]),
        ("search_briefs", {"cursor": "x"}, ["`cursor`", "`next_cursor`"]),
        ("search_briefs", {"publication": ["x" * 400] * 12}, ["arguments are too long"]),
        ("search_briefs", {"entity": [5]}, ["`entity` must be a list of texts"]),
        ("search_briefs", {"one_per_story": "yes"}, ["`one_per_story` must be true or false"]),
        ("list_trends", {"window": "7"}, ["`window`", "Did you mean `7d`?"]),
        ("list_changes", {"cursor": "x"}, ["`cursor`", "`next_cursor`"]),
    ],
)
def test_an_error_says_what_to_do_next(
    client: FlaskClient, tool: str, arguments: dict[str, Any], expected: list[str]
) -> None:
    text = failure_of(client, tool, **arguments)
    for each in expected:
        assert each in text, text
    assert len(text) < 1_000
    assert "`meta" not in text
    assert "links" not in text


def test_each_sort_that_an_error_allows_is_allowed(client: FlaskClient) -> None:
    text = failure_of(client, "search_briefs", sort="relevance")
    sorts = text.partition("Allowed: ")[2].removesuffix(".").split(", ")
    assert "-published_at" in sorts
    for sort in sorts:
        assert answer_of(client, "search_briefs", sort=sort, limit=1)["briefs"]


def test_a_part_without_entries_is_empty_and_has_no_second_entry(client: FlaskClient) -> None:
    assert answer_of(client, "read_brief", brief=LONG, parts=["analysis"])["analysis"] == []
    text = failure_of(client, "read_brief", brief=LONG, parts=["analysis"], first=2)
    assert text == "`first` must be at most 1. The number of entries in `analysis` of this brief is 0."


def test_paragraphs_that_are_longer_than_an_answer_are_read_alone(client: FlaskClient) -> None:
    first = answer_of(client, "read_brief", brief=WIDE, parts=["body"])
    assert [each["paragraph"] for each in first["body"]] == [1]
    assert first["next"] == {"body": 2}
    second = answer_of(client, "read_brief", brief=WIDE, parts=["body"], first=2)
    assert [each["paragraph"] for each in second["body"]] == [2]
    assert second["next"] == {}


def test_entities_with_long_values_fit_into_an_answer(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"description": "long " * 100, "aliases": ["a" * 80] * 10, "same_as": ["https://b" * 8] * 10}
    found = [each | values for each in get(client, "/v1/entities?limit=5")["data"]]
    monkeypatch.setattr(look_up_entity, "_by_reference", lambda _: found)
    for name, has_context in ((found[0]["name"], True), ("x", False)):
        answer = answer_of(client, "look_up_entity", entity=name)
        assert answer["matches"]
        assert bool(answer["briefs"]) == has_context
        assert len(orjson.dumps(answer)) <= MAX_ANSWER_BYTES


def test_an_unknown_entity_is_a_warning(client: FlaskClient) -> None:
    answer = answer_of(client, "search_briefs", entity=["sunris"])
    assert answer["briefs"] == []
    (warning,) = answer["warnings"]
    assert "Did you mean `sunrise`?" in warning


def test_null_means_that_an_argument_is_not_given(client: FlaskClient) -> None:
    assert answer_of(client, "search_briefs", q=None, limit=None) == answer_of(client, "search_briefs")


@pytest.mark.parametrize("prefix", ["/browse/articles/", "https://api.example.org/v1/articles/"])
def test_a_brief_can_be_named_by_its_address(client: FlaskClient, prefix: str) -> None:
    for suffix in ("", "/", "#paragraph-2", "?fields=title", ".md", ".jsonld", ".ninjs"):
        answer = answer_of(client, "read_brief", brief=f"{prefix}{LANNER}{suffix}")
        assert answer["slug"] == LANNER


def test_an_address_without_a_path_names_no_brief(client: FlaskClient) -> None:
    for address in ("/", "?q=x", "https://api.example.org", "https://api.example.org/"):
        assert "contains no id or slug" in failure_of(client, "read_brief", brief=address)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("seeded")
def test_addresses_are_absolute_under_the_base_url_and_removed_briefs_are_named(
    database_url: str, runner: FlaskCliRunner
) -> None:
    base_url = "https://example.org/briefs"
    client = make_app(database_url, BRIEFS_BASE_URL=base_url).test_client()
    for name, arguments in [each for each in CALLS if LANNER not in each[1].values()]:
        for source in sources_of(answer_of(client, name, **arguments)):
            assert source.startswith(f"{base_url}/")
    assert runner.invoke(args=["seed", "remove", SUNRISE]).exit_code == 0
    assert "was removed" in failure_of(client, "read_brief", brief=SUNRISE)
