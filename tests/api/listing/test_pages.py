"""Tests of pages of lists: their links to other pages, and valid and invalid cursors."""

import random
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import update

from api.database.base import db
from api.models import Corpus
from tests.api.answers import assert_parameter_error, cursor_of, get
from tests.api.conftest import ClientWith
from tests.api.invented_pages import Page, write_page
from tests.api.listings import LISTINGS, TOP_LEVEL, identifiers, walk
from tests.api.rows import STORY_SIZE, corpus_rows, insert_rows

KEY = "a key of thirty-two characters.."
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def test_each_page_links_to_itself_the_first_and_the_next(app: Flask, client: FlaskClient) -> None:
    insert_rows(app, corpus_rows(articles=9, entities=8))
    for listing in LISTINGS:
        limit = 1 if listing.least == STORY_SIZE else 3
        first = f"{listing.path}?limit={limit}&sort={listing.sorts(app)[0][0]}&total=true"
        whole = len(identifiers(*walk(client, first)))
        target: str | None = first
        pages = 0
        while target:
            response = client.get(target)
            body = orjson.loads(response.data)
            assert list(body) == ["data", "links", "meta"]
            assert list(body["links"].items())[:2] == [("self", target), ("first", first)]
            assert list(body["links"]) == ["self", "first", "next"]
            assert _link_header(response.headers["Link"]) == [
                (rel, link) for rel, link in body["links"].items() if link
            ]
            next_link = body["links"]["next"]
            next_cursor = cursor_of(next_link) if next_link else None
            assert list(body["meta"].items()) == [
                ("limit", limit),
                ("next_cursor", next_cursor),
                ("total", whole),
            ]
            target, pages = next_link, pages + 1
        assert pages >= 3, listing.path


def _link_header(text: str) -> list[tuple[str, str]]:
    matches = [re.fullmatch(r'<([^<>" ]+)>; rel="([a-z]+)"', part) for part in text.split(", ")]
    return [(match[2], match[1]) for match in matches if match]


def test_an_empty_collection_has_one_empty_page(client: FlaskClient) -> None:
    for listing in TOP_LEVEL:
        target = f"{listing.path}?total=true"
        assert get(client, target) == {
            "data": [],
            "links": {"self": target, "first": target, "next": None},
            "meta": {"limit": 20, "next_cursor": None, "total": 0},
        }


def test_the_last_page_can_be_full(app: Flask, client: FlaskClient) -> None:
    insert_rows(app, corpus_rows(articles=4, entities=0))
    assert get(client, "/v1/articles?limit=4")["links"]["next"] is None
    assert [len(page["data"]) for page in walk(client, "/v1/articles?limit=2")] == [2, 2]
    assert [len(page["data"]) for page in walk(client, "/v1/articles?limit=3")] == [3, 1]


def test_the_total_is_included_only_on_request(app: Flask, client: FlaskClient) -> None:
    insert_rows(app, corpus_rows(articles=5, entities=5))
    for listing in LISTINGS:
        total = len(listing.ordered(app, listing.sorts(app)[1]))
        assert get(client, f"{listing.path}?limit=1&total=true")["meta"]["total"] == total
        assert list(get(client, f"{listing.path}?limit=1&total=false")["meta"]) == ["limit", "next_cursor"]


def test_the_limit_can_change_between_pages(app: Flask, client: FlaskClient) -> None:
    insert_rows(app, corpus_rows(articles=14, entities=0))
    target, seen = "/v1/articles", []
    for limit in (1, 5, 2, 100):
        pairs = dict(parse_qsl(urlsplit(target).query)) | {"limit": str(limit)}
        page = get(client, f"/v1/articles?{urlencode(pairs)}")
        assert page["meta"]["limit"] == limit
        seen += identifiers(page)
        target = page["links"]["next"] or ""
    assert seen == identifiers(get(client, "/v1/articles?limit=100"))


def test_the_next_cursor_leads_through_a_collection(app: Flask, client: FlaskClient) -> None:
    insert_rows(app, corpus_rows(articles=7, entities=8))
    for listing in LISTINGS:
        query = {"limit": "3", "sort": listing.sorts(app)[1]}
        pages = [get(client, f"{listing.path}?{urlencode(query)}")]
        while cursor := pages[-1]["meta"]["next_cursor"]:
            pages.append(get(client, f"{listing.path}?{urlencode(query | {'cursor': cursor})}"))
        assert identifiers(*pages) == listing.ordered(app, listing.sorts(app)[1]), listing.path


