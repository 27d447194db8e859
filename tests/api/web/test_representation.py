"""Tests of ETags, conditional requests, compression, caching and CORS headers."""

import gzip
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from tests.api.answers import assert_problem
from tests.api.conftest import ClientWith
from tests.api.invented_pages import HARBOUR, Page, load, slug_of, write_page
from tests.support.snapshots import Snapshots

OTHER = "Ferries Sail Again After the Storm"
# The texts differ from the harbour page, so that there is no computed link between the two pages.
FERRIES = Page(
    title=OTHER,
    summary="The company sells its oldest vessel and keeps the band.",
    caption=None,
    analysis=(),
    body=("Tickets cost half as much on the captain's birthday, when the orchestra plays waltzes on deck.",),
)
ARTICLE = f"/v1/articles/{slug_of(HARBOUR)}"
DEFAULT = "public, max-age=60, stale-while-revalidate=300"


@pytest.fixture
def folder(app: Flask, tmp_path: Path, snapshots: Snapshots) -> Path:
    """Load a page whose related page does not exist, and return a folder with this page."""
    snapshots.fill(app, load_harbour)
    write_page(tmp_path, "harbour", Page(related=(OTHER,)))
    return tmp_path


def load_harbour(app: Flask) -> None:
    """Load a page into the database of `app`. Its related page does not exist."""
    with TemporaryDirectory() as folder:
        write_page(Path(folder), "harbour", Page(related=(OTHER,)))
        load(app.test_cli_runner(), Path(folder))


def etag_of(client: FlaskClient, path: str) -> str:
    """Return the ETag of the answer at `path`."""
    response = client.get(path)
    assert response.status_code == 200
    return response.headers["ETag"]


@pytest.mark.usefixtures("folder")
def test_if_none_match_follows_rfc_9110(client: FlaskClient) -> None:
    etag = etag_of(client, ARTICLE)
    for value in (etag, f"W/{etag}", f'"other", {etag}', f'W/"other",{etag},"third"', "*"):
        response = client.get(ARTICLE, headers={"If-None-Match": value})
        assert response.status_code == 304, value
        assert response.data == b""
        assert response.headers["ETag"] == etag
        assert response.headers["Cache-Control"] == DEFAULT
        assert response.headers["Vary"] == "Accept-Encoding"
    for value in ('"other"', etag[:-2] + '"', etag.upper(), ""):
        assert client.get(ARTICLE, headers={"If-None-Match": value}).status_code == 200, value


@pytest.mark.usefixtures("folder")
def test_an_if_match_without_the_current_etag_is_a_412(client: FlaskClient) -> None:
    etag = etag_of(client, ARTICLE)
    for value in (etag, f'"other", {etag}', "*"):
        assert client.get(ARTICLE, headers={"If-Match": value}).status_code == 200, value
    for value in ('"other"', f"W/{etag}"):
        assert_problem(client.get(ARTICLE, headers={"If-Match": value}), 412)
        assert_problem(client.head(ARTICLE, headers={"If-Match": value}), 412)


@pytest.mark.usefixtures("folder")
def test_if_none_match_is_evaluated_if_if_match_holds(client: FlaskClient) -> None:
    etag = etag_of(client, ARTICLE)
    for if_match in (etag, "*"):
        for if_none_match in (etag, f"W/{etag}", "*"):
            headers = {"If-Match": if_match, "If-None-Match": if_none_match}
            response = client.get(ARTICLE, headers=headers)
            assert response.status_code == 304, headers
            assert response.data == b""
            assert response.headers["ETag"] == etag
        headers = {"If-Match": if_match, "If-None-Match": '"other"'}
        assert client.get(ARTICLE, headers=headers).status_code == 200
    assert_problem(client.get(ARTICLE, headers={"If-Match": '"other"', "If-None-Match": etag}), 412)


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        # The default of Java's HttpURLConnection.
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", 200),
        ('application/json;profile="a,b";q=0.5', 200),
        ("text/html, application/*;q=0.001", 200),
        ("text/html;q=x", 200),
        ("text/html;q=2", 200),
        ("json", 200),
        (",;,", 200),
        ("text/html, ;;, json", 406),
        ('text/html;note="application/json, x";q=1', 406),
        ("*/*, application/json;q=0.0", 406),
        ("*/*;q=0", 406),
    ],
)
@pytest.mark.usefixtures("folder")
def test_only_a_readable_accept_that_excludes_the_type_is_a_406(
    client: FlaskClient, accept: str, status: int
) -> None:
    assert client.get(ARTICLE, headers={"Accept": accept}).status_code == status


