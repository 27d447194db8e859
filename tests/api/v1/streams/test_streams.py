"""Tests of streams on both engines, compared with the pages of the same collections."""

import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pandas as pd  # type: ignore[import-untyped]
import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import false, select

from api.listing import plans
from api.models import Corpus
from api.v1 import story_filters
from api.v1.streams import ndjson_encoder, reading
from tests.api.answers import assert_parameter_error, assert_problem, get
from tests.api.invented_pages import Page, load, write_page
from tests.api.rows import corpus_rows, insert_rows, render
from tests.conftest import ENGINES
from tests.oracle.questions import RELEVANCE

ARTICLES = 22
# Queries without a limit, by collection.
QUERIES = {
    "articles": [
        "",
        "sort=title",
        "sort=-updated_at&language=zh",
        "entity=entity-0&include=body,takeaways,related",
        "entity_any=entity-0,entity-1&fields=slug,links",
        "collapse=story",
        "q=paragraph",
        "q=paragraph&collapse=story",
        "q=paragraph&sort=published_at&include=highlights",
        "entity=nothing",
    ],
    "stories": ["", "min_articles=1&sort=-article_count", "fields=slug,takeaways"],
    "takeaways": ["", "sort=published_at&entity=entity-0", "article=slug-0&fields=text"],
    "entities": ["", "sort=name", "type=place&fields=name,links"],
}


