"""Tests of the shortcut that answers plain requests for an article without Flask.

A plain request is a GET request without a query string and without `If-Match`.
"""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, request, request_started
from flask.testing import FlaskClient

from tests.api.conftest import ClientWith
from tests.api.rows import render
from tests.seeds.documents import Page, seed_pages, submit
from tests.support.snapshots import Snapshots

PAGES = {"first": Page(title="The First"), "second": Page(title="The Second", body=("A quay.",) * 90)}


@pytest.fixture
def uncached_client(app: Flask, client_with: ClientWith, snapshots: Snapshots) -> FlaskClient:
    """Return a client of an application without a response cache.

    The database contains two articles. The first article has a former slug.
    """
    snapshots.fill(app, load_two_articles)
    return client_with(BRIEFS_CACHE_BYTES="0")


def load_two_articles(app: Flask) -> None:
    """Load two articles into the database of `app`. The first article has a former slug."""
    seed_pages(app, [submit("first", PAGES["first"], "slug: former")])
    seed_pages(app, [submit(key, page, f"slug: {key}") for key, page in PAGES.items()])
    render(app)


@contextmanager
def recorded_requests(client: FlaskClient) -> Iterator[list[str]]:
    """Record the paths of requests that reach Flask. Yield the list of these paths."""
    paths: list[str] = []

    def record(_: Flask, **__: object) -> None:
        paths.append(request.path)

    with request_started.connected_to(record, client.application):
        yield paths


def test_plain_requests_do_not_reach_flask(uncached_client: FlaskClient) -> None:
    with recorded_requests(uncached_client) as reached:
        bodies = [
            uncached_client.get(f"/v1/articles/{slug}").get_json() for slug in ("first", "second", "first")
        ]
        bodies.append(uncached_client.get(f"/v1/articles/{bodies[1]['id']}").get_json())
    assert [body["title"] for body in bodies] == ["The First", "The Second", "The First", "The Second"]
    assert reached == []


@pytest.mark.parametrize(
    "settings",
    [{}, {"BRIEFS_CORS_ORIGINS": "https://example.org,https://b.example", "BRIEFS_CACHE_CONTROL": "private"}],
    ids=str,
)
@pytest.mark.parametrize(
    "headers",
    [
        *({}, {"Accept-Encoding": "gzip"}, {"Accept": "application/json"}),
        *({"Origin": "https://example.org"}, {"Origin": "https://other.example"}),
    ],
    ids=str,
)
def test_the_shortcut_answers_as_flask_would(
    uncached_client: FlaskClient, client_with: ClientWith, headers: dict[str, str], settings: dict[str, str]
) -> None:
    assert uncached_client
    uncached_client = client_with(BRIEFS_CACHE_BYTES="0", **settings)
    targets = [f"/v1/articles/{slug}" for slug in ("first", "second")]
    with recorded_requests(uncached_client) as reached:
        short = [uncached_client.get(target, headers=headers) for target in targets]
        assert reached == []
        # An escaped path names the same resource but is not a plain request.
        long = [
            uncached_client.get(target.replace("articles", "%61rticles"), headers=headers)
            for target in targets
        ]
        assert reached == targets
    for ours, theirs in zip(short, long, strict=True):
        assert ours.data == theirs.data
        assert (dict(ours.headers) | {"X-Request-ID": ""}) == (dict(theirs.headers) | {"X-Request-ID": ""})
        known = uncached_client.get(
            ours.request.path, headers=headers | {"If-None-Match": ours.headers["ETag"]}
        )
        assert (known.status_code, known.data) == (304, b"")
    is_packed = headers.get("Accept-Encoding") == "gzip"
    assert is_packed == (short[0].headers.get("Content-Encoding") == "gzip")
    assert not is_packed or b"The First" in gzip.decompress(short[0].data)


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (lambda client: client.get("/v1/articles/first?fields=title"), 200),
        (lambda client: client.get("/v1/articles/first?zzz=1"), 422),
        (lambda client: client.get("/v1/articles/f%69rst"), 200),
        (lambda client: client.get("/v1/articles/first", headers={"If-Match": '"other"'}), 412),
        (lambda client: client.get("/v1/articles/first", headers={"Accept": "text/html"}), 406),
        (lambda client: client.get("/v1/articles/former"), 308),
        (lambda client: client.get("/v1/articles/unknown"), 404),
        (lambda client: client.get("/v1/articles/First"), 404),
        (lambda client: client.get("/v1/articles/first/"), 308),
        (lambda client: client.head("/v1/articles/first"), 200),
        (lambda client: client.options("/v1/articles/first"), 200),
        (lambda client: client.post("/v1/articles/first"), 405),
    ],
)
def test_flask_answers_all_other_requests(
    uncached_client: FlaskClient, ask: Callable[[FlaskClient], object], status: int
) -> None:
    uncached_client.get("/v1/articles/first")
    with recorded_requests(uncached_client) as reached:
        for _ in range(2):
            assert ask(uncached_client).status_code == status  # type: ignore[attr-defined]
    assert len(reached) == 2


def test_flask_answers_for_an_article_without_rendering(app: Flask, uncached_client: FlaskClient) -> None:
    uncached_client.get("/v1/articles/second")
    seed_pages(app, [submit("first", Page(title="The First, Corrected"), "slug: first")])
    with recorded_requests(uncached_client) as reached:
        assert uncached_client.get("/v1/articles/first").get_json()["title"] == "The First, Corrected"
        assert reached == ["/v1/articles/first"]
        render(app)
        assert uncached_client.get("/v1/articles/first").get_json()["title"] == "The First, Corrected"
        assert reached == ["/v1/articles/first"]


def test_the_line_in_the_log_names_the_route(
    uncached_client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        uncached_client.get("/v1/articles/first")
    assert [vars(record)["route"] for record in caplog.records] == ["/v1/articles/<article>"] * 2