@pytest.mark.parametrize(
    ("path", "media_types"),
    [
        ("/v1/articles", ["application/json"]),
        ("/v1/feed.atom", ["application/atom+xml"]),
        ("/v1/articles.csv", ["text/csv"]),
        ("/browse", ["text/html"]),
        ("/", ["application/json", "text/html"]),
    ],
)
def test_a_406_names_the_media_types_of_the_resource(
    client: FlaskClient, path: str, media_types: list[str]
) -> None:
    detail = assert_problem(client.get(path, headers={"Accept": "image/png"}), 406)["detail"]
    assert [part for part in detail.split("`") if "/" in part] == media_types


def test_an_etag_changes_if_and_only_if_the_answer_changes(
    client: FlaskClient, runner: FlaskCliRunner, folder: Path
) -> None:
    paths = [ARTICLE, f"{ARTICLE}/related", "/v1/related-links", "/v1/articles", "/v1/entities/shanghai"]
    paths += [
        f"{ARTICLE}/takeaways",
        f"{ARTICLE}/source",
        "/v1/takeaways",
        "/openapi.json",
    ]

    def changed() -> set[str]:
        before = dict(etags)
        etags.update({path: etag_of(client, path) for path in paths})
        return {path for path in before if before[path] != etags[path]}

    etags = {path: etag_of(client, path) for path in paths}
    load(runner, folder)
    assert changed() == set()
    # The article stays unchanged, but the target of its link now exists.
    write_page(folder, "ferry", replace(FERRIES, takeaways=("Boats leave Shanghai at noon.",)))
    load(runner, folder)
    lists = {"/v1/articles", "/v1/takeaways", "/v1/entities/shanghai"}
    assert changed() == {ARTICLE, f"{ARTICLE}/related", "/v1/related-links"} | lists
    # One word of a takeaway changes.
    write_page(folder, "ferry", replace(FERRIES, takeaways=("Boats leave Shanghai at ten.",)))
    load(runner, folder)
    assert changed() == {"/v1/articles", "/v1/takeaways"}


def test_cache_control_is_a_setting(client: FlaskClient, client_with: ClientWith) -> None:
    assert client.get("/v1/articles").headers["Cache-Control"] == DEFAULT
    other = client_with(BRIEFS_CACHE_CONTROL="private, max-age=5")
    assert other.get("/v1/articles").headers["Cache-Control"] == "private, max-age=5"
    assert (
        other.get("/v1/articles", headers={"If-None-Match": "*"}).headers["Cache-Control"]
        == "private, max-age=5"
    )
    assert_problem(other.get("/v1/articles/nothing"), 404)
    assert other.get("/healthz").headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("folder")
def test_each_coding_has_its_own_etag_and_its_own_304(client: FlaskClient) -> None:
    plain = client.get(ARTICLE)
    coded = client.get(ARTICLE, headers={"Accept-Encoding": "gzip"})
    assert coded.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(coded.data) == plain.data
    assert len(coded.data) < len(plain.data)
    assert coded.headers["Content-Length"] == str(len(coded.data))
    assert coded.headers["Content-Type"] == plain.headers["Content-Type"]
    assert coded.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert coded.headers["ETag"] != plain.headers["ETag"]
    assert client.get(ARTICLE, headers={"Accept-Encoding": "gzip"}).data == coded.data
    for response in (plain, coded):
        for coding in ("identity", "gzip"):
            headers = {"If-None-Match": response.headers["ETag"], "Accept-Encoding": coding}
            status = client.get(ARTICLE, headers=headers).status_code
            assert status == (304 if (coding == "gzip") == (response is coded) else 200)