@pytest.fixture
def corpus(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Insert test rows, and make streams read only two or three rows at a time."""
    insert_rows(app, corpus_rows(articles=ARTICLES, entities=ARTICLES))
    render(app)
    monkeypatch.setattr(reading, "FIRST_ROWS", 2)
    monkeypatch.setattr(reading, "MAX_ROWS", 3)
    monkeypatch.setattr(ndjson_encoder, "ITEMS_PER_PROGRESS", 5)


def lines_of(client: FlaskClient, target: str) -> list[Any]:
    """Return the values in the lines of the NDJSON stream at `target`."""
    with client.get(target) as response:
        assert response.status_code == 200, response.data
        assert response.mimetype == "application/x-ndjson"
        return [orjson.loads(line) for line in response.data.splitlines()]


def items_in(lines: list[Any]) -> list[Any]:
    """Return the items among the lines of a stream, without the lines that have only the key `meta`."""
    return [line for line in lines if list(line) != ["meta"]]


def items_of_pages(client: FlaskClient, target: str) -> list[Any]:
    """Return the items of all pages of the collection at `target`."""
    items, address = [], f"{target}{'&' if '?' in target else '?'}limit=7"
    while address:
        page = get(client, address)
        items += page["data"]
        address = page["links"]["next"]
    return items


@pytest.mark.usefixtures("corpus")
def test_a_stream_has_the_items_of_all_pages(client: FlaskClient, subtests: pytest.Subtests) -> None:
    for name, queries in QUERIES.items():
        for query in queries:
            with subtests.test(collection=name, query=query):
                lines = lines_of(client, f"/v1/{name}.ndjson?{query}")
                expected = items_of_pages(client, f"/v1/{name}?{query}")
                assert [orjson.dumps(each) for each in items_in(lines)] == [*map(orjson.dumps, expected)]
                meta = lines[-1]["meta"]
                assert meta["next_cursor"] is None
                assert meta["item_count"] == len(expected)
                assert meta["first_corpus_revision"] == meta["last_corpus_revision"]
                assert [each["parameter"] for each in meta.get("warnings", [])] == ["entity"] * (
                    query == "entity=nothing"
                )


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("name", QUERIES)
def test_the_columns_of_the_csv_equal_the_fields_of_the_ndjson(client: FlaskClient, name: str) -> None:
    more = "include=body,analysis,takeaways,entities,related,source" if name == "articles" else "sort="
    query = more.removesuffix("sort=")
    lines = items_in(lines_of(client, f"/v1/{name}.ndjson?{query}"))
    with client.get(f"/v1/{name}.csv?{query}") as response:
        assert response.headers["Content-Disposition"] == f"attachment; filename={name}.csv"
        data = response.data
    assert data.count(b"\r\n") >= len(lines) + 1
    table = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False)
    assert len(table) == len(lines)
    for item, row in zip(lines, table.to_dict("records"), strict=True):
        assert list(row) == [column for column, _ in _columns(item, table.columns)]
        for column, value in _columns(item, table.columns):
            assert row[column] == ("" if value is None else str(value)), column


def _columns(item: dict[str, Any], names: Any) -> Iterator[tuple[str, Any]]:
    """Yield the name and value of each CSV column for `item`, as docs/streams.md describes the columns.

    `item` is a JSON object of the NDJSON stream. `names` are the names of all columns in the CSV stream.
    """
    lists = {"body": ("text", "\n\n"), "publications": ("name", "\n"), "evidence": ("paragraph", " ")}
    lists |= {"takeaways": ("text", "\n"), "entities": ("slug", " ")}
    for key, value in item.items():
        own = [name for name in names if name == key or name.startswith(f"{key}_")]
        if key in lists:
            member, separator = lists[key]
            yield key, separator.join(str(each[member]) for each in value)
        elif key in ("aliases", "same_as"):
            yield key, ("\n" if key == "aliases" else " ").join(value)
        elif key == "related":
            yield key, " ".join(each["target"]["slug"] for each in value if each["target"])
        elif key in ("byline", "image", "story", "analysis", "source", "links", "lead", "article"):
            for name in own:
                found = value and value[name.removeprefix(f"{key}_")]
                yield name, "\n\n".join(found) if isinstance(found, list) else found
        else:
            yield key, value


@pytest.mark.usefixtures("corpus")
def test_a_csv_has_the_columns_of_the_requested_keys_and_always_a_header(client: FlaskClient) -> None:
    with client.get("/v1/articles.csv?fields=title,byline&language=xx") as response:
        assert response.data == b"title,byline_author,byline_role,byline_publication\r\n"
    with client.get("/v1/articles.csv?include=source") as response:
        header = response.data.decode().partition("\r\n")[0].split(",")
    assert {"takeaways", "entities", "source_sha256"} <= set(header)
    assert not {"body", "analysis_heading", "related"} & set(header)
    assert_parameter_error(client.get("/v1/articles.csv?q=a&include=highlights"), "include")


@pytest.mark.parametrize("engine", ENGINES[:1], indirect=True)
def test_a_cell_that_a_spreadsheet_would_run_begins_with_an_apostrophe(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    takeaways = tuple(f"{sign}SUM(A1:A9) is a sum of lamps on the quay." for sign in "=+@")
    page = Page(title="=HYPERLINK of the Outer Isles", takeaways=takeaways)
    load(runner, write_page(tmp_path, "harbour", page))
    with client.get("/v1/articles.csv") as response:
        (row,) = pd.read_csv(io.BytesIO(response.data)).to_dict("records")
    assert row["title"] == "'=HYPERLINK of the Outer Isles"
    assert row["takeaways"] == "'" + "\n".join(takeaways)


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("query", ["", "sort=title", "q=paragraph", "collapse=story"])
def test_a_stream_that_broke_off_is_continued_by_its_last_cursor(client: FlaskClient, query: str) -> None:
    whole = items_in(lines_of(client, f"/v1/articles.ndjson?{query}"))
    received: list[Any] = []
    cursor, requests = "", 0
    while cursor is not None:
        lines = lines_of(client, f"/v1/articles.ndjson?{query}{cursor}")
        # The connection breaks after the first line with a cursor and two more items.
        end = next(place for place, line in enumerate(lines) if list(line) == ["meta"])
        received += items_in(lines[: end + 1])
        found = lines[end]["meta"]["next_cursor"]
        cursor = found and f"&cursor={quote(found)}"
        requests += 1
    assert received == whole
    assert requests > 1 or len(whole) < ndjson_encoder.ITEMS_PER_PROGRESS


@pytest.mark.usefixtures("corpus")
def test_the_cursor_of_a_page_continues_in_the_stream_of_the_same_query(client: FlaskClient) -> None:
    page = get(client, "/v1/articles?sort=title&limit=4")
    cursor = page["meta"]["next_cursor"]
    rest = items_in(lines_of(client, f"/v1/articles.ndjson?sort=title&cursor={cursor}"))
    assert page["data"] + rest == items_of_pages(client, "/v1/articles?sort=title")
    assert_problem(client.get(f"/v1/articles.ndjson?sort=-title&cursor={cursor}"), 422)
    assert_problem(client.get(f"/v1/articles.csv?sort=title&cursor={cursor}x"), 422)


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("query", ["sort=title", "sort=published_at", f"q=paragraph&sort={RELEVANCE}"])
def test_a_stream_keeps_every_item_that_is_there_all_the_time(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path, query: str
) -> None:
    before = [each["id"] for each in items_of_pages(client, f"/v1/articles?{query}")]
    with client.get(f"/v1/articles.ndjson?{query}") as response:
        chunks = response.iter_encoded()
        data = next(chunks)
        for title in ("Amber Lamps Return", "Zinc Lamps Return"):
            load(runner, write_page(tmp_path, title, Page(title=title)))
        data += b"".join(chunks)
    lines = [orjson.loads(line) for line in data.splitlines()]
    ids = [each["id"] for each in items_in(lines)]
    assert [each for each in ids if each in before] == before
    assert len(ids) == len(set(ids))
    meta = lines[-1]["meta"]
    assert meta["first_corpus_revision"] < meta["last_corpus_revision"]


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize(
    "target",
    [
        "articles.csv?sort=title&fields=id,title",
        "articles.csv?sort=title&include=body,analysis",
        "stories.csv?fields=id,slug",
        "takeaways.csv?fields=id,text",
        "entities.csv?fields=id,name",
    ],
)
def test_the_cursor_of_a_page_continues_in_the_csv_of_the_same_query(
    client: FlaskClient, target: str
) -> None:
    page = get(client, f"/v1/{target.replace('.csv', '')}&limit=4")
    whole = client.get(f"/v1/{target}").data.decode().splitlines()
    rest = client.get(f"/v1/{target}&cursor={page['meta']['next_cursor']}").data.decode().splitlines()
    assert rest[0] == whole[0]
    assert len(rest) > 1
    assert rest[1:] == whole[-len(rest) + 1 :]


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize(
    "target", ["articles.ndjson?sort=published_at", "stories.ndjson?min_articles=1&sort=last_published_at"]
)
def test_a_stream_loses_no_items_if_its_filter_begins_to_match_many_articles(
    client: FlaskClient,
    runner: FlaskCliRunner,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    target: str,
) -> None:
    # The articles with a publication time are sorted. The pages loaded below are published earlier.
    monkeypatch.setattr(plans, "MAX_SORTED_ROWS", 14)
    plans.forget_plans()
    story_filters.forget_forms()
    target = f"/v1/{target}&q=paragraph&published_after=1980-01-01"
    before = [each["id"] for each in items_in(lines_of(client, target))]
    with client.get(target) as response:
        chunks = response.iter_encoded()
        data = next(chunks)
        for number in range(9):
            page = Page(body=("One paragraph.",), desk="")
            write_page(tmp_path, f"old-{number}", page, published_at=f"1990-01-{number + 1:02}")
        load(runner, tmp_path)
        data += b"".join(chunks)
    ids = [each["id"] for each in items_in([orjson.loads(line) for line in data.splitlines()])]
    assert [each for each in ids if each in before] == before


@pytest.mark.usefixtures("corpus")
def test_a_stream_is_compressed_chunk_by_chunk(client: FlaskClient) -> None:
    with client.get("/v1/takeaways.ndjson", headers={"Accept-Encoding": "gzip"}) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        assert "ETag" not in response.headers
        assert "Content-Length" not in response.headers
        assert response.headers["Cache-Control"] == "no-store"
        lines = [orjson.loads(line) for line in gzip.decompress(response.data).splitlines()]
    assert items_in(lines) == items_of_pages(client, "/v1/takeaways")


@pytest.mark.parametrize("engine", ENGINES[:1], indirect=True)
@pytest.mark.usefixtures("corpus")
def test_a_stream_refuses_the_parameters_of_pages(client: FlaskClient) -> None:
    for name in QUERIES:
        for parameter in ("limit=5", "total=true"):
            assert_parameter_error(client.get(f"/v1/{name}.csv?{parameter}"), parameter.partition("=")[0])
    assert_parameter_error(client.get("/v1/articles.ndjson?facets=entity"), "facets")


@pytest.mark.parametrize("engine", ENGINES[:1], indirect=True)
@pytest.mark.usefixtures("corpus")
def test_a_csv_shows_no_warnings_as_its_description_says(client: FlaskClient) -> None:
    with client.get("/v1/articles.csv?entity=nope") as response:
        assert response.data.count(b"\r\n") == 1
    assert lines_of(client, "/v1/articles.ndjson?entity=nope")[-1]["meta"]["warnings"]
    paths = get(client, "/openapi.json")["paths"]
    for name in ("articles", "stories", "takeaways"):
        assert "A CSV contains no warnings" in paths[f"/v1/{name}.csv"]["get"]["description"]


@pytest.mark.parametrize("engine", ENGINES[:1], indirect=True)
@pytest.mark.usefixtures("corpus")
def test_a_stream_over_the_limit_is_refused_until_another_ends(client: FlaskClient) -> None:
    with client.get("/v1/articles.ndjson"), client.get("/v1/entities.csv"):
        refused = client.get("/v1/articles.csv")
        assert assert_problem(refused, 503)["type"] == "/problems/too-many-streams"
        assert refused.headers["Retry-After"] == "5"
        assert client.head("/v1/articles.csv").status_code == 200
        assert client.get("/v1/articles").status_code == 200
    with client.get("/v1/articles.csv") as response:
        assert response.status_code == 200


@pytest.mark.usefixtures("corpus")
def test_a_portion_that_fails_aborts_the_stream(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with client.get("/v1/articles.ndjson") as response:
        chunks = response.iter_encoded()
        next(chunks)
        no_row = select(Corpus.revision).where(false())
        monkeypatch.setattr(reading, "CORPUS_REVISION", no_row)
        with pytest.raises(ConnectionAbortedError):
            list(chunks)
    assert "stream aborted" in caplog.messages
    # The place of the stream is free again.
    monkeypatch.undo()
    for _ in range(3):
        assert lines_of(client, "/v1/stories.ndjson")