def test_a_cursor_of_a_different_query_is_refused(app: Flask, client: FlaskClient) -> None:
    insert_rows(app, corpus_rows(articles=8, entities=8))
    cursor = cursor_of(get(client, "/v1/articles?limit=2&sort=title")["links"]["next"])
    assert get(client, f"/v1/articles?sort=title&limit=2&cursor={cursor}")["data"]
    for target in (
        "/v1/entities?limit=2&sort=name",
        "/v1/entities/entity-0/articles?limit=2&sort=title",
        "/v1/takeaways?limit=2",
        "/v1/articles?limit=2&sort=-title",
        "/v1/articles?limit=2&sort=created_at",
        "/v1/articles?limit=2",
        "/v1/articles?limit=2&sort=title&total=true",
    ):
        assert_parameter_error(client.get(f"{target}&cursor={cursor}"), "cursor")
    counted = cursor_of(get(client, "/v1/articles?limit=2&total=true")["links"]["next"])
    assert_parameter_error(client.get(f"/v1/articles?limit=2&cursor={counted}"), "cursor")
    of_one = cursor_of(get(client, "/v1/articles/slug-0/takeaways?limit=2")["links"]["next"])
    assert_parameter_error(client.get(f"/v1/articles/slug-1/takeaways?limit=2&cursor={of_one}"), "cursor")


def test_an_invalid_cursor_is_refused(app: Flask, client: FlaskClient) -> None:
    insert_rows(app, corpus_rows(articles=3, entities=0))
    garbage = [
        "",
        "x",
        ".",
        "..",
        "a.b",
        "null",
        "%00",
        "%F0%9F%98%80",
        "%FF",
        "W10.aaaa",
        "MA==",
        "-1",
        "0" * 900,
    ]
    for cursor in garbage:
        (error,) = assert_parameter_error(client.get(f"/v1/articles?cursor={cursor}"), "cursor")
        assert error["suggestion"] is None


def test_an_altered_cursor_is_refused(app: Flask, client_with: ClientWith) -> None:
    insert_rows(app, corpus_rows(articles=3, entities=0))
    # A fixed key makes the cursor the same in every run.
    client = client_with(BRIEFS_SECRET_KEY=KEY)
    cursor = cursor_of(get(client, "/v1/articles?limit=1")["links"]["next"])
    altered = [cursor[:-1], cursor[1:], cursor + "A", cursor + "!", cursor + " ", cursor + "=", cursor + "é"]
    for at, digit in enumerate(cursor):
        # Changing the lowest bit of each byte also covers bits that the encoding does not use.
        other = BASE64[BASE64.index(digit) ^ 1] if digit in BASE64 else "-"
        altered.append(cursor[:at] + other + cursor[at + 1 :])

    def answer(cursor: str) -> Any:
        return client.get("/v1/articles", query_string={"limit": 1, "cursor": cursor})

    assert answer(cursor).status_code == 200
    assert [text for text in altered if answer(text).status_code != 422] == []
    assert_parameter_error(answer(altered[0]), "cursor")


def test_a_cursor_is_valid_in_another_process_on_the_same_database(
    app: Flask, client: FlaskClient, client_with: ClientWith
) -> None:
    insert_rows(app, corpus_rows(articles=3, entities=0))
    link = get(client, "/v1/articles?limit=2")["links"]["next"]
    assert get(client_with(), link) == get(client, link)


def test_a_cursor_is_valid_in_every_application_with_the_same_secret_key(
    app: Flask, client_with: ClientWith
) -> None:
    insert_rows(app, corpus_rows(articles=3, entities=0))
    link = get(client_with(BRIEFS_SECRET_KEY=KEY), "/v1/articles?limit=2")["links"]["next"]
    with app.app_context():
        db.session.execute(update(Corpus).values(secret_key=KEY[::-1]))
        db.session.commit()
    assert len(get(client_with(BRIEFS_SECRET_KEY=KEY), link)["data"]) == 1
    for client in (client_with(BRIEFS_SECRET_KEY=KEY.upper()), app.test_client()):
        assert_parameter_error(client.get(link), "cursor")


def test_links_begin_with_the_base_url(app: Flask, client_with: ClientWith) -> None:
    insert_rows(app, corpus_rows(articles=3, entities=0))
    base = "https://api.example.org/briefs"
    client = client_with(BRIEFS_BASE_URL=f"{base}/")
    response = client.get("/v1/articles?limit=2")
    links = orjson.loads(response.data)["links"]
    assert links["self"] == links["first"] == f"{base}/v1/articles?limit=2"
    assert links["next"].startswith(f"{base}/v1/articles?cursor=")
    assert _link_header(response.headers["Link"]) == list(links.items())
    assert get(client, links["next"].removeprefix(base))["links"]["self"] == links["next"]


def test_a_cursor_can_contain_a_title_of_any_accepted_length_on_both_engines(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    # Random letters cannot be compressed. The longer summary makes the parser read the line as a title.
    letters = random.Random(1)  # noqa: S311
    words = ["".join(letters.choices("abcdefghijklmnopqrstuvwxyz", k=9)).title() for _ in range(600)]
    title = " ".join(["Zigzag", *words])
    write_page(tmp_path, "a-long", Page(title=title, summary=f"Lamps: {title}."))
    write_page(tmp_path, "b-short", Page())
    write_page(tmp_path, "c-short", Page(title="Ferries Sail Again After the Storm"))
    output = runner.invoke(args=["seed", "load", str(tmp_path)]).output
    pages = list(walk(client, "/v1/articles?sort=-title&limit=1"))
    # The other documents do not decide whether a document is accepted.
    assert len(identifiers(*pages)) == 3 - output.count(" rejected: "), output[-500:]
    assert len(identifiers(*pages)) >= 2