@pytest.mark.usefixtures("folder")
def test_gzip_is_used_only_if_the_client_accepts_it(client: FlaskClient) -> None:
    for value in ("gzip", "GZIP", "gzip;q=0.1", "br, gzip", "*", "deflate, *;q=0.5"):
        response = client.get(ARTICLE, headers={"Accept-Encoding": value})
        assert response.headers.get("Content-Encoding") == "gzip", value
    for value in (
        "",
        "identity",
        "br",
        "deflate",
        "gzip;q=0",
        "*;q=0",
        "gzip;q=0, *",
        "*, gzip;q=0",
        "gzip;q=0.0",
    ):
        response = client.get(ARTICLE, headers={"Accept-Encoding": value})
        assert "Content-Encoding" not in response.headers, value
        assert response.is_json, value


def test_small_answers_and_compressed_formats_are_not_compressed(client: FlaskClient) -> None:
    for path in ("/healthz", "/favicon.ico"):
        response = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert response.status_code == 200
        assert "Content-Encoding" not in response.headers
        assert response.headers["Vary"] == "Accept-Encoding"


def test_answers_allow_any_origin_by_default(client: FlaskClient) -> None:
    for headers in ({}, {"Origin": "https://reader.example"}, {"Origin": "null"}):
        response = client.get("/v1/articles", headers=headers)
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        exposed = response.headers["Access-Control-Expose-Headers"].split(", ")
        assert {"ETag", "Link", "X-Request-ID"} <= set(exposed)
        assert "Access-Control-Allow-Credentials" not in response.headers


def test_a_preflight_is_answered(client: FlaskClient) -> None:
    headers = {
        "Origin": "https://reader.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match, x-request-id",
    }
    response = client.options("/v1/articles", headers=headers)
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    allowed = response.headers["Access-Control-Allow-Headers"].lower()
    assert "*" in allowed or {"if-none-match", "x-request-id"} <= set(allowed.split(", "))


@pytest.mark.parametrize("origins", ["https://one.example", "https://one.example, https://two.example:8443"])
def test_answers_allow_only_the_origins_in_the_setting(client_with: ClientWith, origins: str) -> None:
    client = client_with(BRIEFS_CORS_ORIGINS=origins)
    others = ["https://three.example", "http://one.example", "https://one.example.evil.example", "null", "*"]
    for path, status in (("/v1/articles", 200), ("/v1/articles/nothing", 404), ("/v1/articles?limit=0", 422)):
        for origin in origins.split(", "):
            response = client.get(path, headers={"Origin": origin})
            assert response.status_code == status
            assert response.headers["Access-Control-Allow-Origin"] == origin
            assert "ETag" in response.headers["Access-Control-Expose-Headers"]
        for other in others:
            response = client.get(path, headers={"Origin": other})
            assert response.headers.get("Access-Control-Allow-Origin") not in ("*", other)


@pytest.mark.parametrize("origins", ["https://one.example", "https://one.example, https://two.example:8443"])
def test_every_answer_varies_with_the_origin_if_the_setting_lists_origins(
    client_with: ClientWith, origins: str
) -> None:
    # A cache must not send an answer that permits one origin to a different origin.
    client = client_with(BRIEFS_CORS_ORIGINS=origins)
    varying = {
        origin: [name.lower() for name in client.get("/v1/articles", headers={"Origin": origin}).vary]
        for origin in ("https://one.example", "https://three.example")
    }
    varying["none"] = [name.lower() for name in client.get("/v1/articles").vary]
    for names in varying.values():
        assert sorted(names) == ["accept-encoding", "origin"], varying
